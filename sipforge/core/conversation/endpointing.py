"""Where the caller's speech begins and ends. Pure: windows with their probability of speech come in.

Rules, in prose:

1. Speech has begun after `start_seconds` of it without a break. Once begun it is believed at a little less
   than `threshold`.
2. Loudness belongs to speech: what stays `ROOM_DB` and more under this call's own caller is the room, a
   radio or a colleague, and no speech. The caller's level is that of the loudest of what was said so far;
   whoever is asked whether they are there is heard at any level again (`forget_level`).
3. In the first utterance somebody who is that much louder than what came before is the caller, and what
   came before was the room.
4. Who is already speaking as the call begins is the room: a caller who has just dialled listens first. That
   holds until the caller is found, it has been quiet for `ROOM_PAUSE_SECONDS`, or for `ROOM_SECONDS`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from sipforge.core.conversation.facts import Window
from sipforge.text.turn_end import Completeness

ROOM_DB: Final = 10.0
"""Under the caller's level. A second voice in the room is 12 dB and more under a handset's own; the level of
one's own speech over a fifth of a second stays within it but for the last syllables of some sentences."""
LEVEL_SECONDS: Final = 0.2
"""Speech is as loud as its loudest window in this time: between syllables it is quiet."""
ROOM_PAUSE_SECONDS: Final = 2.0
ROOM_SECONDS: Final = 20.0
SOFT_SECONDS: Final = 0.5
"""How long somebody must have spoken to be told from a caller who only begins softly."""
LOUDER_DB: Final = 6.0
"""What is louder by this than the room, or than the assistant's echo, is somebody else."""
QUIET_DBFS: Final = -200.0
_HYSTERESIS: Final = 0.15
_VOICED: Final = 4096
"""Windows: more than the longest utterance has."""


@dataclass(frozen=True, slots=True)
class TurnRules:
    """The times that decide about turns, in seconds."""

    threshold: float = 0.4
    """Probability from which sound is speech."""
    start_seconds: float = 0.09
    pause_seconds: float = 0.16
    """A short pause, at which recognition begins on speculation."""
    resume_seconds: float = 0.06
    """Speech after which the caller has gone on: more than a click."""
    finished_seconds: float = 0.37
    """Silence that ends a turn which is a whole question or reply."""
    unsure_seconds: float = 0.9
    open_seconds: float = 1.4
    ahead_seconds: float = 4.0
    """Speech without a pause after which what is settled of it is recognised ahead."""
    longest_seconds: float = 90.0
    """Of one utterance."""
    continue_seconds: float = 1.0
    """Of a reply: who speaks over its beginning goes on with the turn before."""
    look_seconds: float = 0.7
    """Of speech over a reply, between two looks at its words."""
    doubt_seconds: float = 3.0
    """Of speech over a reply in which no words are found: it is noise, which is waited out."""

    def end_seconds(self, completeness: Completeness | None) -> float:
        """Silence that ends a turn, by what is known of its words (None: nothing yet)."""
        match completeness:
            case Completeness.FINISHED:
                return self.finished_seconds
            case Completeness.UNSURE:
                return self.unsure_seconds
            case _:
                return self.open_seconds


class Endpointing:
    """One call's caller, by the windows of what the telephone sends."""

    def __init__(self, rules: TurnRules) -> None:
        self._rules = rules
        self.position = 0.0
        """Seconds of windows so far."""
        self.begun = False
        """Whether the caller is in the middle of an utterance."""
        self.since = 0.0
        """Position at which that utterance began to be heard."""
        self.speech = False
        """Whether the last window was the caller's speech."""
        self.speech_seconds = 0.0
        """Speech without a break, up to now."""
        self.silence_seconds = 0.0
        """Since the caller was last heard."""
        self.said_seconds = 0.0
        """Speech in this utterance, or in the last one."""
        self.dbfs = QUIET_DBFS
        """Loudness of the last window, with what came just before it."""
        self._windows: deque[tuple[float, float]] = deque()
        self._voiced: deque[tuple[float, float]] = deque(maxlen=_VOICED)
        """Position and length of the last windows that sounded like a voice, whosever."""
        self._caller_dbfs = QUIET_DBFS
        self._room_dbfs = QUIET_DBFS
        self._room_quiet_seconds = 0.0
        self._known = False
        """Whether the caller's level is known from an utterance before this one."""

    def window(self, window: Window, *, beginning: bool = False) -> None:
        """Take the next window; `beginning`: of the call, while a caller listens."""
        self.position += window.seconds
        self.dbfs = self._level(window)
        believed = self._rules.threshold - (_HYSTERESIS if self.begun else 0.0)
        sounds = window.probability >= believed
        if sounds:
            self._voiced.append((self.position, window.seconds))
        self._watch_room(window.seconds, sounds, beginning)
        self.speech = sounds and self.dbfs >= max(self._caller_dbfs - ROOM_DB, self._room_dbfs + LOUDER_DB)
        if not self.speech:
            self.speech_seconds = 0.0
            self.silence_seconds += window.seconds
            return
        if self._is_the_caller():
            self.since = max(self.since, self.position - LEVEL_SECONDS)
            self.said_seconds = 0.0
        self.speech_seconds += window.seconds
        self.said_seconds = self.said_seconds + window.seconds if self.begun else self.speech_seconds
        self.silence_seconds = 0.0
        if self.begun:
            self._caller_dbfs = max(self._caller_dbfs, self.dbfs)

    def skip(self, seconds: float) -> None:
        """Sound that is not listened to."""
        self.position += seconds

    @property
    def utterance_seconds(self) -> float:
        """Length of the utterance so far, pauses included."""
        return self.position - self.since if self.begun else 0.0

    def voiced_seconds(self, since: float) -> float:
        """How much since the position `since` sounded like a voice, the caller's or not."""
        return sum(seconds for position, seconds in self._voiced if position > since)

    def begin(self) -> None:
        """The caller's utterance has begun with the speech that is being heard, or was just now."""
        if not self.begun:
            self.begun = True
            self.since = self.position - self.speech_seconds - self.silence_seconds
            self._caller_dbfs = max(self._caller_dbfs, self.dbfs)
            self._room_dbfs = QUIET_DBFS

    def go_on_since(self, position: float) -> None:
        """What is being said belongs to an utterance that began earlier."""
        self.begin()
        self.since = position

    def quiet(self) -> None:
        """What was said until now is no part of the next utterance."""
        self._known = self._known or self.begun
        self.begun = False
        self.speech_seconds = 0.0

    def forget_level(self) -> None:
        """Whoever speaks next is the caller, however softly."""
        self._caller_dbfs = self._room_dbfs = QUIET_DBFS
        self._known = False

    def _level(self, window: Window) -> float:
        self._windows.append((self.position, window.dbfs))
        while self.position - self._windows[0][0] > LEVEL_SECONDS:
            self._windows.popleft()
        return max(dbfs for _, dbfs in self._windows)

    def _is_the_caller(self) -> bool:
        """Whether this is somebody else than who was heard so far in the first utterance."""
        first = self.begun and not self._known and self.utterance_seconds > SOFT_SECONDS
        return first and self.dbfs > self._caller_dbfs + ROOM_DB

    def _watch_room(self, seconds: float, sounds: bool, beginning: bool) -> None:
        if beginning:
            if sounds:
                self._room_dbfs = max(self._room_dbfs, self.dbfs)
            return
        self._room_quiet_seconds = 0.0 if sounds else self._room_quiet_seconds + seconds
        if self._room_quiet_seconds >= ROOM_PAUSE_SECONDS or self.position >= ROOM_SECONDS:
            self._room_dbfs = QUIET_DBFS
