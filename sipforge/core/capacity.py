"""How many calls a host bears, and whether it bears one more. Pure.

Rules, in prose:

1. A caller asks something every `TURN_SECONDS`. A turn costs processor seconds, measured on the host.
2. The assistants may keep the processor busy for `BUSY_SHARE` of the time.
3. Assistants that were measured share the host: of one that bears 10 calls, each call is a tenth of it.
4. A number that the office has set is counted for its assistant alone, and so is the default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Final

TURN_SECONDS: Final = 12.0
"""From a caller's question to the next: an assumption, a little busier than tests.bench.turn_cost has it."""
BUSY_SHARE: Final = 0.5
"""Above that, replies queue behind each other, since callers ask when they like: by Erlang's formula, on two
cores one in three waits for another at half, seven in ten at four fifths. Asterisk, calls between telephones
and what carries the sound need the rest; so do callers who are not understood at first, since those measured
are: two further looks at an English one were about as much work again as its first."""
DEFAULT_CALLS: Final = 10
"""Of an assistant that was neither measured nor given a number."""


class Source(Enum):
    """How a limit came about."""

    SET = "set"
    """By the office, in its settings."""
    MEASURED = "measured"
    """On this host."""
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many calls an assistant takes at once."""

    calls: int
    source: Source


def calls_borne(turn_seconds: float, cores: int, rtp_calls: int) -> int:
    """How many calls with one assistant a host bears, if there are no others; at least one.

    Args:
        turn_seconds: processor seconds of a turn.
        cores: of the processor.
        rtp_calls: how many the RTP ports allow.
    """
    turns_at_once = BUSY_SHARE * cores / turn_seconds
    return max(1, min(int(turns_at_once * TURN_SECONDS), rtp_calls))


def has_room(limits: Mapping[str, Limit], in_progress: Sequence[str], bot: str) -> bool:
    """Whether an assistant may take one call more.

    Args:
        limits: of each assistant, by name.
        in_progress: the assistant of each call.
        bot: the assistant.
    """
    if in_progress.count(bot) >= limits[bot].calls:
        return False
    if limits[bot].source is not Source.MEASURED:
        return True
    shares = (limits[name] for name in (*in_progress, bot) if limits[name].source is Source.MEASURED)
    return sum(Fraction(1, limit.calls) for limit in shares) <= 1
