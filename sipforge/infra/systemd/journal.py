"""A line in the host's journal from a command, which has no service's log to write to."""

from __future__ import annotations

import logging
import syslog
from typing import Any

from sipforge.infra.logs import JsonFormatter


def journal(identifier: str, message: str, **fields: Any) -> None:
    """Write one line, in the services' own shape; nothing where the host keeps no journal.

    Args:
        identifier: `journalctl -t` finds it by this.
        message: what happened.
        fields: what else the line says.
    """
    record = logging.LogRecord("sipforge.cli", logging.INFO, "", 0, message, None, None)
    record.__dict__.update(fields)
    syslog.openlog(identifier)
    syslog.syslog(syslog.LOG_INFO, JsonFormatter("cli").format(record))
    syslog.closelog()
