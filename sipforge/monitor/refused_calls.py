"""Outside calls that were refused: counted, told in the log, an alarm when one extension goes on trying."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sipforge.core.asterisk.refusals import Alarms, refusal
from sipforge.core.asterisk.repeats import RepeatLog
from sipforge.core.asterisk.state import Headers
from sipforge.monitor.subjects import Finding
from sipforge.monitor.telemetry import Telemetry

_log = logging.getLogger(__name__)


class RefusedCalls:
    """What users tried that they may not."""

    name = "refused_calls"

    def __init__(self, telemetry: Telemetry, clock: Callable[[], float]) -> None:
        """`clock`: monotonic seconds."""
        self._telemetry = telemetry
        self._clock = clock
        self._lines: RepeatLog[str] = RepeatLog()
        self._alarms = Alarms()

    def on_event(self, event: Headers) -> None:
        """Take in one event; those of other kinds change nothing."""
        refused = refusal(event)
        if refused is None:
            return
        self._telemetry.refused(refused.reason)
        now = self._clock()
        self._alarms.take(now, refused)
        if count := self._lines.due(now, refused.extension):
            _log.warning(
                "outside calls refused: %s",
                refused.reason,
                extra={"extension": refused.extension, "number": refused.number, "count": count},
            )

    async def look(self) -> None:
        """Tell of those that came after a line, and of which no more have come."""
        for extension, count in self._lines.overdue(self._clock()):
            _log.warning("outside calls refused: more", extra={"extension": extension, "count": count})

    def finding(self) -> Finding:
        """What it showed."""
        alarms = self._alarms.current(self._clock())
        return Finding(
            dict(alarms),
            tuple(
                f"{extension} has tried {count} outside calls that it may not make, the last within an hour"
                for extension, count in alarms.items()
            ),
        )
