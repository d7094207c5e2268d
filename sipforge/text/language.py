"""What SipForge knows of a language, found by the language's name. Pure.

A language is a folder of `sipforge.text` whose `__init__` has a `LANGUAGE`: its name in English and, of the
parts below, those that it has of its own. What it leaves out is done as plain text.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sipforge.text
from sipforge.text import plain, turn_end
from sipforge.text.lexicon import PLAIN, Lexicon
from sipforge.text.turn_end import Completeness


class LanguageError(ValueError):
    """There is no such language, or its folder is faulty; the message names it."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language; each function is pure."""

    name: str
    """In English, as a language model is told it: "Kinyarwanda"."""
    normalise: Callable[[str], str] = plain.normalise
    """Text → the same with everything as words, ready to be spoken."""
    sentences: Callable[[str], list[str]] = plain.sentences
    """Text → pieces that can be spoken one after the other."""
    to_digits: Callable[[str], str] = str
    """What a caller said → the same with spoken numbers and times as figures."""
    completeness: Callable[[str], Completeness] = turn_end.completeness
    """The words so far → whether the caller's sentence is whole."""
    is_backchannel: Callable[[str], bool] = turn_end.is_backchannel
    """Words → whether they only show that the caller listens."""
    lexicon: Lexicon = PLAIN
    """The general words, for matching questions."""
    background: tuple[str, ...] = ()
    """Everyday questions to offices of many kinds: what is nearer to these is probably not known."""
    sentences_said: tuple[str, ...] = ()
    """Sentences of people, which show how words are spelt and follow each other."""
    letters: Path | None = None
    """Letters as Whisper's encoder hears them, for a language that Whisper never learnt."""


PLAIN_TEXT = Language("plain text")
"""Only what all languages share."""


def read_lines(text: str) -> tuple[str, ...]:
    """The lines of `text`, without empty ones and those that begin with #."""
    return tuple(line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#"))


def languages() -> list[str]:
    """The names of the languages there are: the folders of `sipforge.text`."""
    return sorted(found.name for found in pkgutil.iter_modules(sipforge.text.__path__) if found.ispkg)


def load_language(name: str) -> Language:
    """The language of the folder `sipforge/text/<name>`.

    Raises:
        LanguageError: there is none, a module in it cannot be imported, or it has no `LANGUAGE`.
    """
    if name not in languages():
        raise LanguageError(
            f"there is no language {name!r} in sipforge/text; there are: {', '.join(languages())}"
        )
    try:
        found = importlib.import_module(f"sipforge.text.{name}")
    except Exception as error:
        # A mistake in a language's own files, of whatever kind, is that language's.
        raise LanguageError(f"the language {name!r} cannot be loaded: {error}") from error
    language = getattr(found, "LANGUAGE", None)
    if not isinstance(language, Language):
        raise LanguageError(f"sipforge/text/{name}/__init__.py has no LANGUAGE")
    return language
