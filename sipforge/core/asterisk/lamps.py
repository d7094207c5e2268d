"""The lamp of an assistant on telephones that watch its extension.

It is a device state of Asterisk that the monitor keeps; a hint names it:
`exten => 2000,hint,Custom:sipforge-english`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from sipforge.core.breaker import BreakerState


class Lamp(Enum):
    """Asterisk's word for it (DEVICE_STATE)."""

    FREE = "NOT_INUSE"
    """Takes calls."""
    TALKING = "INUSE"
    """Has calls, and takes more."""
    FULL = "BUSY"
    DOWN = "UNAVAILABLE"


def device(assistant: str) -> str:
    """The device state's name."""
    return f"Custom:sipforge-{assistant}"


def lamps(assistants: Iterable[str], health: Any) -> Mapping[str, Lamp]:
    """Assistant → its lamp.

    Args:
        assistants: their names.
        health: the orchestrator's /health document; anything else: it does not answer, so nobody can be
            reached.
    """
    checks = health.get("checks") if isinstance(health, dict) else None
    bots = checks.get("bots") if isinstance(checks, dict) else None
    return {name: _lamp(bots.get(name) if isinstance(bots, dict) else None) for name in assistants}


def _lamp(bot: Any) -> Lamp:
    if not isinstance(bot, dict) or not bot.get("socket") or bot.get("breaker") == BreakerState.OPEN.value:
        return Lamp.DOWN
    if not bot.get("room", True):
        return Lamp.FULL
    return Lamp.TALKING if bot.get("calls") else Lamp.FREE
