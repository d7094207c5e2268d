"""The world around a call's machine: telephone, recogniser and voice do what they are told, in any order."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TypeVar

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import Departure, Phrase
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.core.conversation.machine import Machine
from sipforge.core.conversation.policy.dialogue_policy import DialoguePolicy
from sipforge.core.conversation.policy.meanings import Meaning, PolicyRules
from sipforge.core.conversation.replies import Script
from sipforge.core.conversation.states import State
from sipforge.core.messages.events import Clear, Pause, ReplyEvent, Resume
from sipforge.core.messages.hello import Arrival
from sipforge.text.plain import sentences
from sipforge.text.turn_end import Completeness

T = TypeVar("T")
WINDOW = 0.032
TICK = 0.1
RULES = TurnRules()
POLICY = PolicyRules(operator="1000", prompt_again_seconds=10.0, idle_limit_seconds=120.0)
FILLER_SECONDS = 1.0
SCRIPT = Script(
    {phrase: f"{phrase.value}." for phrase in Phrase},
    sentences,
    ("One, two.", "Three."),
    {f"topic-{number}": f"answer {number}." for number in range(8)},
    lambda topics: f"Is it about {' or '.join(topics)}?",
)
LOUD, SOFT = -20.0, -45.0
OVERDUE = "the orchestrator did not report what was heard"


def machine(rules: TurnRules) -> Machine:
    return Machine(
        SCRIPT, rules, DialoguePolicy(POLICY, tuple(SCRIPT.answers)), filler_seconds=FILLER_SECONDS
    )


@dataclass(slots=True)
class Pending:
    """Work that was asked for and has not been given."""

    heard: bool = False
    thought: bool = False
    telling: bool = False


@dataclass(slots=True)
class World:
    """Carries out commands, and remembers what it saw."""

    machine: Machine = field(default_factory=lambda: machine(RULES))
    now: float = 100.0
    works: dict[int, Pending] = field(default_factory=dict)
    making: deque[int] = field(default_factory=deque)
    """Sentences to be spoken, whose sound is not there."""
    sent: deque[int] = field(default_factory=deque)
    """Sentences that are being played, in order."""
    texts: dict[int, str] = field(default_factory=dict)
    played: set[str] = field(default_factory=set)
    given_up: set[int] = field(default_factory=set)
    reported: list[ReplyEvent] = field(default_factory=list)
    clears: int = 0
    held_still: bool = False
    log: list[object] = field(default_factory=list)
    departing: command.Prepare | None = None
    departed: command.Depart | None = None
    over: bool = False
    thoughts: dict[int, Meaning] = field(default_factory=dict)
    waited_for: set[int] = field(default_factory=set)
    """Works of turns that are over and have got no reply."""
    words: int = 0

    def begin(self) -> World:
        self.obey(self.machine.begin(Arrival.NEW, 12, self.now))
        return self

    def tell(self, what: fact.Fact, seconds: float = 0.0) -> list[command.Command]:
        """Give the machine a fact, `seconds` later; what it wants done is done."""
        self.now += seconds
        self.log.append(what)
        commands = self.machine.receive(what, self.now)
        self.obey(commands)
        return commands

    def obey(self, commands: list[command.Command]) -> None:
        for wanted in commands:
            self.log.append(wanted)
            if isinstance(wanted, command.Speak | command.Play | command.Tell | command.Prepare):
                self.waited_for -= set(self.thoughts)
            match wanted:
                case command.Recognise(work):
                    self.works[work] = Pending(heard=True, thought=True)
                case command.ThinkAgain(work, of):
                    self.works.pop(of, None)
                    self.works[work] = Pending(thought=True)
                    self.waited_for.add(work)
                case command.Hasten(work):
                    self.waited_for.add(work)
                case command.Tell(work):
                    self.works[work] = Pending(telling=True)
                case command.Drop(work):
                    self.works.pop(work, None)
                    self.waited_for.discard(work)
                case command.Speak(sentence) | command.Play(sentence):
                    self.texts[sentence] = getattr(wanted, "text", "")
                    self.making.append(sentence)
                case command.Prepare():
                    self.departing = wanted
                case command.Depart(departure):
                    assert self.departing is not None
                    assert self.departing.departure == departure
                    assert not self.to_be_heard
                    self.departed = wanted
                case command.Warn(sentence) if sentence == OVERDUE:
                    self.given_up |= {*self.making, *self.sent}
                    self.played |= {self.texts[one] for one in self.given_up}
                case command.End():
                    self.over = True
                case ReplyEvent():
                    self.reported.append(wanted)
                case Clear():
                    self.making.clear()
                    self.sent.clear()
                    self.clears += 1
                    self.held_still = False
                case Pause():
                    assert not self.held_still
                    self.held_still = True
                case Resume():
                    assert self.held_still
                    self.held_still = False

    @property
    def to_be_heard(self) -> set[int]:
        """Sentences that are to be heard; not those that the machine has given up waiting for."""
        return {*self.making, *self.sent} - self.given_up

    # What can happen next

    def window(self, speech: bool, dbfs: float = LOUD) -> list[command.Command]:
        return self.tell(fact.Window(WINDOW, 0.9 if speech else 0.02, dbfs if speech else -70.0), WINDOW)

    def hear(self, speech: bool, seconds: float, dbfs: float = LOUD) -> None:
        for _ in range(round(seconds / WINDOW)):
            self.window(speech, dbfs)

    def recognised(
        self,
        text: str = "when",
        meaning: Meaning | None = None,
        completeness: Completeness = Completeness.FINISHED,
        *,
        listens: bool = False,
    ) -> bool:
        """The oldest recognition is done; whether there was one."""
        for number, work in self.works.items():
            if work.heard:
                work.heard = False
                self.tell(
                    fact.Heard(
                        number,
                        text,
                        0.9,
                        0.1,
                        completeness,
                        meaning if text else Meaning.NOTHING,
                        listens=listens,
                    )
                )
                return True
        return False

    def understood(
        self, meaning: Meaning = Meaning.ANSWERED, target: str = "", topics: tuple[str, ...] = ()
    ) -> bool:
        """The oldest thought is done, and its reply told where there is one; whether there was one."""
        for number, work in self.works.items():
            if work.thought and not work.heard:
                work.thought = False
                self.thoughts[number] = meaning
                self.tell(
                    fact.Thought(
                        number, meaning, target, "", "book", topics, completeness=Completeness.FINISHED
                    )
                )
                return True
        return False

    def part(self) -> bool:
        for number, work in self.works.items():
            if work.telling:
                self.words += 1
                self.tell(fact.Part(number, f"word{self.words} said. "))
                return True
        return False

    def reply_over(self, meaning: Meaning | None = None, *, broken: bool = False) -> bool:
        for number, work in self.works.items():
            if work.telling:
                work.telling = False
                self.tell(fact.ReplyEnded(number, meaning, broken=broken))
                return True
        return False

    def make(self) -> bool:
        """The next sentence is made and sent."""
        if not self.making:
            return False
        sentence = self.making.popleft()
        self.sent.append(sentence)
        self.tell(fact.Sounded(sentence, 0.05))
        self.tell(fact.Sent(sentence, 1.0))
        return True

    def play(self) -> bool:
        """The next sentence has been heard."""
        if not self.sent or self.held_still:
            return False
        sentence = self.sent.popleft()
        self.played.add(self.texts[sentence])
        self.tell(fact.PlayedUpTo(sentence), 1.0)
        return True

    def played_late(self) -> None:
        self.tell(fact.PlayedUpTo(self.sent.popleft()))

    def cleared(self, seconds: float = 0.0) -> bool:
        """The orchestrator tells how much was heard of what was cleared."""
        if not self.clears:
            return False
        self.clears -= 1
        self.tell(fact.PlayoutCleared(seconds))
        return True

    def settle(self) -> None:
        """Everybody does what is asked for, until nothing is left to do."""
        for _ in range(400):
            if not (
                (self.recognised() or self.understood(Meaning.UNKNOWN) or self.reply_over())
                or (self.make() or self.play() or self.cleared())
            ):
                return
        raise AssertionError("it never settles")

    def say(
        self, text: str = "when", meaning: Meaning | None = None, thought: Meaning = Meaning.ANSWERED
    ) -> None:
        """The caller says something, and it is understood."""
        self.hear(True, 1.0)
        self.hear(False, 0.25)
        self.recognised(text, meaning)
        self.understood(thought)
        self.hear(False, 0.3)

    def speak_all(self) -> None:
        """What is to be said is said and heard."""
        while self.make() or self.play():
            pass

    def answer(self, *sentences: str) -> None:
        """The reply that was asked for is `sentences`."""
        for sentence in sentences:
            self.tell(fact.Part(self.telling, f"{sentence} "))
        self.reply_over()

    def wait(self, seconds: float) -> None:
        """Time goes by, and nothing is sent from the telephone."""
        for _ in range(round(seconds / TICK)):
            self.tell(fact.Elapsed(), TICK)

    # What was seen

    @property
    def telling(self) -> int:
        """The work whose reply is asked for."""
        return next(number for number, work in self.works.items() if work.telling)

    @property
    def state(self) -> State:
        return self.machine.state

    @property
    def spoken(self) -> list[str]:
        """All sentences that were to be spoken, in order."""
        return [one.text for one in self.commands(command.Speak)]

    @property
    def departure(self) -> Departure | None:
        """How the call leaves, once it does."""
        return None if self.departed is None else self.departed.departure

    def commands(self, *kinds: type[T]) -> list[T]:
        """All commands of these kinds so far."""
        return [one for one in self.log if isinstance(one, kinds)]
