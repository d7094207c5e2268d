"""Logging: one JSON object a line on stderr, which systemd hands to the journal.

What callers say is never logged, only lengths and timings. The call a line belongs to is its `call` field:
`logger.info("answered", extra={"call": call_id})`, or a `logging.LoggerAdapter` made once per call.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Final, TextIO

_STANDARD: Final = frozenset(
    (*logging.LogRecord("", 0, "", 0, "", None, None).__dict__, "message", "asctime", "taskName")
)


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: time (ISO, UTC), level, service, logger, message, then `extra` fields."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: value for name, value in record.__dict__.items() if name not in _STANDARD})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = self.formatException(record.exc_info)
        # ASCII only: no character a peer chose can break a line or be one that stderr cannot write.
        return json.dumps(line, default=str)


class CallLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger whose every line carries the call's id; `extra` given with a line is kept as well."""

    def __init__(self, logger: logging.Logger, call: str) -> None:
        super().__init__(logger, {"call": call})

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Join the line's own `extra` to the call's (the standard adapter would replace it)."""
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs


def configure_logging(service: str, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send every log line of this process to `stream` (stderr by default) as JSON.

    Args:
        service: name that goes into each line, such as "orchestrator" or "bot-english".
        level: lowest level that is written.
        stream: where to write.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These are chatty at INFO about things that are not ours to report.
    for name in ("asyncio", "httpx", "uvicorn"):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
