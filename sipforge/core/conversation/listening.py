"""The half of a call's machine that listens: turns, barge-in, and what is made of the words. Pure."""

from __future__ import annotations

import math
from typing import Final

from sipforge.core.conversation import actions as do
from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import Reason
from sipforge.core.conversation.barge_in import Verdict
from sipforge.core.conversation.facts import Heard, Thought
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.conversation.replies import WORDS_CHARACTERS
from sipforge.core.conversation.speaking import Speaking
from sipforge.core.conversation.states import State
from sipforge.core.messages.events import TranscriptEvent
from sipforge.text.overlap import repeats

BEFORE_SECONDS: Final = 0.4
"""Sound taken from before speech was noticed: its beginning is always noticed late."""
BEGINNING_SECONDS: Final = 1.0
"""Of a call: who speaks over its first words was speaking before, and is the room."""
COUGH_SECONDS: Final = 0.4
"""Less speech than this in which nothing was recognised is a cough, not an utterance."""
IDLE_END: Final = do.Hangup(Reason.IDLE)
AGREES: Final = frozenset({Meaning.YES, Meaning.GREETING, Meaning.GOODBYE})
"""What is said over the words of a way out and does not revoke it: "yes, please", "thank you, bye"."""


class Listening(Speaking):
    """A call that speaks and listens; `sipforge.core.conversation.machine` is the whole."""

    @property
    def caller_speaks(self) -> bool:
        """Whether the caller is in the middle of an utterance."""
        return self._ears.begun

    @property
    def needs_since(self) -> float:
        """Sound from before this position (seconds of windows) is not asked for any more."""
        ears = self._ears
        utterance = ears.since if ears.begun else ears.position - ears.speech_seconds
        since = max(self._floor, utterance - BEFORE_SECONDS)
        return since if self._settled else min(since, self._turn_since)

    @property
    def _settled(self) -> bool:
        """Whether the caller can no longer go on with the turn before."""
        if self._closed or self.state is State.THINKING or self._works.answering is not None:
            # While "one moment" is said, too: that is no reply.
            return self._closed
        speaks = self.state in {State.SPEAKING, State.INTERRUPTED} and self._replies.answers
        return not speaks or self._reply_seconds >= self._rules.continue_seconds

    @property
    def _since(self) -> float:
        """Where in the sound the utterance begins."""
        return max(self._floor, self._ears.since - BEFORE_SECONDS)

    def _window(self, window: fact.Window) -> None:
        ears, rules = self._ears, self._rules
        if self.state in {State.HELD, State.DEPARTED}:
            ears.skip(window.seconds)
            return
        greets = self.state is State.SPEAKING and self._turn == 0
        beginning = greets and self._now - self._began_at <= BEGINNING_SECONDS
        ears.window(window, beginning=beginning)
        match self.state:
            case State.LISTENING:
                self._listen()
            case State.PAUSED if ears.speech_seconds >= rules.resume_seconds:
                self._works.drop_listening()
                self._move(State.LISTENING)
            case State.PAUSED:
                self._end_turn_if_due()
            case State.THINKING if not self._closed and ears.speech_seconds >= rules.start_seconds:
                self._drop_answer()
                self._move(State.LISTENING)
                self._go_on()
            case State.SPEAKING | State.DEPARTING:
                self._reply_seconds += window.seconds
                if self._barge_in.begins():
                    self._interrupted()
            case State.INTERRUPTED | State.WAVERING if self._barge_in.wants_look(window.seconds):
                self._recognise()

    def _listen(self) -> None:
        ears, rules = self._ears, self._rules
        if not ears.begun:
            if ears.speech_seconds >= rules.start_seconds:
                ears.begin()
                self._ahead_of = ears.position
        elif ears.silence_seconds >= rules.pause_seconds:
            self._pause()
            self._recognise()
        elif ears.utterance_seconds >= rules.longest_seconds:
            self._recognise()
            self._end_turn(closed=True)
        elif ears.position - self._ahead_of >= rules.ahead_seconds:
            self._ahead_of = ears.position
            self._put(command.HearAhead(self._since))

    def _pause(self) -> None:
        self._move(State.PAUSED)
        self._completeness = None

    def _recognise(self) -> None:
        """Find out what is being said, and what is to be said to it."""
        number = self._works.listen()
        voiced_seconds, history = self._ears.voiced_seconds(self._since), self._replies.history_now()
        wanted = command.Recognise(number, self._since, voiced_seconds, history, self._policy.any_language)
        self._put(wanted)

    def _heard(self, heard: Heard) -> None:
        work = self._works.heard(heard)
        if work is None or work is self._works.answering:
            return
        if self.state in {State.INTERRUPTED, State.WAVERING}:
            self._judge(heard)
        if self.state is State.PAUSED and work is self._works.listening:
            self._completeness = heard.completeness
            self._end_turn_if_due()

    def _thought(self, thought: Thought) -> None:
        work = self._works.thought(thought)
        if work is None:
            return
        if work is self._works.answering:
            self._answer()
        elif self.state is State.PAUSED:
            self._completeness = thought.completeness
            self._end_turn_if_due()

    def _interrupted(self) -> None:
        """Somebody speaks over the reply, or over the words of the way out."""
        self._ears.begin()
        self._works.drop_listening()
        self._replies.hold()
        self._move(State.INTERRUPTED if self.state is State.SPEAKING else State.WAVERING)

    def _judge(self, heard: Heard) -> None:
        """Decide whether what was said over the reply was meant."""
        echo = repeats(heard.text, self._replies.said)
        wavers = self.state is State.WAVERING
        listens = heard.listens and (wavers or not self._policy.offers)
        # "Please", behind a "yes", says nothing.
        says = bool(heard.text) and heard.meaning is not Meaning.NOTHING
        meant = says and not echo and not listens and not heard.doubtful
        if wavers:
            for_good = self._departure == IDLE_END and self._policy.stayed
            meant = meant and heard.meaning not in AGREES and not for_good
        match self._barge_in.judge(meant, echo=echo):
            case Verdict.NOT_MEANT:
                self._let_go_on()
            case Verdict.MEANT:
                self._yield()

    def _yield(self) -> None:
        """The reply, or the way out, is over: the caller means to speak."""
        if self._departure == IDLE_END:
            self._policy.stays()
        goes_on = not self._settled
        self._stop()
        self._move(State.LISTENING)
        if goes_on:
            # The whole of the turn is to be recognised, not only what was said over the reply.
            self._works.drop_listening()
            self._go_on()
        self._take_turn()

    def _take_turn(self) -> None:
        """The caller has the turn, with what was said over the reply."""
        if self._ears.silence_seconds >= self._rules.pause_seconds:
            self._pause()
            if self._works.listening is None:
                self._recognise()

    def _go_on(self) -> None:
        """What is said now belongs to the turn before: it was not over."""
        self._policy.went_on()
        self._replies.went_on(self._turn)
        self._history.went_on(self._turn)
        self._turn -= 1
        self._unanswered = False
        self._ears.go_on_since(self._turn_since)
        self._ears.said_seconds += self._said_seconds
        self._floor = self._turn_since

    def _let_go_on(self) -> None:
        """What was said over the reply was not meant: it goes on where it was held."""
        self._works.drop_listening()
        self._ears.quiet()
        self._replies.release()
        if self.state is State.WAVERING:
            self._depart_when_heard()
        else:
            self._move(State.SPEAKING)
            self._answer()

    def _end_turn_if_due(self) -> None:
        if self._ears.silence_seconds >= self._rules.end_seconds(self._completeness):
            self._end_turn()

    def _end_turn(self, *, closed: bool = False) -> None:
        self._turn_over(closed=closed)
        self._answer()

    def _turn_over(self, *, closed: bool) -> None:
        silence_seconds = self._ears.silence_seconds
        self._turn += 1
        self._turn_since, self._floor = self._since, self._ears.position
        self._said_seconds = self._ears.said_seconds
        self._closed = closed
        self._policy.turn_over()
        self._works.turn_over()
        self._filler_at = self._now - silence_seconds + self._filler_seconds
        self._replies.measures.turn_over(self._now, silence_seconds)
        self._move(State.THINKING)
        self._ears.quiet()

    def _answer(self) -> None:
        """Act on the thought, once there is one and nobody is speaking over "one moment"."""
        work = self._works.answering
        if work is None or work.thought is None or self.state not in {State.THINKING, State.SPEAKING}:
            return
        self._works.answering = None
        self._filler_at = math.inf
        thought, heard = work.thought, work.heard
        coughed = thought.meaning is Meaning.NOTHING and self._said_seconds < COUGH_SECONDS
        if heard is not None and coughed and self.state is State.THINKING:
            self._move(State.LISTENING)
            return
        # What is thought about again was heard before.
        text, seconds = ("", 0.0) if heard is None else self._understood(heard, thought)
        self._put(command.Note(self._turn, thought.meaning, thought.failed, len(text), seconds))
        self._unanswered = True
        actions = self._policy.understood(
            thought.meaning, thought.target, thought.guesses, denies=thought.denies
        )
        self._act(actions, work)

    def _understood(self, heard: Heard, thought: Thought) -> tuple[str, float]:
        """Report what was said; the words, and how long it took to recognise them."""
        text = (thought.text or heard.text)[:WORDS_CHARACTERS]
        self._question = text or self._question
        self._replies.measures.understood(heard.seconds, thought.seconds)
        event = TranscriptEvent(self._turn, text, heard.confidence, heard.seconds)
        self._history.take(event)
        self._put(event)
        return text, heard.seconds
