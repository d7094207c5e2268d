"""What Asterisk's manager interface tells of the lines of calls, handed to the relay of each call.

Without the interface calls go on, as on a telephone whose hold key does nothing: no call counts as held, and
keys come over the stream alone, where Asterisk sends them (20.14 and later).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

from sipforge.core.asterisk.lines import Fact, Headers, KeyPressed, LineHeld, LineResumed, Lines
from sipforge.core.asterisk.presses import Source

_log = logging.getLogger(__name__)


class Line(Protocol):
    """A call that is told what happens to its line."""

    def hold(self, *, alone: bool) -> None:
        """Nobody listens any more, or (`alone`) nobody is there; may be told again."""

    def resume(self) -> None:
        """Somebody listens; may be told again."""

    def press(self, key: str, source: Source, seconds: float) -> None:
        """A key was pressed for `seconds`; the same press may be told by another source, too."""


class LineWatch:
    """Takes events, and tells the calls that listen."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._listening: dict[str, Line] = {}

    def listen(self, call: str, line: Line) -> None:
        """Tell `line` of a call from here on, and at once if it is held."""
        self._listening[call] = line
        if (held := self._lines.held(call)) is not None:
            line.hold(alone=held.alone)

    def leave(self, call: str, line: Line) -> None:
        """Tell `line` nothing more; another that listens to the same call meanwhile stays."""
        if self._listening.get(call) is line:
            del self._listening[call]

    def knows(self, call: str) -> bool:
        """Whether holds and keys of a call are told here."""
        return self._lines.knows(call)

    def on_event(self, event: Headers) -> None:
        """Take in one event."""
        self._tell(self._lines.apply(event))

    async def on_up(self) -> None:
        """A connection begins: calls in progress are known again once somebody enters their bridge."""

    def on_down(self) -> None:
        """The connection ended."""
        self._tell(self._lines.clear())

    def _tell(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            line = self._listening.get(fact.call)
            if line is None:
                continue
            match fact:
                case LineHeld(call, alone):
                    _log.info("nobody on the line" if alone else "line held", extra={"call": call})
                    line.hold(alone=alone)
                case LineResumed(call):
                    _log.info("line resumed", extra={"call": call})
                    line.resume()
                case KeyPressed(_, key, source, seconds):
                    line.press(key, source, seconds)
