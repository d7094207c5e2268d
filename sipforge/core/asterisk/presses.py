"""Which reports of a telephone's key are one press. Time is an argument.

A press may be reported more than once: some telephones send each key as an RTP event (RFC 4733) and as SIP
INFO (RFC 6086), and Asterisk hands on both; what Asterisk tells on its manager interface, it also tells on
the stream of the call. Rules:
- Each report names its source. No source reports a press twice, so "1 1", however quick, is two presses. One
  exception: a tone that ends while Asterisk still plays the key before it onwards is put aside, and told
  again later, as if it were INFO of the same length (channel.c, `queue_dtmf_readq`).
- A report belongs to the oldest press of its key that its source has not reported, if that press was going
  on, or was over for no more than `SAME_PRESS_SECONDS`, when the reported one began.
- A press counts at its first report.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

KEYS: Final = frozenset("0123456789*#ABCD")
"""What a telephone can send (RFC 4733, table 3); a hook flash is no key."""
SAME_PRESS_SECONDS: Final = 1.0
"""INFO waits for its answer before it is sent again, and comes late where packets are lost; telephones mix no
sources, so a wide window costs no press."""
_PRESSES_KEPT: Final = 16


class Source(Enum):
    """What tells of a key."""

    TONE = "tone"
    """An RTP event, or a tone in the sound: Asterisk hears it begin and end."""
    INFO = "info"
    """SIP INFO: Asterisk is told of it as a whole."""
    STREAM = "stream"
    """The call's AudioSocket stream, kind 0x03."""


@dataclass(slots=True)
class _Press:
    key: str
    ended: float
    """When it was over, as far as is known."""
    seconds: float
    """Its length, by the last report."""
    sources: set[Source] = field(default_factory=set)
    told_again: bool = False

    def is_told_again(self, source: Source, seconds: float) -> bool:
        """Whether a report that is one too many is a tone that had been put aside."""
        both = source is Source.INFO and Source.TONE in self.sources
        return both and seconds == self.seconds and not self.told_again


class Presses:
    """The keys of one call."""

    def __init__(self) -> None:
        self._recent: deque[_Press] = deque(maxlen=_PRESSES_KEPT)

    def take(self, key: str, source: Source, now: float, seconds: float = 0.0) -> bool:
        """Take a report; whether it is a press that did not count yet.

        Args:
            key: one of `KEYS`.
            source: what tells.
            now: when the press was over, by a monotonic clock.
            seconds: how long it lasted, as far as is known.
        """
        for press in self._recent:
            if press.key != key or now - seconds - press.ended > SAME_PRESS_SECONDS:
                continue
            if source in press.sources:
                if not press.is_told_again(source, seconds):
                    continue
                press.told_again = True
            press.sources.add(source)
            press.ended, press.seconds = now, seconds
            return False
        self._recent.append(_Press(key, now, seconds, {source}))
        return True
