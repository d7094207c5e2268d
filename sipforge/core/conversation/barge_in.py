"""Barge-in: somebody speaks over what the assistant says. Pure.

Rules, in prose:

1. Speech over a reply holds it at once. A short look at the words decides: meant for the assistant, the reply
   is over; a cough, an "mm-hm", the assistant's own echo: the reply goes on where it was held.
2. Speech that goes on is looked at again every `look_seconds`, and at its first pause as a whole; after
   `doubt_seconds` without words it is noise, which is not listened to until it ends.
3. Where the assistant's own voice came back, a reply is from then on held only for what is louder by
   `LOUDER_DB`: what leaks from a loudspeaker leaks again.
"""

from __future__ import annotations

from enum import Enum

from sipforge.core.conversation.endpointing import LOUDER_DB, QUIET_DBFS, Endpointing, TurnRules


class Verdict(Enum):
    """What comes of a look at the words over a reply."""

    MEANT = "meant"
    NOT_MEANT = "not_meant"
    OPEN = "open"
    """Somebody still speaks: look again."""


class BargeIn:
    """One call's speech over replies."""

    def __init__(self, rules: TurnRules, ears: Endpointing) -> None:
        self._rules = rules
        self._ears = ears
        self._dbfs = QUIET_DBFS
        """Of this speech, at its loudest."""
        self._echo_dbfs = QUIET_DBFS
        """Of the assistant's own voice, where it came back."""
        self._deaf = False
        """Whether noise over the reply is waited out."""
        self._over_seconds = 0.0
        """Of this speech so far."""
        self._looked_seconds = 0.0
        self._paused = False
        self.looking = False
        """Whether a look is under way."""

    def begins(self) -> bool:
        """Take the last window, while nothing is held; whether somebody speaks over the reply."""
        ears = self._ears
        if self._deaf:
            self._deaf = ears.silence_seconds < self._rules.pause_seconds
            return False
        if not ears.speech:
            self._dbfs = QUIET_DBFS
            return False
        self._dbfs = max(self._dbfs, ears.dbfs)
        loud = self._dbfs >= self._echo_dbfs + LOUDER_DB
        if ears.speech_seconds < self._rules.start_seconds or not loud:
            return False
        self._over_seconds, self._looked_seconds = ears.speech_seconds, 0.0
        self._paused = self.looking = False
        return True

    def wants_look(self, seconds: float) -> bool:
        """Take the last window, `seconds` long, while the reply is held; whether to look at the words now."""
        ears, rules = self._ears, self._rules
        if ears.speech:
            self._over_seconds += seconds
            self._dbfs = max(self._dbfs, ears.dbfs)
        paused = ears.silence_seconds >= rules.pause_seconds
        first_pause, self._paused = paused and not self._paused, paused
        goes_on = ears.speech and self._over_seconds - self._looked_seconds >= rules.look_seconds
        # The whole of what was said is worth more than the part that is being looked at.
        if not first_pause and (self.looking or not goes_on):
            return False
        self.looking, self._looked_seconds = True, self._over_seconds
        return True

    def judge(self, meant: bool, *, echo: bool) -> Verdict:
        """What comes of a look: whether the words are meant for the assistant, or are its own."""
        self.looking = False
        if meant:
            return Verdict.MEANT
        if self._ears.silence_seconds < self._rules.pause_seconds:
            if self._over_seconds < self._rules.doubt_seconds:
                return Verdict.OPEN
            self._deaf = True
        if echo:
            self._echo_dbfs = max(self._echo_dbfs, self._dbfs)
        return Verdict.NOT_MEANT

    def give_up(self) -> None:
        """Nobody told what was said: what still sounds is waited out."""
        self._deaf = True

    def over(self) -> None:
        """The reply is over."""
        self._deaf = False
