"""The whole of a call in a bot as one machine: facts come in, commands come out, time is an argument. Pure.

Rules, in prose (those of one part stand with it: endpointing, barge_in, speech, dialogue_policy):

1. At the caller's first short pause what was said so far is recognised and thought about, on speculation. Who
   goes on makes that work useless. The turn is over after a silence that depends on the words: short where
   they are a whole question or reply, long where the sentence is open, in between where nobody can tell.
2. Who goes on before the reply is heard, or speaks over its first `continue_seconds`, has not finished: the
   turn goes on, with all that was said. A turn that was ended for its length is ended.
3. A reply that is not there after `filler_seconds` is announced, and again every `AGAIN_SECONDS`.
4. A way out (a transfer, a message, another assistant, the end) is prepared when it is decided, and taken
   once its words were heard. Until then words that are meant revoke it, unless they agree to it; so do the
   keys. The end of a call that nobody uses can be revoked so only once, until something is understood.
5. While the telephone holds the call, time does not count, nothing is heard, and what is said holds still.
6. Nothing waits for ever: sound that is not reported as heard counts as heard, a look that brings nothing
   lets the reply go on, a reply that breaks off is replaced, and idle time ends a call whatever the noise.
"""

from __future__ import annotations

from typing import Final

from sipforge.core.conversation import actions as do
from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import Phrase
from sipforge.core.conversation.commands import Command
from sipforge.core.conversation.facts import Fact, Heard, Thought
from sipforge.core.conversation.listening import Listening
from sipforge.core.conversation.speaking import AGAIN_SECONDS
from sipforge.core.conversation.states import State
from sipforge.core.messages.hello import Arrival, Detail

LOOK_SECONDS: Final = 10.0
"""Longest time that a reply holds still."""
ENDING_SECONDS: Final = 60.0
"""How long the orchestrator may take to end a call after it was asked to."""


class Machine(Listening):
    """One call."""

    def begin(
        self, arrival: Arrival, hour: int, at: float, detail: Detail = Detail.NONE, target: str = ""
    ) -> list[Command]:
        """The call is there; see `DialoguePolicy.begin`.

        Args:
            arrival: how it came.
            hour: of the office's day.
            at: now, in seconds of a clock that only goes forward; as in `receive`.
            detail: why it is back.
            target: whom it was to be connected with.
        """
        self._now = self._moved_at = self._began_at = at
        self._act(self._policy.begin(arrival, hour, detail, target))
        return self._commands()

    def receive(self, what: Fact, at: float) -> list[Command]:
        """Take a fact; what is to be done, in this order.

        Raises:
            IllegalMoveError: a mistake in here.
        """
        if self.state is State.ENDED:
            return []
        seconds, self._now = max(0.0, at - self._now), max(at, self._now)
        if self.state is State.HELD:
            # Up to now; what comes may take the call back.
            self._replies.wait(seconds)
            self._filler_at += seconds
            seconds = 0.0
        self._take(what)
        self._pass(seconds)
        return self._commands()

    def _commands(self) -> list[Command]:
        out, self._out = self._out, []
        return out

    def _take(self, what: Fact) -> None:  # noqa: PLR0912 - a table
        match what:
            case fact.Window():
                self._window(what)
            case Heard():
                self._heard(what)
            case Thought():
                self._thought(what)
            case fact.Part():
                self._part(what)
            case fact.ReplyEnded():
                self._reply_ended(what)
            case fact.Sounded(sentence, seconds):
                self._out += self._replies.measures.sounded(sentence, seconds, self._now)
            case fact.Sent(sentence, seconds):
                self._replies.sent(sentence, seconds, self._now)
            case fact.PlayedUpTo(sentence):
                self._replies.played(sentence)
            case fact.PlayoutCleared(played_seconds):
                self._replies.cleared(played_seconds)
            case fact.Key(key):
                self._key(key)
            case fact.PutOnHold():
                self._put_on_hold()
            case fact.TakenBack():
                self._take_back()
            case fact.HungUp():
                self._end()
            case fact.Elapsed(crowded):
                self._crowded = crowded

    def _pass(self, seconds: float) -> None:
        in_state_seconds = self._now - self._moved_at
        self._replies.wait(seconds)
        match self.state:
            case State.ENDED | State.HELD:
                return
            case State.DEPARTED:
                if in_state_seconds > ENDING_SECONDS:
                    self._end()
                return
            case State.INTERRUPTED | State.WAVERING if in_state_seconds > LOOK_SECONDS:
                self._barge_in.give_up()
                self._let_go_on()
        self._policy.passed(seconds)
        if self._replies.overdue(self._now):
            self._put(command.Warn("the orchestrator did not report what was heard"))
        self._speech_over()
        if self._now >= self._filler_at and self.state in {State.THINKING, State.SPEAKING}:
            self._filler_at = self._now + AGAIN_SECONDS
            self._begin_reply(answers=True)
            phrase = Phrase.HOLD if self._crowded else Phrase.ONE_MOMENT
            self._replies.speak(self._script.phrases[phrase], self._now, measured=False)
        if self.state in {State.LISTENING, State.PAUSED, State.THINKING, State.SPEAKING}:
            quiet = self.state is State.LISTENING and not self._ears.begun
            actions = self._policy.waited(seconds if quiet else None)
            if any(isinstance(one, do.Say) and one.phrase is Phrase.ASK_AGAIN for one in actions):
                self._ears.forget_level()
            self._act(actions)

    def _speech_over(self) -> None:
        """Go on, where all that was said has been heard."""
        if not self._replies.finish():
            return
        self._barge_in.over()
        match self.state:
            case State.SPEAKING:
                self._move(State.LISTENING if self._works.answering is None else State.THINKING)
            case State.INTERRUPTED:
                # Its last sound was heard as the caller began: now the caller simply has the turn.
                self._replies.release()
                self._move(State.LISTENING)
                self._take_turn()
            case State.DEPARTING:
                self._depart_when_heard()

    def _key(self, key: str) -> None:
        if self.state is State.DEPARTED:
            return
        actions = self._policy.key(key)
        if not actions:
            # Only a telephone that does not hold the call sends keys.
            self._take_back()
        self._act(actions)

    def _put_on_hold(self) -> None:
        if self.state in {State.HELD, State.DEPARTED}:
            return
        if self.state is State.LISTENING and self._ears.begun:
            self._recognise()
        if self.state in {State.LISTENING, State.PAUSED} and self._works.listening is not None:
            self._turn_over(closed=True)  # who presses hold has said what there was to say
        self._closed = True
        self._replies.hold()
        self._works.drop_listening()
        self._ears.quiet()
        self._move(State.HELD)

    def _take_back(self) -> None:
        if self.state is not State.HELD:
            return
        self._ears.quiet()
        self._replies.release()
        if self._departure is not None:
            self._depart_when_heard()
        elif self._replies.busy:
            self._move(State.SPEAKING)
        else:
            self._move(State.LISTENING if self._works.answering is None else State.THINKING)
        self._answer()

    def _end(self) -> None:
        self._works.drop_listening()
        self._drop_answer()
        self._works.drop_telling()
        self._move(State.ENDED)
        self._put(command.End())
