"""The half of a call's machine that speaks: what the policy decides is said, the way out is taken. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from sipforge.core.conversation import actions as do
from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import Action, Departure, Phrase
from sipforge.core.conversation.barge_in import BargeIn
from sipforge.core.conversation.commands import Command
from sipforge.core.conversation.endpointing import Endpointing, TurnRules
from sipforge.core.conversation.history import Exchange, History
from sipforge.core.conversation.policy.dialogue_policy import DialoguePolicy
from sipforge.core.conversation.replies import Replies, Script
from sipforge.core.conversation.states import State, step
from sipforge.core.conversation.work import Work, Works
from sipforge.core.messages.events import OFFERED
from sipforge.text.turn_end import Completeness

AGAIN_SECONDS: Final = 6.0
"""How long after "one moment" it is said again."""


class Speaking:
    """A call, as far as it speaks; `sipforge.core.conversation.machine` is the whole."""

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
        self._said_seconds = 0.0
        """How much of the turn before was speech."""
        self._closed = True
        """Whether the turn before cannot be gone on with."""
        self._unanswered = False
        """Whether the turn before has got no reply yet."""
        questions = (one.caller for one in reversed(self._history.exchanges) if one.caller)
        self._question = next(questions, "")
        """What the caller said last."""
        self._ahead_of = 0.0
        """Position up to which the utterance was heard ahead."""
        self._completeness: Completeness | None = None
        self._reply_seconds = 0.0
        self._filler_at = math.inf
        self._moved_at = self._began_at = 0.0
        self._departure: Departure | None = None
        self._crowded = False

    def _put(self, wanted: Command) -> None:
        self._out.append(wanted)

    def _move(self, state: State) -> None:
        if state is not self.state:
            self.state = step(self.state, state)
            self._moved_at = self._now

    def _act(self, actions: Iterable[Action], work: Work | None = None) -> None:
        script = self._script
        for action in actions:
            match action:
                case do.Say(phrase, asks):
                    self._say(script.phrases[phrase], tuple(topic + OFFERED for topic in asks))
                case do.ReadMenu(page):
                    self._say(script.pages[page])
                case do.TellTopic(topic):
                    self._say(script.answers[topic], (topic,))
                case do.Ask(topics):
                    self._say(script.ask(topics), tuple(topic + OFFERED for topic in topics))
                case do.Tell() if work is not None and work.thought is not None:
                    self._begin_reply(
                        answers=self._unanswered, engine=work.thought.engine, topics=work.thought.topics
                    )
                    self._works.telling = work
                    self._put(command.Tell(work.number))
                case do.AskWho(people):
                    self._say(script.ask_who(people), tuple(person + OFFERED for person in people))
                case do.Repeat():
                    last = self._replies.last
                    self._say(last.text or script.phrases[Phrase.ASK_AGAIN], last.topics)
                case do.Play(other, phrase):
                    self._begin_reply(answers=self._unanswered)
                    self._replies.play(other, phrase, self._now)
                    self._replies.complete(self._now)
                case do.Hush():
                    # What comes now is the reply to a key, not to the turn before.
                    self._closed, self._unanswered = True, False
                    self._stop()
                    self._works.drop_listening()
                    self._ears.quiet()
                    self._move(State.LISTENING)
                case do.Transfer() | do.TakeMessage() | do.HandOver() | do.Hangup():
                    self._decide(action)

    def _say(self, text: str, topics: tuple[str, ...] = ()) -> None:
        # A reply that is still coming in has had its time.
        self._works.drop_telling()
        self._begin_reply(topics=topics, answers=self._unanswered)
        self._replies.speak(text, self._now)
        self._replies.complete(self._now)

    def _begin_reply(self, *, answers: bool, engine: str = "phrases", topics: tuple[str, ...] = ()) -> None:
        self._replies.begin(self._turn, answers=answers, engine=engine, topics=topics)
        self._unanswered = False
        if self.state not in {State.SPEAKING, State.INTERRUPTED, State.HELD}:
            self._works.drop_listening()
            self._move(State.SPEAKING)
            self._reply_seconds = 0.0
            self._ears.quiet()

    def _part(self, part: fact.Part) -> None:
        work = self._works.telling
        if work is not None and work.number == part.work:
            work.worded = work.worded or bool(part.text.strip())
            self._replies.part(part.text, self._now)

    def _reply_ended(self, ended: fact.ReplyEnded) -> None:
        work = self._works.telling
        if work is None or work.number != ended.work:
            return
        if ended.broken or not (work.worded or ended.meaning):
            engine = work.thought.engine if work.thought is not None else ""
            self._put(command.Warn(f"the reply of {engine} broke off"))
            self._closed = True
            self._works.think_again(work, self._history.exchanges)
            self._filler_at = self._now + AGAIN_SECONDS
            return
        self._works.drop_telling()
        self._replies.complete(self._now)
        if ended.meaning is not None:
            actions = self._policy.understood(ended.meaning, ended.target)
            leaves = any(isinstance(action, Departure) for action in actions)
            # What the engine has said in its own words is not said again.
            told = leaves and bool(self._replies.said)
            self._act(action for action in actions if not (told and isinstance(action, do.Say)))

    def _decide(self, departure: Departure) -> None:
        self._drop_answer()
        # "One moment" waits for no reply any more.
        self._replies.complete(self._now)
        self._departure = departure
        self._put(command.Prepare(departure, self._question))
        if self.state is State.INTERRUPTED:
            self._move(State.WAVERING)
        elif self.state is not State.HELD:
            self._works.drop_listening()
            self._depart_when_heard()

    def _depart_when_heard(self) -> None:
        self._move(State.DEPARTING)
        if not self._replies.busy and self._departure is not None:
            self._move(State.DEPARTED)
            said = isinstance(self._departure, do.HandOver) and self._departure.said
            self._put(
                command.Depart(self._departure, self._ears.position - self._turn_since if said else 0.0)
            )

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
