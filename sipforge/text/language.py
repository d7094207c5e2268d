"""Finds what sipforge.text knows of a language, by the language's name. Pure."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Protocol, cast


class Language(Protocol):
    """A module of sipforge.text."""

    def normalise(self, text: str) -> str:
        """`text` as words."""
        ...

    def sentences(self, text: str) -> list[str]:
        """`text` in pieces that can be spoken one after the other."""
        ...


def load_language(name: str) -> Language:
    """The module sipforge.text.<name>, or plain text for a language that has none."""
    try:
        module = importlib.import_module(f"sipforge.text.{name}")
    except ModuleNotFoundError:
        module = importlib.import_module("sipforge.text.plain")
    return cast(Language, module)


def load_reading(name: str) -> Callable[[str], str]:
    """`to_digits` of sipforge.text.<name>_reading: spoken numbers and times → figures; without, as it is."""
    module = f"sipforge.text.{name}_reading"
    try:
        return cast(Callable[[str], str], importlib.import_module(module).to_digits)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return str
