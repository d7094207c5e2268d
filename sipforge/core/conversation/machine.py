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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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
from sipforge.core.conversation.measures import Measures
from sipforge.core.conversation.speech import Said, Speech
from sipforge.core.conversation.states import State, step
from sipforge.core.messages.events import Clear, Pause, ReplyEvent, Resume, TranscriptEvent
from sipforge.core.messages.hello import Arrival, Detail
from sipforge.text.overlap import repeats
from sipforge.text.plain import finished_sentences
from sipforge.text.turn_end import Completeness

BEFORE_SECONDS: Final = 0.4
"""Sound taken from before speech was noticed: its beginning is always noticed late."""
AGAIN_SECONDS: Final = 6.0
"""How long after "one moment" it is said again."""
COUGH_SECONDS: Final = 0.4
"""Less speech than this in which nothing was recognised is a cough, not an utterance."""
LOOK_SECONDS: Final = 10.0
"""Longest time that a reply holds still."""
ENDING_SECONDS: Final = 60.0
"""How long the orchestrator may take to end a call after it was asked to."""
WORDS_CHARACTERS: Final = 4000
"""Length of a transcript or reply as it is reported."""
AGREES: Final = frozenset({Meaning.YES, Meaning.GREETING, Meaning.GOODBYE})
"""What is said over the words of a way out and does not revoke it: "yes, please", "thank you, bye"."""


@dataclass(frozen=True, slots=True)
class Script:
    """What an assistant says by itself."""

    phrases: Mapping[Phrase, str]
    sentences: Callable[[str], list[str]]
    """Text → the pieces that are spoken one after the other."""
    pages: tuple[str, ...] = ()
    """Of the keypad's menu."""
    answers: tuple[str, ...] = ()
    """Of each topic of the menu, through all pages."""
    topics: tuple[str, ...] = ()
    """Their ids."""


@dataclass(slots=True)
class _Work:
    """An utterance that is being recognised and thought about."""

    number: int
    heard: Heard | None = None
    thought: Thought | None = None


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
        self._history = History(history)
        self._ears = Endpointing(rules)
        self._barge_in = BargeIn(rules, self._ears)
        self._speech = Speech()
        self._measures = Measures()
        self._out: list[Command] = []
        self._now = 0.0
        self._works = 0
        self._listening: _Work | None = None
        """On what the caller is saying."""
        self._answering: _Work | None = None
        """On the turn that is over, as long as its reply has not begun."""
        self._telling: _Work | None = None
        """Whose reply is coming in."""
        self._written = ""
        """Of that reply, what is no whole sentence yet."""
        self._turn = 0
        self._turn_since = self._floor = 0.0
        """Where in the sound the turn before began; and what is before the next utterance for good."""
        self._closed = True
        """Whether the turn before cannot be gone on with."""
        self._unanswered = False
        """Whether the turn before has got no reply yet."""
        self._question = ""
        """What the caller said last."""
        self._recognised_at = 0.0
        """Position up to which the utterance was recognised."""
        self._completeness: Completeness | None = None
        self._reply_seconds = 0.0
        self._filler_at = math.inf
        self._moved_at = 0.0
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
        self._now = self._moved_at = at
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
                self._part(work, text)
            case fact.ReplyEnded():
                self._reply_ended(what)
            case fact.Sounded(sentence, seconds):
                self._out += self._measures.sounded(sentence, seconds, self._now)
            case fact.Sent(sentence, seconds):
                self._speech.sent(sentence, seconds, self._now)
            case fact.PlayedUpTo(sentence):
                self._speech.played(sentence)
            case fact.PlayoutCleared(played_seconds):
                cut = self._speech.cleared(played_seconds)
                if cut is not None:
                    self._report(*cut)
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
        self._speech.wait(seconds)
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
                self._let_go_on()
        if self._speech.overdue(self._now):
            self._out.append(command.Warn("the orchestrator did not report what was heard"))
        self._speech_over()
        if self._now >= self._filler_at and self.state in {State.THINKING, State.SPEAKING}:
            self._filler_at = self._now + AGAIN_SECONDS
            self._begin_reply(answers=True)
            phrase = Phrase.HOLD if self._crowded else Phrase.ONE_MOMENT
            self._speak(self._script.phrases[phrase], measured=False)
        if self.state in {State.LISTENING, State.PAUSED, State.THINKING, State.SPEAKING}:
            quiet = self.state is State.LISTENING and not self._ears.begun
            actions = self._policy.waited(seconds, quiet=quiet)
            if do.Say(Phrase.ASK_AGAIN) in actions:
                self._ears.forget_level()
            self._act(actions)

    # What is heard

    @property
    def _settled(self) -> bool:
        """Whether the caller can no longer go on with the turn before."""
        if self._closed or self.state is State.THINKING:
            return self._closed
        reply = self._speech.reply
        speaks = self.state in {State.SPEAKING, State.INTERRUPTED} and reply is not None and reply.answers
        return not speaks or self._reply_seconds >= self._rules.continue_seconds

    def _window(self, window: fact.Window) -> None:
        ears, barge_in = self._ears, self._barge_in
        if self.state in {State.HELD, State.DEPARTED}:
            ears.skip(window.seconds)
            return
        ears.window(window)
        match self.state:
            case State.LISTENING:
                self._listen()
            case State.PAUSED if ears.speech_seconds >= self._rules.resume_seconds:
                self._move(State.LISTENING)
                self._drop_listening()
            case State.PAUSED:
                self._end_turn_if_due()
            case State.THINKING if not self._closed and ears.speech_seconds >= self._rules.start_seconds:
                self._drop_answer()
                self._move(State.LISTENING)
                self._go_on()
            case State.SPEAKING | State.DEPARTING:
                self._reply_seconds += window.seconds
                if barge_in.begins():
                    ears.begin()
                    self._drop_listening()
                    self._hold_playout()
                    speaking = self.state is State.SPEAKING
                    self._move(State.INTERRUPTED if speaking else State.WAVERING)
            case State.INTERRUPTED | State.WAVERING if barge_in.wants_look(window.seconds):
                self._recognise()

    def _listen(self) -> None:
        ears, rules = self._ears, self._rules
        if not ears.begun:
            if ears.speech_seconds >= rules.start_seconds:
                ears.begin()
                self._recognised_at = ears.position
            return
        if ears.silence_seconds >= rules.pause_seconds:
            self._paused()
            self._recognise()
        elif ears.utterance_seconds >= rules.longest_seconds:
            self._recognise()
            self._end_turn(closed=True)
        elif ears.position - self._recognised_at >= rules.recognise_seconds:
            self._recognise()

    def _paused(self) -> None:
        self._move(State.PAUSED)
        self._completeness = None

    def _recognise(self) -> None:
        """Find out what is being said, and what is to be said to it."""
        self._drop_listening()
        self._works += 1
        self._listening = _Work(self._works)
        self._recognised_at = self._ears.position
        since = max(self._floor, self._ears.since - BEFORE_SECONDS)
        self._out.append(command.Recognise(self._works, since, self._history_now()))

    def _history_now(self) -> tuple[Exchange, ...]:
        """What was said, and the reply that is being heard as if it had been heard."""
        reply = self._speech.reply
        return self._history.with_reply(reply.turn, reply.text, reply.topics) if reply else self._history.exchanges

    def _heard(self, heard: Heard) -> None:
        if self._answering is not None and self._answering.number == heard.work:
            self._answering.heard = heard
        elif self._listening is not None and self._listening.number == heard.work:
            self._listening.heard = heard
            if self.state in {State.INTERRUPTED, State.WAVERING}:
                self._judge(heard)
            if self.state is State.PAUSED and self._listening is not None and self._listening.heard is not None:
                self._completeness = heard.completeness
                self._end_turn_if_due()

    def _thought(self, thought: Thought) -> None:
        if self._answering is not None and self._answering.number == thought.work:
            self._answering.thought = thought
            self._answer()
        elif self._listening is not None and self._listening.number == thought.work:
            self._listening.thought = thought
            if self.state is State.PAUSED:
                self._completeness = thought.completeness
                self._end_turn_if_due()

    def _judge(self, heard: Heard) -> None:
        """Decide whether what was said over the reply was meant."""
        echo = repeats(heard.text, self._speech.said)
        listens = heard.listens and not self._policy.offers
        meant = bool(heard.text) and not echo and not listens and not heard.doubtful
        if self.state is State.WAVERING:
            meant = meant and heard.meaning not in AGREES and not self._ends_for_good
        match self._barge_in.judge(meant, echo=echo):
            case Verdict.NOT_MEANT:
                self._let_go_on()
            case Verdict.MEANT:
                self._yield()

    @property
    def _ends_for_good(self) -> bool:
        return self._departure == do.Hangup(Reason.IDLE) and self._idle_end_revoked

    def _yield(self) -> None:
        """The reply, or the way out, is over: the caller means to speak."""
        if self._departure == do.Hangup(Reason.IDLE):
            self._idle_end_revoked = True
            self._policy.stays()
        goes_on = not self._settled
        self._stop()
        self._move(State.LISTENING)
        if goes_on:
            self._drop_listening()
            self._go_on()
        if self._ears.silence_seconds >= self._rules.pause_seconds:
            self._paused()
            if self._listening is None:
                self._recognise()

    def _go_on(self) -> None:
        """What is said now belongs to the turn before: it was not over."""
        self._speech.went_on(self._turn)
        self._turn -= 1
        self._unanswered = False
        self._ears.go_on_since(self._turn_since)
        self._floor = self._turn_since

    def _let_go_on(self) -> None:
        """What was said over the reply was not meant: it goes on where it was held."""
        self._drop_listening()
        self._ears.quiet()
        self._release_playout()
        if self.state is State.INTERRUPTED:
            self._move(State.SPEAKING)
            self._answer()
        else:
            self._leave_or_depart()

    # Turns

    def _end_turn_if_due(self) -> None:
        if self._ears.silence_seconds >= self._rules.end_seconds(self._completeness):
            self._end_turn()

    def _end_turn(self, *, closed: bool = False) -> None:
        ears = self._ears
        self._turn += 1
        self._turn_since, self._floor = max(self._floor, ears.since - BEFORE_SECONDS), ears.position
        self._closed = closed
        self._answering, self._listening = self._listening, None
        if self._answering is not None:
            self._out.append(command.Hasten(self._answering.number))
        self._filler_at = self._now - ears.silence_seconds + self._filler_seconds
        self._measures.turn_over(self._now, ears.silence_seconds)
        self._move(State.THINKING)
        ears.quiet()
        self._answer()

    def _answer(self) -> None:
        """Act on the thought, once there is one and nobody is speaking over "one moment"."""
        work = self._answering
        if work is None or work.thought is None or self.state not in {State.THINKING, State.SPEAKING}:
            return
        self._answering = None
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
        self._measures.understood(heard.seconds, thought.seconds)
        event = TranscriptEvent(self._turn, text, heard.confidence, heard.seconds)
        self._history.take(event)
        failed = thought.failed
        note = command.Note(self._turn, thought.meaning, failed, len(text), heard.seconds)
        self._out += [event, note]

    def _key(self, key: str) -> None:
        if self.state is State.HELD:
            self._take_back()
        if self.state is not State.DEPARTED:
            self._act(self._policy.key(key))

    # What is said

    def _act(self, actions: Iterable[Action], work: _Work | None = None) -> None:
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
                    self._tell(work, work.thought)
                case do.Repeat():
                    last = self._speech.last
                    self._say(last.text or script.phrases[Phrase.ASK_AGAIN], last.topics)
                case do.Invite(other):
                    self._begin_reply(answers=self._unanswered)
                    self._out.append(command.PlayInvitation(self._speech.add("", self._now), other))
                    self._speech.close()
                case do.Hush():
                    self._stop()
                    self._drop_listening()
                    self._move(State.LISTENING)
                    self._ears.quiet()
                case do.Transfer() | do.TakeMessage() | do.HandOver() | do.Hangup():
                    self._depart(action)

    def _say(self, text: str, topics: tuple[str, ...] = ()) -> None:
        self._begin_reply(topics=topics, answers=self._unanswered)
        self._speak(text)
        self._speech.close()

    def _begin_reply(self, *, answers: bool, engine: str = "phrases", topics: tuple[str, ...] = ()) -> None:
        self._drop_listening()
        self._speech.begin(self._turn if answers else 0, engine, topics, answers=answers)
        self._unanswered = False
        if self.state not in {State.SPEAKING, State.INTERRUPTED, State.WAVERING}:
            self._departure = None
            self._move(State.SPEAKING)
            self._reply_seconds = 0.0
            self._ears.quiet()

    def _speak(self, text: str, *, measured: bool = True) -> None:
        for sentence in self._script.sentences(text):
            number = self._speech.add(sentence, self._now)
            if measured:
                self._measures.speaks(number)
            self._out.append(command.Speak(number, sentence))

    def _tell(self, work: _Work, thought: Thought) -> None:
        self._begin_reply(answers=self._unanswered, engine=thought.engine, topics=thought.topics)
        self._telling, self._written = work, ""
        self._out.append(command.Tell(work.number))

    def _part(self, number: int, text: str) -> None:
        if self._telling is None or self._telling.number != number:
            return
        whole, self._written = finished_sentences(self._written + text, self._script.sentences)
        for sentence in whole:
            self._speak(sentence)

    def _reply_ended(self, ended: fact.ReplyEnded) -> None:
        work = self._telling
        if work is None or work.number != ended.work:
            return
        self._telling = None
        if ended.broken:
            self._think_again(work)
            return
        if self._written.strip():
            self._speak(self._written)
        self._speech.close()
        if ended.meaning is not None:
            spoken = bool(self._speech.said)
            actions = self._policy.understood(ended.meaning, ended.target)
            leaves = any(isinstance(action, Departure) for action in actions)
            # What the engine has said in its own words is not said again.
            self._act(one for one in actions if not (spoken and leaves and isinstance(one, do.Say)))

    def _think_again(self, work: _Work) -> None:
        """A reply broke off: the engines behind it have a try. Half a sentence is worth nothing to a caller."""
        engine = work.thought.engine if work.thought is not None else ""
        self._out.append(command.Warn(f"the reply of {engine} broke off"))
        self._works += 1
        self._answering = _Work(self._works)
        self._filler_at = self._now + AGAIN_SECONDS
        again = command.ThinkAgain(self._works, work.number, self._history.exchanges)
        self._out.append(again)

    def _speech_over(self) -> None:
        """Go on, where all that was said has been heard."""
        if self._speech.reply is None or self._speech.busy:
            return
        reply = self._speech.finish()
        self._barge_in.over()
        if reply is not None:
            self._report(reply, reply.text)
        match self.state:
            case State.SPEAKING:
                self._move(State.LISTENING if self._answering is None else State.THINKING)
            case State.INTERRUPTED:
                # Its last sound was heard as the caller began: now the caller simply has the turn.
                self._release_playout()
                self._move(State.LISTENING)
                if self._ears.silence_seconds >= self._rules.pause_seconds:
                    self._paused()
                    if self._listening is None:
                        self._recognise()
            case State.DEPARTING:
                self._leave_or_depart()

    def _report(self, reply: Said, heard: str) -> None:
        text = heard.strip()[:WORDS_CHARACTERS]
        if text and not reply.continued:
            event = ReplyEvent(reply.turn, text, reply.engine, reply.topics)
            self._history.take(event)
            self._out.append(event)

    # Ways out

    def _depart(self, departure: Departure) -> None:
        self._drop_listening()
        self._drop_answer()
        self._departure = departure
        self._out.append(command.Prepare(departure, self._question))
        self._move(State.WAVERING if self.state is State.INTERRUPTED else State.DEPARTING)
        if self.state is State.DEPARTING:
            self._leave_or_depart()

    def _leave_or_depart(self) -> None:
        """Take the way out where its words were heard; else they go on."""
        if self._speech.busy:
            self._move(State.DEPARTING)
            return
        self._move(State.DEPARTED)
        if self._departure is not None:
            self._out.append(command.Depart(self._departure))

    # The telephone

    def _put_on_hold(self) -> None:
        if self.state in {State.HELD, State.DEPARTED}:
            return
        if self._speech.busy:
            self._hold_playout()
        self._drop_listening()
        self._ears.quiet()
        self._move(State.HELD)

    def _take_back(self) -> None:
        if self.state is not State.HELD:
            return
        self._ears.quiet()
        self._release_playout()
        if self._departure is not None:
            self._leave_or_depart()
        elif self._speech.busy:
            self._move(State.SPEAKING)
            self._answer()
        elif self._answering is not None:
            self._move(State.THINKING)
            self._answer()
        else:
            self._move(State.LISTENING)

    def _end(self) -> None:
        self._drop_listening()
        self._drop_answer()
        self._drop_telling()
        self._move(State.ENDED)
        self._out.append(command.End())

    def _hold_playout(self) -> None:
        if not self._speech.held:
            self._speech.held = True
            self._out.append(Pause())

    def _release_playout(self) -> None:
        if self._speech.held:
            self._speech.held = False
            self._out.append(Resume())

    # What is not wanted any more

    def _stop(self) -> None:
        """Drop the rest of what is being said, and the way out."""
        self._drop_answer()
        self._drop_telling()
        self._departure = None
        self._barge_in.over()
        if self._speech.busy:
            self._speech.cut()
            self._out.append(Clear())
        self._release_playout()

    def _drop_listening(self) -> None:
        self._listening = self._drop(self._listening)

    def _drop_answer(self) -> None:
        self._filler_at = math.inf
        self._answering = self._drop(self._answering)

    def _drop_telling(self) -> None:
        self._telling = self._drop(self._telling)

    def _drop(self, work: _Work | None) -> None:
        if work is not None:
            self._out.append(command.Drop(work.number))
