"""Keeps the lamps of the assistants, by `sipforge.core.asterisk.lamps`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any

from sipforge.core.asterisk.lamps import device, lamps
from sipforge.monitor.subjects import Finding, Variables


class Lamps:
    """What telephones show that watch an assistant's extension."""

    name = "assistants"

    def __init__(
        self, assistants: Collection[str], health: Callable[[], Awaitable[Any]], variables: Variables
    ) -> None:
        """Nothing is told yet.

        Args:
            assistants: their names.
            health: the orchestrator's /health document; None where it does not answer.
            variables: where Asterisk is told.
        """
        self._assistants = assistants
        self._health = health
        self._variables = variables
        self._words: dict[str, str] = {}

    async def look(self) -> None:
        """Take one look."""
        found = lamps(self._assistants, await self._health())
        self._words = {name: lamp.name.lower() for name, lamp in found.items()}
        for name, lamp in found.items():
            self._variables.want(f"DEVICE_STATE({device(name)})", lamp.value)

    def finding(self) -> Finding:
        """What it showed."""
        # What is not well, the orchestrator's own health says.
        return Finding(self._words)
