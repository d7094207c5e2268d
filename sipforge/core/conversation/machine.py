"""The whole of a call in a bot as one machine: facts come in, commands come out, time is an argument. Pure.

Rules, in prose (those of one part stand with it: endpointing, barge_in, speech, dialogue_policy):

1. At the caller's first short pause what was said so far is recognised and thought about, on speculation. Who
   goes on makes that work useless. The turn is over after a silence that depends on the words: short where they
   are a whole question or reply, long where the sentence is open, in between where nobody can tell.
2. Who goes on before the reply is heard, or speaks over its first `continue_seconds`, has not finished: the
   turn goes on, with all that was said. A turn that was ended for its length is ended.
3. A reply that is not there after `filler_seconds` is announced, and again every `AGAIN_SECONDS`.
4. A way out (a transfer, a message, another assistant, the end) is prepared when it is decided, and taken once
   its words were heard. Until then words that are meant revoke it, unless they agree to it; so do the keys.
   The end of a call that nobody uses can be revoked so only once.
5. While the telephone holds the call, time does not count, nothing is heard, and what is said holds still.
6. Nothing waits for ever: sound that is not reported as heard counts as heard, a look that brings nothing lets
   the reply go on, a reply that breaks off is replaced, and idle time ends a call whatever noise there is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from sipforge.core.conversation import actions as do
from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import Action, Departure, Phrase, Reason
from sipforge.core.conversation.barge_in import BargeIn, Verdict
from sipforge.core.conversation.commands import Command
from sipforge.core.conversation.dialogue_policy import DialoguePolicy, Meaning
from sipforge.core.conversation.endpointing import Endpointing, TurnRules
from sipforge.core.conversation.facts import Fact, Heard, Thought
from sipforge.core.conversation.history import Exchange, History
from sipforge.core.conversation.replies import WORDS_CHARACTERS, Replies, Script
from sipforge.core.conversation.states import State, step
from sipforge.core.conversation.work import Work, Works
from sipforge.core.messages.events import TranscriptEvent
from sipforge.core.messages.hello import Arrival, Detail
from sipforge.text.overlap import repeats
from sipforge.text.turn_end import Completeness

BEFORE_SECONDS: Final = 0.4
"""Sound taken from before speech was noticed: its beginning is always noticed late."""
BEGINNING_SECONDS: Final = 1.0
"""Of a call: who speaks over its first words was speaking before, and is the room."""
AGAIN_SECONDS: Final = 6.0
"""How long after "one moment" it is said again."""
COUGH_SECONDS: Final = 0.4
"""Less speech than this in which nothing was recognised is a cough, not an utterance."""
LOOK_SECONDS: Final = 10.0
"""Longest time that a reply holds still."""
ENDING_SECONDS: Final = 60.0
"""How long the orchestrator may take to end a call after it was asked to."""
IDLE_END: Final = do.Hangup(Reason.IDLE)
AGREES: Final = frozenset({Meaning.YES, Meaning.GREETING, Meaning.GOODBYE})
"""What is said over the words of a way out and does not revoke it: "yes, please", "thank you, bye"."""


class Machine:
    """One call."""

    def __init__(
        self,
        script: Script,
        rules: TurnRules,
        policy: DialoguePolicy,
        *,
        filler_seconds: float,
        history: Iterable[Exchange] = (),
    ) -> None:
        """Put the call together; `filler_seconds` after the caller's last word "one moment" is said."""
        self.state = State.LISTENING
        self._script = script
        self._rules = rules
        self._policy = policy
        self._filler_seconds = filler_seconds
        self._out: list[Command] = []
        self._now = 0.0
        self._history = History(history)
        self._ears = Endpointing(rules)
        self._barge_in = BargeIn(rules, self._ears)
        self._replies = Replies(script, self._history, self._put)
        self._works = Works(self._put)
        self._turn = 0
        self._turn_since = self._floor = 0.0
        """Where in the sound the turn before began; and what is before the next utterance for good."""
        self._closed = True
        """Whether the turn before cannot be gone on with."""
        self._unanswered = False
        """Whether the turn before has got no reply yet."""
        self._question = ""
        """What the caller said last."""
        self._ahead_of = 0.0
        """Position up to which the utterance was heard ahead."""
        self._completeness: Completeness | None = None
        self._reply_seconds = 0.0
        self._filler_at = math.inf
        self._moved_at = self._began_at = 0.0
        self._departure: Departure | None = None
        self._idle_end_revoked = False
        self._crowded = False

    @property
    def caller_speaks(self) -> bool:
        """Whether the caller is in the middle of an utterance."""
        return self._ears.begun

    @property
    def needs_since(self) -> float:
        """Sound from before this position (seconds of windows) is not asked for any more."""
        utterance = self._ears.since if self._ears.begun else self._ears.position
        since = max(self._floor, utterance - BEFORE_SECONDS)
        return since if self._settled else min(since, self._turn_since)

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
        self._take(what)
        self._pass(seconds)
        return self._commands()

    def _put(self, wanted: Command) -> None:
        self._out.append(wanted)

    def _commands(self) -> list[Command]:
        out, self._out = self._out, []
        return out

    def _take(self, what: Fact) -> None:
        match what:
            case fact.Window():
                self._window(what)
            case Heard():
                self._heard(what)
            case Thought():
                self._thought(what)
            case fact.Part(work, text):
                if self._works.telling is not None and self._works.telling.number == work:
                    self._replies.part(text, self._now)
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

    def _move(self, state: State) -> None:
        if state is not self.state:
            self.state = step(self.state, state)
            self._moved_at = self._now

    # Time

    def _pass(self, seconds: float) -> None:
        in_state_seconds = self._now - self._moved_at
        self._replies.wait(seconds)
        match self.state:
            case State.ENDED:
                return
            case State.HELD:
                self._filler_at += seconds
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
            if do.Say(Phrase.ASK_AGAIN) in actions:
                self._ears.forget_level()
            self._act(actions)

    # What is heard

    @property
    def _settled(self) -> bool:
        """Whether the caller can no longer go on with the turn before."""
        if self._closed or self.state is State.THINKING:
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
        self._put(command.Recognise(number, self._since, self._replies.history_now()))

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

    # Barge-in

    def _interrupted(self) -> None:
        """Somebody speaks over the reply, or over the words of the way out."""
        self._ears.begin()
        self._works.drop_listening()
        self._replies.hold()
        self._move(State.INTERRUPTED if self.state is State.SPEAKING else State.WAVERING)

    def _judge(self, heard: Heard) -> None:
        """Decide whether what was said over the reply was meant."""
        echo = repeats(heard.text, self._replies.said)
        listens = heard.listens and not self._policy.offers
        meant = bool(heard.text) and not echo and not listens and not heard.doubtful
        if self.state is State.WAVERING:
            for_good = self._departure == IDLE_END and self._idle_end_revoked
            meant = meant and heard.meaning not in AGREES and not for_good
        match self._barge_in.judge(meant, echo=echo):
            case Verdict.NOT_MEANT:
                self._let_go_on()
            case Verdict.MEANT:
                self._yield()

    def _yield(self) -> None:
        """The reply, or the way out, is over: the caller means to speak."""
        if self._departure == IDLE_END:
            self._idle_end_revoked = True
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
        self._replies.went_on(self._turn)
        self._history.went_on(self._turn)
        self._turn -= 1
        self._unanswered = False
        self._ears.go_on_since(self._turn_since)
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

    # Turns

    def _end_turn_if_due(self) -> None:
        if self._ears.silence_seconds >= self._rules.end_seconds(self._completeness):
            self._end_turn()

    def _end_turn(self, *, closed: bool = False) -> None:
        silence_seconds = self._ears.silence_seconds
        self._turn += 1
        self._turn_since, self._floor = self._since, self._ears.position
        self._closed = closed
        self._works.turn_over()
        self._filler_at = self._now - silence_seconds + self._filler_seconds
        self._replies.measures.turn_over(self._now, silence_seconds)
        self._move(State.THINKING)
        self._ears.quiet()
        self._answer()

    def _answer(self) -> None:
        """Act on the thought, once there is one and nobody is speaking over "one moment"."""
        work = self._works.answering
        if work is None or work.thought is None or self.state not in {State.THINKING, State.SPEAKING}:
            return
        self._works.answering = None
        self._filler_at = math.inf
        thought, heard = work.thought, work.heard
        if heard is not None:
            coughed = thought.meaning is Meaning.NOTHING and self._ears.said_seconds < COUGH_SECONDS
            if coughed and self.state is State.THINKING:
                self._move(State.LISTENING)
                return
            self._understood(heard, thought)
        self._unanswered = True
        self._act(self._policy.understood(thought.meaning, thought.target), work)

    def _understood(self, heard: Heard, thought: Thought) -> None:
        text = (thought.text or heard.text)[:WORDS_CHARACTERS]
        self._question = text or self._question
        self._replies.measures.understood(heard.seconds, thought.seconds)
        event = TranscriptEvent(self._turn, text, heard.confidence, heard.seconds)
        self._history.take(event)
        self._put(event)
        self._put(command.Note(self._turn, thought.meaning, thought.failed, len(text), heard.seconds))

    def _key(self, key: str) -> None:
        if self.state is State.HELD:
            self._take_back()
        if self.state is not State.DEPARTED:
            self._act(self._policy.key(key))

    # What is said

    def _act(self, actions: Iterable[Action], work: Work | None = None) -> None:
        script = self._script
        for action in actions:
            match action:
                case do.Say(phrase):
                    self._say(script.phrases[phrase])
                case do.ReadMenu(page):
                    self._say(script.pages[page])
                case do.TellTopic(topic):
                    self._say(script.answers[topic], script.topics[topic : topic + 1])
                case do.Tell() if work is not None and work.thought is not None:
                    self._begin_reply(
                        answers=self._unanswered, engine=work.thought.engine, topics=work.thought.topics
                    )
                    self._works.telling = work
                    self._put(command.Tell(work.number))
                case do.Repeat():
                    last = self._replies.last
                    self._say(last.text or script.phrases[Phrase.ASK_AGAIN], last.topics)
                case do.Invite(other):
                    self._begin_reply(answers=self._unanswered)
                    self._replies.invite(other, self._now)
                    self._replies.complete(self._now)
                case do.Hush():
                    self._stop()
                    self._works.drop_listening()
                    self._ears.quiet()
                    self._move(State.LISTENING)
                case do.Transfer() | do.TakeMessage() | do.HandOver() | do.Hangup():
                    self._decide(action)

    def _say(self, text: str, topics: tuple[str, ...] = ()) -> None:
        self._begin_reply(topics=topics, answers=self._unanswered)
        self._replies.speak(text, self._now)
        self._replies.complete(self._now)

    def _begin_reply(self, *, answers: bool, engine: str = "phrases", topics: tuple[str, ...] = ()) -> None:
        self._works.drop_listening()
        self._replies.begin(self._turn, answers=answers, engine=engine, topics=topics)
        self._unanswered = False
        if self.state not in {State.SPEAKING, State.INTERRUPTED}:
            self._move(State.SPEAKING)
            self._reply_seconds = 0.0
            self._ears.quiet()

    def _reply_ended(self, ended: fact.ReplyEnded) -> None:
        work = self._works.telling
        if work is None or work.number != ended.work:
            return
        if ended.broken:
            engine = work.thought.engine if work.thought is not None else ""
            self._put(command.Warn(f"the reply of {engine} broke off"))
            self._works.think_again(work, self._history.exchanges)
            self._filler_at = self._now + AGAIN_SECONDS
            return
        self._works.telling = None
        self._replies.complete(self._now)
        if ended.meaning is not None:
            actions = self._policy.understood(ended.meaning, ended.target)
            leaves = any(isinstance(action, Departure) for action in actions)
            # What the engine has said in its own words is not said again.
            told = leaves and bool(self._replies.said)
            self._act(action for action in actions if not (told and isinstance(action, do.Say)))

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

    # Ways out

    def _decide(self, departure: Departure) -> None:
        self._works.drop_listening()
        self._drop_answer()
        self._departure = departure
        self._put(command.Prepare(departure, self._question))
        if self.state is State.INTERRUPTED:
            self._move(State.WAVERING)
        else:
            self._depart_when_heard()

    def _depart_when_heard(self) -> None:
        self._move(State.DEPARTING)
        if not self._replies.busy and self._departure is not None:
            self._move(State.DEPARTED)
            self._put(command.Depart(self._departure))

    # The telephone

    def _put_on_hold(self) -> None:
        if self.state in {State.HELD, State.DEPARTED}:
            return
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

    def _stop(self) -> None:
        """Drop the rest of what is being said, and the way out."""
        self._drop_answer()
        self._works.drop_telling()
        self._departure = None
        self._barge_in.over()
        self._replies.stop()

    def _drop_answer(self) -> None:
        self._filler_at = math.inf
        self._works.drop_answering()
