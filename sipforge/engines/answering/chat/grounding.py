"""Whether a sentence that a language model wrote says only what the office's facts say. Pure, English.

A small model asked about an office invents hours, names and numbers, fluently. So each sentence must be made
of one fact: every word of it that means something must be in that fact, and in the fact's sense:
- a number, time or telephone number only whole, with its part of the day and beside what it is said of;
- a denial only where the fact denies, an assertion only where it asserts.
The fact must also be about what was asked. A sentence without a claim ("Let me see.") is left out.
The caller's words prove nothing: "Are you open at six?" must not become "Yes, we are open at six".
What is left unsaid costs an honest "I do not know"; so doubt always counts against the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from sipforge.text.english.lexicon import stem
from sipforge.text.english.normalisation import cardinal, normalise, ordinal
from sipforge.text.plain import words

_FUNCTION: Final = frozenset(
    words(
        """
        a an the this that these those there here it its he she him his her they them their i me my
        you your we us our what when where why how is are was were be been being am do does did done
        have has had can could will would shall should may might must let of to in on at by for from
        with into through as if then than so and or but also too both not no never cannot nor just
        about very well much many please yes yeah okay
        """
    )
)
_CLAIMLESS: Final = frozenset(
    words(
        """
        know tell say want need like ask question answer help welcome glad happy sure course sorry
        hello hi good thank thanks thing something anything able give exactly actually see check
        moment
        """
    )
)
_ASKING: Final = _CLAIMLESS | {"who", "whom", "whose", "which"}
"""Words that say nothing of what a question is about; in an answer "which" claims that two things are one."""
_NEUTRAL: Final = _CLAIMLESS | frozenset(
    words(
        """
        office hour hours time name number address located price cost costs available offer provide
        get go come find reach use accept call called contact
        """
    )
)
"""Words that claim nothing of themselves in an answer, though a question may be about them."""
_SOCIAL: Final = frozenset(("hello", "hi", "hey", "thank", "thanks", "good", "great", "nice"))
_DENIALS: Final = frozenset(
    ("not", "no", "never", "none", "nobody", "nothing", "cannot", "nor", "neither", "without")
)
_SCALES: Final = frozenset(("hundred", "thousand", "million", "billion"))
_NUMBERS: Final = (
    _SCALES
    | {"midday", "midnight"}
    | {cardinal(number) for number in [*range(20), *range(20, 100, 10)]}
    | {ordinal(number) for number in [*range(2, 20), *range(20, 100, 10)]}
)
_DAY_PARTS: Final = frozenset(("morning", "afternoon", "evening"))
_RANGE: Final = frozenset(("to", "until", "till"))
_JOINTS: Final = frozenset(("and", "but", "or"))
_STOPS: Final = frozenset((".", "!", "?"))
_SAME: Final = {"noon": "midday", "phone": "telephone"}
_SITE: Final = re.compile(r"\b(?:\w+ at )?\w+(?: dot \w+)+")
"""An e-mail or Internet address, as it is said; right only as a whole."""
_DASH: Final = re.compile(r"\s+-\s+|\s*[\u2013\u2014]\s*")
_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[,;:.!?]")
_OPENING: Final = re.compile(
    r"^(?:(?:(?:yes|yeah|sure|certainly|of course)\b[,.!]?|no[,.!])\s+)+(?=\w)", re.I
)
_TELEPHONE: Final = 6
"""Digits from which a number is taken for one of a telephone."""
_RELEVANT: Final = 0.5
"""More than this part of what the question is about must be in the fact."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the office says of itself."""

    text: str
    about: tuple[str, ...] = ()
    """How callers ask for it."""


class Verdict(Enum):
    """What becomes of a sentence."""

    SAY = "say"
    SKIP = "skip"
    """It claims nothing: harmless, and no answer."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class _Number:
    value: tuple[str, ...]
    part: str
    """Of the day; empty where none is said."""
    clause: int
    said_of: str
    """The content before it in its clause; empty where there is none, or where it ends a range."""


@dataclass(slots=True)
class _Reading:
    """A text taken apart."""

    content: list[set[str]] = field(default_factory=lambda: [set()])
    """Of each clause."""
    sentence_of: list[int] = field(default_factory=lambda: [0])
    """The sentence in which each clause stands."""
    denying: set[int] = field(default_factory=set)
    """Clauses that deny."""
    numbers: list[_Number] = field(default_factory=list)

    @property
    def all_content(self) -> set[str]:
        return set().union(*self.content)


def _read(text: str, ignored: frozenset[str]) -> _Reading:
    said = _DASH.sub(" to ", normalise(text)).replace("-", " ").casefold()
    said = _SITE.sub(lambda found: f"{found[0]} {found[0].replace(' ', '')}", said)
    tokens = [_SAME.get(found, found) for found in _TOKEN.findall(said)]
    reading = _Reading()
    at, said_of, ranging = 0, "", False
    while at < len(tokens):
        token = tokens[at]
        if token in _NUMBERS:
            value, part, at = _number(tokens, at)
            if value != ("one",) or part:
                of = "" if ranging else said_of
                reading.numbers.append(_Number(value, part, len(reading.content) - 1, of))
            ranging = False
            continue
        at += 1
        if not token[0].isalnum() or token in _JOINTS:
            reading.content.append(set())
            reading.sentence_of.append(reading.sentence_of[-1] + (token in _STOPS))
            said_of = ""
        if token in _DENIALS or token.endswith("n't"):
            reading.denying.add(len(reading.content) - 1)
        ranging = token in _RANGE and bool(reading.numbers)
        key = _key(token, ignored)
        if key and token[0].isalnum():
            reading.content[-1].add(key)
            said_of = key
    return reading


def _number(tokens: Sequence[str], at: int) -> tuple[tuple[str, ...], str, int]:
    """The number that begins at `at`, the part of the day said with it, and where the text goes on."""
    value = [tokens[at]]
    at += 1
    while at < len(tokens):
        # A telephone number's groups stand between commas; "two hundred and five" has its "and".
        joined = (tokens[at] == "," and len(value) > 2) or (tokens[at] == "and" and value[-1] in _SCALES)
        step = 2 if joined else 1
        following = tokens[at + step - 1 : at + step]
        if not following or following[0] not in _NUMBERS:
            break
        value.append(following[0])
        at += step
    part = ""
    if tokens[at : at + 2] == ["in", "the"] and set(tokens[at + 2 : at + 3]) <= _DAY_PARTS:
        part = "".join(tokens[at + 2 : at + 3])
        at += 3
    return tuple(value), part, at


def _key(token: str, ignored: frozenset[str]) -> str:
    """What the forms of a word have in common; empty for a word without content."""
    head = "" if token.endswith("n't") else token.partition("'")[0]
    if head in _FUNCTION or head in ignored:
        return ""
    key = stem(head)
    return key.removesuffix("e") if len(key) > 4 else key


class Grounds:
    """The facts that an answer may be made of, ready for checking."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts = tuple(facts)
        self._readings = [
            (_read(fact.text, _NEUTRAL), _read(". ".join([fact.text, *fact.about]), _ASKING))
            for fact in self._facts
        ]

    def closest(self, question: str, count: int) -> list[Fact]:
        """The `count` facts that share most with `question`, closest first."""
        asked = _read(question, _ASKING).all_content
        shared = [len(asked & about.all_content) for _, about in self._readings]
        order = sorted(range(len(shared)), key=lambda index: shared[index], reverse=True)
        return [self._facts[index] for index in order[:count]]

    def judge(self, sentence: str, question: str) -> Verdict:
        """Whether `sentence`, in answer to `question`, may be said."""
        said = _read(sentence, _NEUTRAL)
        asked = _read(question, _ASKING)
        if not said.all_content and not said.numbers:
            social = not asked.all_content and not _SOCIAL.isdisjoint(words(question))
            return Verdict.SAY if social else Verdict.SKIP
        grounded = any(_is_about(asked, about) and _follows(said, fact) for fact, about in self._readings)
        return Verdict.SAY if grounded else Verdict.REFUSE

    def hopeless(self, begun: str, question: str) -> bool:
        """Whether nothing that goes on from `begun`, whose last word may not be whole, may be said."""
        said = _read(begun.rpartition(" ")[0], _NEUTRAL).all_content
        asked = _read(question, _ASKING)
        # Where no fact is about the question, that is so before the first word.
        return not any(said <= fact.all_content and _is_about(asked, about) for fact, about in self._readings)

    def statement(self, sentence: str) -> str:
        """What `sentence` states; see `statement`."""
        return statement(sentence)


def statement(sentence: str) -> str:
    """`sentence` without a "Yes," or "No," before it: that would be a claim, and one that nothing proves."""
    rest = _OPENING.sub("", sentence.strip())
    return rest[:1].upper() + rest[1:]


def _is_about(asked: _Reading, about: _Reading) -> bool:
    content = asked.all_content
    return not content or len(content & about.all_content) > _RELEVANT * len(content)


def _follows(said: _Reading, fact: _Reading) -> bool:
    return (
        said.all_content <= fact.all_content
        # A number alone is of nothing, unless it speaks for itself, as a telephone number does.
        and (bool(said.all_content) or all(len(number.value) >= _TELEPHONE for number in said.numbers))
        and all(_has_number(fact, number) for number in said.numbers)
        and all(
            _same_sense(content, clause in said.denying, fact) for clause, content in enumerate(said.content)
        )
    )


def _has_number(fact: _Reading, number: _Number) -> bool:
    return any(
        each.value == number.value
        and number.part in ("", each.part)
        and (not number.said_of or _is_said_of(fact, each, number.said_of))
        for each in fact.numbers
    )


def _is_said_of(fact: _Reading, number: _Number, word: str) -> bool:
    """Whether `word` stands in the number's clause, or beside it where no other number has a claim to it."""
    taken = {each.clause for each in fact.numbers} - {number.clause}
    return any(
        word in content
        and clause not in taken
        and fact.sentence_of[clause] == fact.sentence_of[number.clause]
        for clause, content in enumerate(fact.content)
    )


def _same_sense(content: set[str], denies: bool, fact: _Reading) -> bool:
    """Whether the clause of the fact that shares most with a clause of the sentence denies as it does."""
    shared = [len(content & clause) for clause in fact.content]
    closest = {clause for clause, count in enumerate(shared) if count == max(shared)}
    return not content or any((clause in fact.denying) == denies for clause in closest)
