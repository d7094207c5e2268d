"""What an assistant says by itself, and the short things callers say to it: the phrase file of a language.

A text in the file is a string, or a table with `text` and the reviewer's columns (`confidence`, `review`).
{office} stands for the office's name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final, TypeVar

from sipforge.bot.menu import MenuPhrases
from sipforge.core.conversation.actions import Phrase
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.office.announcements import Announcement
from sipforge.core.office.hours import DAYS
from sipforge.engines.answering.answers.phrases import AnswersPhrases
from sipforge.engines.answering.hours import HoursPhrases
from sipforge.engines.protocols import Exchange
from sipforge.text.plain import contains, words

Parsed = TypeVar("Parsed")

INTENTS: Final = (
    Meaning.GREETING,
    Meaning.YES,
    Meaning.NO,
    Meaning.GOODBYE,
    Meaning.REPEAT,
    Meaning.OPERATOR,
    Meaning.MESSAGE,
    Meaning.THANKS,
)
_OPTIONAL: Final = frozenset({Meaning.THANKS})
"""A language may lack these."""
_LEADING: Final = (Meaning.YES, Meaning.NO, Meaning.THANKS)
"""What may stand before a question."""
_LONG: Final = 12
"""Letters."""
_ALIKE: Final = 0.88
_POLITE: Final = 2
"""How many words more than the phrase an utterance may have and still mean it, as in "yes please do"."""
_CHOOSING: Final = 3
"""As above, around a choice, as in "no the second one please"."""
_LIKE_A_DIGIT: Final = 4
"""Letters of a goodbye that a telephone line makes of a digit. Of 39 people's "five" 18 were written "Bye",
as surely (confidence 0.12 to 0.67) as the "bye" of 9 voices (0.27 to 0.59), and with no digit among the five
likeliest texts of 15; of six people's "five five" three became "Bye, bye". Only what was said before tells
the two apart."""


class PhraseError(Exception):
    """The phrase file cannot be read or lacks something; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class DirectoryPhrases:
    """How callers are asked whom they want; in the first two stands {name}."""

    confirm: str
    which: str
    """In which the names of several people stand."""
    either: str
    """Between the last two of them, such as "or"."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """A phrase file, with the office's name filled in."""

    texts: Mapping[Phrase, str]
    intents: Mapping[Meaning, tuple[str, ...]]
    ask_for: tuple[str, ...] = ()
    """How callers begin to ask for somebody whom they then name, such as "connect me"."""
    answers: AnswersPhrases = field(default_factory=AnswersPhrases)
    """What the engine `answers` says besides answers."""
    briefing: str = ""
    """What a colleague is told before a caller is put through; {caller} and {reason} stand in it."""
    menu: MenuPhrases | None = None
    """How the keypad's menu is read; None: there is none."""
    announcements: Mapping[Announcement, str] = field(default_factory=dict)
    """What the telephone system says in this language; one that is missing is not said."""
    hours: HoursPhrases = field(default_factory=HoursPhrases)
    """What is said of opening hours at the time of a call."""
    directory: DirectoryPhrases | None = None
    """How callers are asked about people; None: they are not, and nobody is known by name."""
    called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name of another assistant → how this one's callers ask for its language."""

    def asks_for_somebody(self, utterance: str) -> bool:
        """Whether the caller asks for a colleague or a department."""
        said = words(utterance)
        return any(contains(said, words(phrasing)) for phrasing in self.ask_for)

    def after_asking(self, said: list[str]) -> list[str] | None:
        """What comes after the words that ask for somebody in `said`; None: there are none."""
        ends = [
            at + len(phrasing)
            for phrasing in map(words, self.ask_for)
            for at in range(len(said) - len(phrasing) + 1)
            if said[at : at + len(phrasing)] == phrasing
        ]
        return said[max(ends) :] if ends else None

    def ask_who(self, names: Sequence[str]) -> str:
        """How callers are asked whether they want the person with this name, or which of several."""
        if self.directory is None:
            return ""
        *first, last = names
        listed = f"{', '.join(first)} {self.directory.either} {last}" if first else last
        return (self.directory.which if first else self.directory.confirm).replace("{name}", listed)

    def ends_call(
        self, utterance: str, history: Sequence[Exchange], numerals: Set[str] = frozenset()
    ) -> bool:
        """Whether an utterance whose words are a goodbye is meant as one.

        A short word alone, also said several times, may have been digits. It is a goodbye only where none is
        to be expected: after a turn without digits, to which nothing was asked back and no key named.

        Args:
            utterance: what was said.
            history: the turns before, oldest first.
            numerals: the words for digits.
        """
        said = words(utterance)
        if len(set(said)) > 1 or len(said[0]) > _LIKE_A_DIGIT:
            return not dictates(utterance, numerals)
        if not history:
            return False
        before = history[-1]
        asked = before.assistant.rstrip().endswith("?") or self._names_keys(before.assistant)
        return not asked and not dictates(before.caller, numerals)

    def _names_keys(self, text: str) -> bool:
        """Whether `text` is from the keypad's menu, or speaks as that does: a digit may be said, too."""
        pressing = words(self.menu.topic.partition("{key}")[0])[-1:] if self.menu else []
        return bool(pressing) and contains(words(text), pressing)

    def choice(self, utterance: str, asked: int, function: Set[str] = frozenset()) -> Meaning | None:
        """Which of the topics that the caller was asked about an utterance chooses by its place.

        Args:
            utterance: what was said.
            asked: how many topics.
            function: the language's words that say nothing: with one of others, such as "the first visit", it
                is no choice. Empty: not known.

        Returns:
            None: it is something else, or there is nothing to choose from.
        """
        said = words(utterance)
        kinds = ((Meaning.FIRST, self.answers.first), (Meaning.SECOND, self.answers.second))
        found = [
            (len(words(phrase)), meaning)
            for meaning, phrases in (*kinds, (Meaning.BOTH, self.answers.both))
            for phrase in phrases
            if len(said) <= len(words(phrase)) + _CHOOSING and contains(said, words(phrase))
            if not function or function >= set(said) - set(words(phrase))
        ]
        return max(found, key=lambda one: one[0])[1] if found and asked else None

    def replied(self, utterance: str) -> tuple[Meaning | None, str]:
        """Whether an utterance begins with a yes, a no or thanks, and what comes then.

        Returns:
            YES, NO, THANKS or None, and the rest: empty where there is none, or where it begins with neither.
        """
        said = words(utterance)
        begun = [
            (len(phrasing), meaning)
            for meaning in _LEADING
            for phrasing in map(words, self.intents.get(meaning, ()))
            if said[: len(phrasing)] == phrasing
        ]
        if not begun:
            return None, ""
        length, meaning = max(begun, key=lambda one: one[0])
        return meaning, _after(utterance, length)

    def intent(self, utterance: str, *, exact: bool = False) -> tuple[Meaning | None, str]:
        """Which of the short things `utterance` is, or None; the longest phrasing contained in it decides.

        Args:
            utterance: what was said.
            exact: it is one of all the phrases that can be heard, to the letter.

        Returns:
            The meaning, and with OTHER_LANGUAGE the name of the assistant that is asked for.
        """
        said = words(utterance)
        best: tuple[int, Meaning | None, str] = (0, None, "")
        asked = [(meaning, "", phrasings) for meaning, phrasings in self.intents.items()]
        asked += [(Meaning.OTHER_LANGUAGE, other, phrasings) for other, phrasings in self.called.items()]
        for meaning, other, phrasings in asked:
            # After a greeting comes what the caller wants.
            more = 0 if exact or meaning in {Meaning.GREETING, Meaning.THANKS} else _POLITE
            for phrasing in map(words, phrasings):
                fits = len(said) <= len(phrasing) + more and contains(said, phrasing)
                fits = fits or (not exact and _alike(said, phrasing))
                if fits and len(phrasing) > best[0]:
                    best = (len(phrasing), meaning, other)
        return best[1:]


def _after(utterance: str, count: int) -> str:
    """`utterance` without its first `count` words, written as it was."""
    pieces = utterance.split()
    for at in range(len(pieces) + 1):
        if len(words(" ".join(pieces[:at]))) >= count:
            return " ".join(pieces[at:])
    return ""


def dictates(text: str, numerals: Set[str]) -> bool:
    """Whether there are digits in `text`, as figures or as any of the words `numerals`."""
    return any(word in numerals or any(map(str.isdigit, word)) for word in words(text))


def _alike(said: list[str], phrasing: list[str]) -> bool:
    """Whether a long phrasing was said, though the recogniser spelled it otherwise."""
    heard, meant = "".join(said), "".join(phrasing)
    if min(len(heard), len(meant)) < _LONG:
        return False
    return SequenceMatcher(None, heard, meant, autojunk=False).ratio() >= _ALIKE


def load_phrases(
    path: Path,
    office: str,
    language: str = "",
    others: Mapping[str, Path] | None = None,
    key: str = "",
) -> Phrases:
    """Read a phrase file.

    Args:
        path: the file.
        office: the office's name.
        language: the assistant's own, as the other assistants' files call it under [called].
        others: name of each assistant that this one may hand callers to → its phrase file.
        key: that chooses the assistant at the front desk; empty: it is not there.

    Raises:
        PhraseError: a file is unreadable or not TOML, or a phrase or an intent is missing.
    """
    called = {
        name: _read(file, lambda text: _called(text, language)) for name, file in (others or {}).items()
    }
    return replace(_read(path, lambda text: read_phrases(text, office, key)), called=called)


def _read(path: Path, parse: Callable[[str], Parsed]) -> Parsed:
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, PhraseError) as error:
        raise PhraseError(f"{path}: {error}") from error


def _called(text: str, language: str) -> tuple[str, ...]:
    try:
        return tuple(_text(item) for item in tomllib.loads(text).get("called", {}).get(language, []))
    except tomllib.TOMLDecodeError as error:
        raise PhraseError(f"is not valid TOML: {error}") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise PhraseError(f"called.{language}: {error}") from error


def read_phrases(text: str, office: str, key: str = "") -> Phrases:
    """As `load_phrases`, from the file's text."""
    try:
        raw = tomllib.loads(text)
        texts = {phrase: _text(raw["phrases"][phrase.value]) for phrase in Phrase}
        intents = {
            meaning: tuple(_text(item) for item in raw["intents"][meaning.value])
            for meaning in INTENTS
            if meaning not in _OPTIONAL or meaning.value in raw["intents"]
        }
        ask_for = tuple(_text(item) for item in raw["intents"].get("ask_for", []))
        answers = _answers(raw.get("answers", {}))
        briefing = _text(raw["briefing"]) if "briefing" in raw else ""
        menu = _menu(raw["menu"]) if "menu" in raw else None
        announcements = {
            one: _text(raw["telephone"][one.value])
            for one in Announcement
            if one.value in raw.get("telephone", {})
        }
        directory = _directory(raw["directory"]) if "directory" in raw else None
        hours = _hours(raw["hours"]) if "hours" in raw else HoursPhrases()
    except tomllib.TOMLDecodeError as error:
        raise PhraseError(f"is not valid TOML: {error}") from error
    except KeyError as error:
        raise PhraseError(f"lacks {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise PhraseError(str(error)) from error
    texts = {phrase: said.replace("{office}", office).replace("{key}", key) for phrase, said in texts.items()}
    return Phrases(texts, intents, ask_for, answers, briefing, menu, announcements, hours, directory)


def _answers(table: Mapping[str, Any]) -> AnswersPhrases:
    def choices(key: str) -> tuple[str, ...]:
        return tuple(_text(item) for item in table.get(key, []))

    def phrase(key: str) -> str:
        return _text(table[key]) if key in table else ""

    ask, ask_two, rest = (phrase(key) for key in ("ask", "ask_two", "rest"))
    for text, slots in ((ask, ("{title}",)), (ask_two, ("{first}", "{second}"))):
        if ask and not all(slot in text for slot in slots):
            raise ValueError(f"answers: {text!r} does not hold {' and '.join(slots)}")
    first, second, both = (choices(key) for key in ("first", "second", "both"))
    return AnswersPhrases(ask, ask_two, rest, first, second, both)


def _menu(table: Mapping[str, Any]) -> MenuPhrases:
    return MenuPhrases(*(_text(table[key]) for key in ("topic", "more", "message", "operator")))


def _directory(table: Mapping[str, Any]) -> DirectoryPhrases:
    return DirectoryPhrases(*(_text(table[key]) for key in ("confirm", "which", "either")))


def _hours(table: Mapping[str, Any]) -> HoursPhrases:
    keys = ("open", "open_until", "closed", "opens_today", "opens_tomorrow", "opens_on")
    days = tuple(_text(item) for item in table["days"])
    now = tuple(_text(item) for item in table["now"])
    if len(days) != len(DAYS):
        raise ValueError(f"hours.days: there must be {len(DAYS)}, from Monday on")
    return HoursPhrases(**{key: _text(table[key]) for key in keys}, days=days, now=now)


def _text(item: Any) -> str:
    text = item["text"] if isinstance(item, dict) else item
    if not isinstance(text, str) or not words(text):
        raise ValueError(f"{item!r} is not a text")
    return text.strip()
