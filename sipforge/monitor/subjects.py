"""What the monitor looks at every few seconds, one subject a file, and how it tells Asterisk what it saw."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from sipforge.infra.asterisk.ami.messages import AmiError

_log = logging.getLogger(__name__)

ROUND_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look has shown."""

    seen: Any
    """As anything JSON can hold."""
    problems: tuple[str, ...] = ()
    """What is not well, a sentence each."""


class Subject(Protocol):
    """Something that may be well or not."""

    @property
    def name(self) -> str:
        """Its key among the checks of /health."""

    async def look(self) -> None:
        """Take one look; does not raise."""

    def finding(self) -> Finding:
        """What was seen."""


class Variables:
    """What the monitor keeps in Asterisk, global variables and device states: told once, and when it changes.

    Variables are in its memory: a full disk cannot keep them from being set. A restarted one is told anew.
    """

    def __init__(self, set_variable: Callable[[str, str], Awaitable[None]]) -> None:
        """`set_variable`: has Asterisk set one; raises AmiError where that fails."""
        self._set_variable = set_variable
        self._wanted: dict[str, str] = {}
        self._told: dict[str, str] = {}

    def want(self, name: str, value: str) -> None:
        """From here on the variable shall have this value."""
        self._wanted[name] = value

    def forget(self) -> None:
        """Asterisk is gone: the next one knows nothing."""
        self._told.clear()

    async def tell(self) -> None:
        """Tell what Asterisk does not know yet; what it does not take is told the next time."""
        for name, value in list(self._wanted.items()):
            if self._told.get(name) == value:
                continue
            try:
                await self._set_variable(name, value)
            except AmiError as error:
                _log.debug("not told: %s: %s", name, error)
                return
            self._told[name] = value


async def look_around(subjects: Sequence[Subject], variables: Variables) -> NoReturn:
    """Look at all of them and tell Asterisk, until cancelled."""
    while True:
        for subject in subjects:
            await subject.look()
        await variables.tell()
        await asyncio.sleep(ROUND_SECONDS)
