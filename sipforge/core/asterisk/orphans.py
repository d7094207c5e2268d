"""Which media channels nobody looks after any more, so that they are hung up. Time is an argument.

An assistant call holds an AudioSocket channel in Asterisk and a session in the orchestrator. If the
orchestrator dies, Asterisk may keep the channel (Asterisk 20.6 even spins on it), and the caller hears
nothing for ever. Rules:
- A channel is vouched for when the orchestrator lists its call. An orchestrator that does not answer
  vouches for nothing.
- A channel that nobody has vouched for during `limit_seconds` without a break is an orphan.
- An orphan is named once, then again every `limit_seconds` while it is still there: a hang-up can fail.
- A channel that is gone is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_MEDIA_CHANNEL = re.compile(
    r"AudioSocket/.*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z", re.IGNORECASE | re.ASCII
)


def call_of(channel: str) -> str | None:
    """The call id in the name of a media channel, in lower case; None for any other channel.

    Such a name is `AudioSocket/127.0.0.1:9092-<uuid>` (chan_audiosocket.c).
    """
    match = _MEDIA_CHANNEL.match(channel)
    return match.group(1).lower() if match else None


class OrphanWatch:
    """Remembers since when each media channel has had nobody to vouch for it."""

    def __init__(self, limit_seconds: float) -> None:
        """`limit_seconds`: for how long a channel may be without its session."""
        self._limit_seconds = limit_seconds
        self._since: dict[str, float] = {}

    def observe(
        self, now_seconds: float, channels: Collection[str], known_calls: Collection[str] | None
    ) -> tuple[str, ...]:
        """Take one look, and say which channels to hang up.

        Args:
            now_seconds: a monotonic clock.
            channels: names of all channels in Asterisk; those that are no media channels are ignored.
            known_calls: call ids that the orchestrator lists (lower case); None if it does not answer.

        Returns:
            Names of the orphans, sorted.
        """
        vouched = frozenset(known_calls or ())
        unvouched = {
            channel for channel in channels if (call := call_of(channel)) is not None and call not in vouched
        }
        self._since = {channel: self._since.get(channel, now_seconds) for channel in unvouched}
        orphans = tuple(
            sorted(
                channel
                for channel, since in self._since.items()
                if now_seconds - since >= self._limit_seconds
            )
        )
        for channel in orphans:
            self._since[channel] = now_seconds
        return orphans
