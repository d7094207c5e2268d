"""A line in the host's journal from a command, which has no service's log to write to."""

from __future__ import annotations

import contextlib
import logging
from logging.handlers import SysLogHandler
from typing import Any

from sipforge.infra.logs import JsonFormatter

_SOCKET = "/dev/log"


def journal(identifier: str, message: str, **fields: Any) -> None:
    """Write one line, in the services' own shape; nothing where the host keeps no journal.

    Args:
        identifier: `journalctl -t` finds it by this.
        message: what happened.
        fields: what else the line says.
    """
    with contextlib.suppress(OSError):
        handler = SysLogHandler(_SOCKET)
        handler.ident = f"{identifier}: "
        handler.append_nul = False
        handler.setFormatter(JsonFormatter("cli"))
        record = logging.LogRecord("sipforge.cli", logging.INFO, "", 0, message, None, None)
        record.__dict__.update(fields)
        handler.emit(record)
        handler.close()
