"""Every wait and bound of the orchestrator that is not a setting, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, frames and connections; the defaults are for the telephone, tests choose shorter ones."""

    uuid_seconds: float = 2.0
    """An AudioSocket peer says which call it is within this."""
    admission_seconds: float = 15.0
    """An admitted call connects within this."""
    next_seconds: float = 60.0
    """How long the dialplan may take to ask where a call goes on."""
    leave_seconds: float = 5.0
    """Longest time our connections of a call may take to close, once the dialplan goes on."""
    alone_seconds: float = 300.0
    """How long an assistant that was transferred waits for somebody; telephones ring for less."""
    away_seconds: float = 900.0
    """How long a caller sent to a colleague or a mailbox may be brought back."""
    sweep_seconds: float = 2.0
    """How often what is over is looked for."""
    frame_seconds: float = 2.0
    """A frame that has begun is whole within this."""
    flush_seconds: float = 2.0
    """Longest time Asterisk may leave our audio unread."""
    tail_seconds: float = 0.3
    """Silence between the last word and our hang-up."""
    connect_seconds: float = 2.0
    """Longest time a bot may take to accept a connection."""
    bot_stall_seconds: float = 10.0
    """Longest time a bot may leave its input unread."""
    linger_seconds: float = 1.0
    """How long a peer may take to close after our hang-up."""
    strangers_limit: int = 64
    """AudioSocket connections at once that have not said which call they are."""
    caller_audio_frames: int = 100
    """Caller audio that waits for the bot: 2 s; the oldest goes first."""
    control_frames: int = 512
    """Events that wait for the bot; more means that it does not read."""
    apology_seconds: float = 30.0
    """Longest spoken apology that is played."""
