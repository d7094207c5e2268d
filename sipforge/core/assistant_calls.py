"""The orchestrator's list of calls in progress (GET /calls), checked by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AssistantCall:
    """One call between a telephone and an assistant."""

    call: str
    """Call id, a UUID in lower case."""
    bot: str
    caller: str
    dialled: str
    state: str
    started: str
    """ISO 8601, UTC."""
    seconds: float
    """Since it was admitted."""


def parse_calls(document: Any) -> tuple[AssistantCall, ...]:
    """The calls in `[{"call": ..., "bot": ..., "caller": ..., ...}]`.

    Raises:
        ValueError: another shape, or a call without its id.
    """
    if not isinstance(document, list):
        raise ValueError("is not a list of calls")
    return tuple(_call(entry) for entry in document)


def _call(entry: Any) -> AssistantCall:
    if not isinstance(entry, dict) or not isinstance(entry.get("call"), str):
        raise ValueError("a call has no id")

    def text(key: str) -> str:
        value = entry.get(key)
        return value if isinstance(value, str) else ""

    seconds = entry.get("seconds")
    return AssistantCall(
        call=entry["call"].lower(),
        bot=text("bot"),
        caller=text("caller"),
        dialled=text("dialled"),
        state=text("state"),
        started=text("started"),
        seconds=float(seconds) if isinstance(seconds, int | float) else 0.0,
    )
