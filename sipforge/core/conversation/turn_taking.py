"""Whose turn it is, the caller's or the assistant's. Pure: speech probabilities come in, cues go out.

Rules, in prose:

1. The caller's speech begins after `start_seconds` of it without a break. At a short pause
   (`pause_seconds`) what was said so far is recognised on speculation; if the caller goes on, that work is
   dropped.
2. The turn is over after a silence that depends on what was recognised: short where it is a whole question
   or reply, long where the sentence is open ("... and"), in between where nobody can tell. A pause whose
   recognition takes longer than even that is over, too.
3. A caller who goes on before the reply is heard has not finished: the turn goes on, with all that was
   said. The same holds in the first `continue_seconds` of a reply.
4. Speech over the reply holds the reply at once. A short look at the words decides: meant for the
   assistant, the reply is over and the turn is the caller's, from the first syllable; a cough, an "mm-hm",
   the assistant's own echo: the reply goes on where it was held. Speech that goes on is looked at again
   every `look_seconds`, and after `doubt_seconds` without words it is noise, which is not listened to until
   it ends.
5. Where the assistant's own voice came back, a reply is from then on held only for what is louder by
   `LOUDER_DB`: what leaks from a loudspeaker leaks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from sipforge.text.turn_end import Completeness


class TurnState(Enum):
    """Whose turn it is."""

    LISTENING = "listening"
    MAYBE_FINISHED = "maybe_finished"
    THINKING = "thinking"
    SPEAKING = "speaking"
    INTERRUPTED = "interrupted"


class Event(Enum):
    """What moves the turn."""

    PAUSED = "paused"
    WENT_ON = "went_on"
    FINISHED = "finished"
    REPLY = "reply"
    HEARD_OUT = "heard_out"
    SPOKEN_OVER = "spoken_over"
    MEANT = "meant"
    NOT_MEANT = "not_meant"
    NOTHING = "nothing"


TRANSITIONS: Final[dict[tuple[TurnState, Event], TurnState]] = {
    (TurnState.LISTENING, Event.PAUSED): TurnState.MAYBE_FINISHED,
    (TurnState.LISTENING, Event.FINISHED): TurnState.THINKING,
    (TurnState.LISTENING, Event.REPLY): TurnState.SPEAKING,
    (TurnState.MAYBE_FINISHED, Event.WENT_ON): TurnState.LISTENING,
    (TurnState.MAYBE_FINISHED, Event.FINISHED): TurnState.THINKING,
    (TurnState.MAYBE_FINISHED, Event.REPLY): TurnState.SPEAKING,
    (TurnState.THINKING, Event.WENT_ON): TurnState.LISTENING,
    (TurnState.THINKING, Event.REPLY): TurnState.SPEAKING,
    (TurnState.THINKING, Event.NOTHING): TurnState.LISTENING,
    (TurnState.SPEAKING, Event.REPLY): TurnState.SPEAKING,
    (TurnState.SPEAKING, Event.HEARD_OUT): TurnState.LISTENING,
    (TurnState.SPEAKING, Event.SPOKEN_OVER): TurnState.INTERRUPTED,
    (TurnState.INTERRUPTED, Event.REPLY): TurnState.SPEAKING,
    (TurnState.INTERRUPTED, Event.NOT_MEANT): TurnState.SPEAKING,
    (TurnState.INTERRUPTED, Event.MEANT): TurnState.LISTENING,
    (TurnState.INTERRUPTED, Event.HEARD_OUT): TurnState.LISTENING,
}


class Cue(Enum):
    """What the assistant is to do."""

    RECOGNISE = "recognise"
    """Find out what was said so far, on speculation; tell `recognised`."""
    FORGET = "forget"
    """Drop that work: the caller goes on."""
    ANSWER = "answer"
    """The caller's turn is over."""
    HOLD = "hold"
    """Hold the reply: somebody speaks over it."""
    LOOK = "look"
    """Find out what was said over the reply; tell `judged`."""
    RELEASE = "release"
    """Let the reply go on."""
    STOP = "stop"
    """The reply is over: the caller means to speak."""
    CONTINUE = "continue"
    """What is said now belongs to the turn before: it was not over."""


LOUDER_DB: Final = 6.0
_HYSTERESIS: Final = 0.15


@dataclass(frozen=True, slots=True)
class TurnRules:
    """The times that decide, in seconds."""

    threshold: float = 0.4
    """Probability from which sound is speech; once begun, speech is believed a little below it."""
    start_seconds: float = 0.09
    pause_seconds: float = 0.2
    resume_seconds: float = 0.06
    """Speech after which the caller has gone on: more than a click."""
    finished_seconds: float = 0.4
    """Silence that ends a turn which is a whole question or reply."""
    unsure_seconds: float = 0.9
    open_seconds: float = 1.4
    longest_seconds: float = 60.0
    """Of one utterance."""
    continue_seconds: float = 1.0
    look_seconds: float = 0.7
    doubt_seconds: float = 3.0

    def end_seconds(self, completeness: Completeness | None) -> float:
        """Silence that ends a turn, by what is known of its words (None: nothing yet)."""
        match completeness:
            case Completeness.FINISHED:
                return self.finished_seconds
            case Completeness.UNSURE:
                return self.unsure_seconds
            case _:
                return self.open_seconds


class TurnTaking:
    """One call's turns; feed it the windows of the voice activity detection in order."""

    def __init__(self, rules: TurnRules) -> None:
        self._rules = rules
        self.state = TurnState.LISTENING
        self._begun = False
        """Whether the caller's utterance has begun."""
        self._speech_seconds = 0.0
        self._silence_seconds = 0.0
        self._utterance_seconds = 0.0
        self._said_seconds = 0.0
        self._completeness: Completeness | None = None
        self._pending = False
        """Whether the words since the last pause are being recognised."""
        self._reply_seconds = 0.0
        self._answers = False
        """Whether the reply answers a turn of the caller, which could go on."""
        self._over_seconds = 0.0
        """Speech over the reply so far."""
        self._looked_seconds = 0.0
        self._over_dbfs = -200.0
        self._echo_dbfs = -200.0
        """Loudness of the assistant's own voice, where it came back."""
        self._deaf = False
        """Whether noise over the reply is waited out."""

    @property
    def caller_speaks(self) -> bool:
        """Whether the caller is in the middle of an utterance."""
        return self._begun

    @property
    def speech_seconds(self) -> float:
        """How much of the utterance was speech."""
        return self._said_seconds

    @property
    def silence_seconds(self) -> float:
        """Silence since the caller was last heard."""
        return self._silence_seconds

    @property
    def settled(self) -> bool:
        """Whether the caller can no longer go on with the turn before."""
        if self.state in {TurnState.SPEAKING, TurnState.INTERRUPTED}:
            return not self._answers or self._reply_seconds >= self._rules.continue_seconds
        return self.state is not TurnState.THINKING

    def window(  # noqa: PLR0911 - a table
        self, seconds: float, probability: float, dbfs: float = 0.0
    ) -> tuple[Cue, ...]:
        """Take the next window, `seconds` long.

        Args:
            seconds: its length.
            probability: that it holds speech.
            dbfs: its loudness.
        """
        speech = self._heard(seconds, probability)
        match self.state:
            case TurnState.LISTENING:
                return self._listen(seconds)
            case TurnState.MAYBE_FINISHED:
                if self._speech_seconds >= self._rules.resume_seconds:
                    return self._went_on()
                return self._end_if_due()
            case TurnState.THINKING:
                if self._speech_seconds >= self._rules.start_seconds:
                    self._begun = True
                    self._move(Event.WENT_ON)
                    return (Cue.FORGET, Cue.CONTINUE)
                return ()
            case TurnState.SPEAKING:
                self._reply_seconds += seconds
                return self._watch(speech, dbfs)
            case TurnState.INTERRUPTED:
                return self._doubt(seconds, speech, dbfs)

    def recognised(self, completeness: Completeness) -> tuple[Cue, ...]:
        """What was said so far is known, and how complete it sounds."""
        self._pending = False
        self._completeness = completeness
        return self._end_if_due() if self.state is TurnState.MAYBE_FINISHED else ()

    def judged(self, meant: bool, *, echo: bool = False) -> tuple[Cue, ...]:
        """Whether what was said over the reply was meant for the assistant, or was its own echo."""
        if self.state is not TurnState.INTERRUPTED:
            return ()
        self._pending = False
        if meant:
            continues = self._answers and self._reply_seconds < self._rules.continue_seconds
            self._move(Event.MEANT)
            self._begun = True
            if self._silence_seconds >= self._rules.pause_seconds:
                self._move(Event.PAUSED)
            return (Cue.STOP, Cue.CONTINUE) if continues else (Cue.STOP,)
        if self._silence_seconds < self._rules.pause_seconds:
            if self._over_seconds < self._rules.doubt_seconds:
                return ()
            self._deaf = True
        if echo:
            self._echo_dbfs = max(self._echo_dbfs, self._over_dbfs)
        self._quiet()
        self._move(Event.NOT_MEANT)
        return (Cue.RELEASE,)

    def reply(self, *, answers: bool) -> None:
        """The assistant begins to speak, or says more; `answers` a turn of the caller's."""
        if self.state is not TurnState.SPEAKING:
            self._reply_seconds = 0.0
        self._answers = answers
        self._move(Event.REPLY)
        self._quiet()

    def nothing(self) -> None:
        """The turn was a cough: there is nothing to reply to."""
        self._move(Event.NOTHING)

    def heard_out(self) -> tuple[Cue, ...]:
        """All that was said has been heard."""
        if self.state is TurnState.SPEAKING:
            self._move(Event.HEARD_OUT)
            self._deaf = False
            return ()
        if self.state is not TurnState.INTERRUPTED:
            return ()
        # Its last sound was heard as the caller began: now the caller simply has the turn.
        self._move(Event.HEARD_OUT)
        self._begun = True
        if self._silence_seconds >= self._rules.pause_seconds:
            self._move(Event.PAUSED)
        return (Cue.RELEASE,)

    def _heard(self, seconds: float, probability: float) -> bool:
        believed = self._rules.threshold - (_HYSTERESIS if self._begun else 0.0)
        if probability < believed:
            self._speech_seconds = 0.0
            self._silence_seconds += seconds
            return False
        self._speech_seconds += seconds
        self._said_seconds = self._said_seconds + seconds if self._begun else self._speech_seconds
        self._silence_seconds = 0.0
        return True

    def _listen(self, seconds: float) -> tuple[Cue, ...]:
        rules = self._rules
        if not self._begun:
            if self._speech_seconds >= rules.start_seconds:
                self._begun, self._utterance_seconds = True, self._speech_seconds
            return ()
        self._utterance_seconds += seconds
        if self._silence_seconds >= rules.pause_seconds:
            self._move(Event.PAUSED)
            self._pending, self._completeness = True, None
            return (Cue.RECOGNISE,)
        if self._utterance_seconds >= rules.longest_seconds:
            return (Cue.RECOGNISE, *self._finish())
        return ()

    def _went_on(self) -> tuple[Cue, ...]:
        self._move(Event.WENT_ON)
        self._pending, self._completeness = False, None
        return (Cue.FORGET,)

    def _end_if_due(self) -> tuple[Cue, ...]:
        if self._silence_seconds < self._rules.end_seconds(self._completeness):
            return ()
        return self._finish()

    def _finish(self) -> tuple[Cue, ...]:
        self._move(Event.FINISHED)
        self._quiet()
        return (Cue.ANSWER,)

    def _watch(self, speech: bool, dbfs: float) -> tuple[Cue, ...]:
        if self._deaf:
            self._deaf = self._silence_seconds < self._rules.pause_seconds
            return ()
        if not speech:
            self._over_dbfs = -200.0
            return ()
        self._over_dbfs = max(self._over_dbfs, dbfs)
        loud = self._over_dbfs >= self._echo_dbfs + LOUDER_DB
        if self._speech_seconds < self._rules.start_seconds or not loud:
            return ()
        self._move(Event.SPOKEN_OVER)
        self._begun = True
        self._over_seconds = self._utterance_seconds = self._speech_seconds
        self._looked_seconds = 0.0
        self._pending, self._completeness = False, None
        return (Cue.HOLD,)

    def _doubt(self, seconds: float, speech: bool, dbfs: float) -> tuple[Cue, ...]:
        rules = self._rules
        self._utterance_seconds += seconds
        if speech:
            self._over_seconds += seconds
            self._over_dbfs = max(self._over_dbfs, dbfs)
        paused = rules.pause_seconds <= self._silence_seconds < rules.pause_seconds + seconds
        if paused:
            # The whole of what was said is worth more than the part that is being looked at.
            stale, self._pending, self._looked_seconds = self._pending, True, self._over_seconds
            return (Cue.FORGET, Cue.LOOK) if stale else (Cue.LOOK,)
        if not self._pending and speech and self._over_seconds - self._looked_seconds >= rules.look_seconds:
            self._pending, self._looked_seconds = True, self._over_seconds
            return (Cue.LOOK,)
        return ()

    def _quiet(self) -> None:
        self._begun = False
        self._speech_seconds = self._utterance_seconds = 0.0
        self._pending = False

    def _move(self, event: Event) -> None:
        self.state = TRANSITIONS[self.state, event]
