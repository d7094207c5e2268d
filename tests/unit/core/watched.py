"""A world in which what must never be is looked for after each fact."""

from __future__ import annotations

from dataclasses import dataclass, field

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import Hangup, Reason
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.core.conversation.listening import COUGH_SECONDS
from sipforge.core.conversation.machine import Machine
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.conversation.speech import GRACE_SECONDS
from sipforge.core.conversation.states import State
from sipforge.core.messages.events import Clear, MetricsEvent, Pause, ReplyEvent, Resume, TranscriptEvent
from sipforge.text.turn_end import Completeness
from tests.unit.core.conversation_world import LOUD, OVERDUE, POLICY, WINDOW, World, machine

GONE = {State.DEPARTED, State.ENDED}
OVER = {State.INTERRUPTED, State.WAVERING}
QUIET = {State.LISTENING, State.PAUSED, State.THINKING}
"""The assistant says nothing, and is not about to."""
AGREES = {Meaning.YES, Meaning.GREETING, Meaning.GOODBYE}
NOT_UNDERSTOOD = {Meaning.NOTHING, Meaning.BUSY, Meaning.UNKNOWN, Meaning.FOREIGN}
IDLE_WORDS = {"idle_warning.", "idle_goodbye."}
SHORT_RULES = TurnRules(longest_seconds=6.0, ahead_seconds=1.5)
"""So that what takes long comes soon."""


@dataclass(slots=True)
class Watched(World):
    machine: Machine = field(default_factory=lambda: machine(SHORT_RULES))
    needed: float = 0.0
    """Position of the oldest sound that may still be asked for."""
    sinces: dict[int, float] = field(default_factory=dict)
    """Where the utterance of each recognition begins."""
    goes_on_since: float | None = None
    """Where the turn began that the caller goes on with."""
    closed: bool = True
    """Whether the turn before cannot be gone on with, as far as is known here."""
    turn_since: float = 0.0
    """Where the turn before began."""
    replied: float = 0.0
    """How long it has been replied to."""
    loud: list[float] = field(default_factory=list)
    """Positions of the caller's speech."""
    no_cough: set[int] = field(default_factory=set)
    """Works of turns that were too long for a cough."""
    dropped: list[int] = field(default_factory=list)
    worded: bool = False
    """Whether the reply that is being told has had words."""
    used: float = 0.0
    """How long the call was not held."""
    position: float = 0.0
    turn: int = 0
    silent: float = 0.0
    """Since the caller was last heard."""
    spoke_at: float = 0.0
    """When something was last to be spoken; what is held is not counted."""
    held_at: float = 0.0
    idle_end_revoked: bool = False

    def tell(self, what: fact.Fact, seconds: float = 0.0) -> list[command.Command]:
        before, departing, count = self.machine.state, self.departing, len(self.log)
        waited_for = set(self.waited_for)
        # "slots" makes a new class, which `super()` does not know.
        commands = World.tell(self, what, seconds)
        self.watch(before, what, seconds, self.log[count + 1 :], waited_for)
        if departing is not None and self.departing is departing and self.departed is None and not self.over:
            self.watch_way_out(what, departing)
        return commands

    def watch(
        self, before: State, what: fact.Fact, seconds: float, seen: list[object], waited_for: set[int]
    ) -> None:
        state, last = self.machine.state, self.log[-8:]
        if isinstance(what, fact.Key):
            self.idle_end_revoked = False
        self.used += 0.0 if before is State.HELD else seconds
        if isinstance(what, fact.Window):
            self.position += what.seconds
            if what.dbfs == LOUD and what.probability > 0.5 and state is not State.HELD:
                self.loud.append(self.position)
        self.watch_voices(state, last)
        self.watch_turns(before, what, seen, waited_for)
        self.watch_sound(what, seen)
        self.watch_words(what, seen)
        self.watch_reports(seen)
        if before in GONE:
            assert all(isinstance(one, command.End | ReplyEvent | MetricsEvent) for one in seen), last
        if before is state is State.HELD and not isinstance(what, fact.Part | fact.ReplyEnded):
            assert all(isinstance(one, ReplyEvent | MetricsEvent) for one in seen), last
        if isinstance(what, fact.Window) and state in OVER:
            self.silent = 0.0 if what.probability > 0.5 else self.silent + what.seconds
            assert self.silent < 0.6 or any(work.heard for work in self.works.values()), last
        else:
            self.silent = 0.0 if state not in OVER else self.silent

    def watch_voices(self, state: State, last: list[object]) -> None:
        """Never two voices, and never none that somebody waits for."""
        telling = [work for work in self.works.values() if work.telling]
        thinking = [work for number, work in self.works.items() if work.thought and number in self.waited_for]
        assert len(telling) <= 1, last
        if state in {*OVER, State.HELD} and self.to_be_heard:
            assert self.held_still, last
        if state not in {*OVER, State.HELD, *GONE}:
            assert not self.held_still, last
        if state in QUIET:
            assert not self.to_be_heard and not telling, last
        if state is State.THINKING:
            assert thinking, last
        if state is State.SPEAKING:
            assert self.to_be_heard or telling or thinking, last
        if state is State.DEPARTING:
            assert self.to_be_heard, last

    def watch_sound(self, what: fact.Fact, seen: list[object]) -> None:
        """Sound that was given up is not asked for."""
        for one in seen:
            if isinstance(one, command.Recognise | command.HearAhead):
                assert one.since >= self.needed - 1e-6, (one, self.needed)
            if isinstance(one, command.Recognise):
                self.sinces[one.work] = one.since
                if self.goes_on_since is not None:
                    assert one.since <= self.goes_on_since + 1e-6, (one, self.goes_on_since)
                self.goes_on_since = None
        if isinstance(what, fact.Window):
            assert self.machine.needs_since >= self.needed - 1e-6
            self.needed = self.machine.needs_since

    def watch_turns(self, before: State, what: fact.Fact, seen: list[object], waited_for: set[int]) -> None:
        """Work that a caller waits for is dropped for a reason, and what the caller goes on with is whole."""
        # It is thought about again, or was heard to its end.
        heard = not isinstance(what, fact.PlayoutCleared) and not self.waited_for
        kinds = (command.ThinkAgain, command.Warn, ReplyEvent) if heard else command.ThinkAgain
        if any(isinstance(one, kinds) for one in seen):
            self.closed, self.goes_on_since = True, None
        if isinstance(what, fact.PutOnHold) or (isinstance(what, fact.Key) and seen):
            self.closed, self.goes_on_since = True, None
        yields = isinstance(what, fact.Heard) and before is State.INTERRUPTED and Clear() in seen
        dropped = {one.work for one in seen if isinstance(one, command.Drop)}
        self.dropped += sorted(dropped)
        dropped &= waited_for
        prepared = any(isinstance(one, command.Prepare) for one in seen)
        if dropped and not prepared and not isinstance(what, fact.Key | fact.HungUp):
            speaks = isinstance(what, fact.Window) and what.probability > 0.5
            assert yields or (speaks and not self.closed), self.log[-8:]
        else:
            dropped = set()
        if (dropped or (yields and self.replied < SHORT_RULES.continue_seconds - 1e-6)) and not self.closed:
            self.goes_on_since = self.turn_since
        if isinstance(what, fact.Window) and before is State.SPEAKING:
            self.replied += what.seconds
        for one in seen:
            if isinstance(one, command.Hasten):
                # Recognised and over at once: it was ended for its length; or by a hold.
                at_once = any(isinstance(other, command.Recognise) for other in seen)
                self.closed = (at_once and not yields) or isinstance(what, fact.PutOnHold)
                self.turn_since = self.sinces.get(one.work, self.needed)
                self.replied = 0.0
                if sum(at > self.turn_since + 0.4 for at in self.loud) * WINDOW > 2 * COUGH_SECONDS:
                    self.no_cough.add(one.work)
        if before is State.THINKING and self.machine.state is State.SPEAKING:
            self.replied = 0.0
        if before is State.THINKING and self.machine.state is State.LISTENING:
            assert not isinstance(what, fact.Thought) or what.work not in self.no_cough, self.log[-8:]
        if self.machine.state in {State.LISTENING, State.DEPARTING, *GONE} and self.goes_on_since is None:
            self.closed = True
        if self.machine.state in {State.DEPARTING, *GONE}:
            self.goes_on_since = None

    def watch_words(self, what: fact.Fact, seen: list[object]) -> None:
        """No reply is over without a word."""
        if isinstance(what, fact.ReplyEnded) and what.work not in self.dropped:
            says = [
                one for one in seen if isinstance(one, command.Speak | command.ThinkAgain | command.Prepare)
            ]
            assert says or (self.worded and not what.broken), self.log[-8:]
        for one in seen:
            if isinstance(one, command.Speak | command.Tell):
                self.worded = isinstance(one, command.Speak)

    def watch_reports(self, seen: list[object]) -> None:
        for one in seen:
            match one:
                case command.Tell():
                    self.idle_end_revoked = False
                case command.Note(meaning=meaning) if meaning not in NOT_UNDERSTOOD:
                    self.idle_end_revoked = False
                case TranscriptEvent(turn):
                    assert turn >= self.turn, seen
                    self.turn = turn
                case MetricsEvent(values):
                    assert min(values.values()) >= 0.0, values
                case command.Speak(_, text):
                    assert text not in IDLE_WORDS or self.used > POLICY.idle_limit_seconds - 20.1, seen
                    self.spoke_at = self.now
                case Pause():
                    self.held_at = self.now
                case Resume():
                    self.spoke_at += self.now - max(self.held_at, self.spoke_at)
                case command.Warn(sentence) if sentence == OVERDUE:
                    assert self.now - self.spoke_at >= GRACE_SECONDS - 1e-6
                case ReplyEvent(_, text):
                    # History is what was heard: of whole sentences, only such as were played.
                    for sentence in text.split(". "):
                        assert sentence.rstrip(".") + "." in self.played | {""}, (one, self.played)

    def watch_way_out(self, what: fact.Fact, departing: command.Prepare) -> None:
        """What was decided stands, unless it was revoked: by a key, or by words that were meant."""
        stands = self.machine.state in {State.DEPARTING, State.WAVERING, State.HELD}
        idle_end = departing.departure == Hangup(Reason.IDLE)
        assert stands or isinstance(what, fact.Key | fact.Heard), self.log[-8:]
        if not stands:
            if isinstance(what, fact.Heard):
                assert what.text == "when", self.log[-8:]
                assert what.meaning not in AGREES
                assert not (idle_end and self.idle_end_revoked)
                self.idle_end_revoked = self.idle_end_revoked or idle_end
            self.departing = None

    # What happens

    def windows(self, count: int, probability: float, dbfs: float, seconds: float) -> None:
        for _ in range(count):
            self.tell(fact.Window(seconds, probability, dbfs), seconds)

    def thought_first(self, meaning: Meaning) -> None:
        """The oldest work is thought about before it is told what was heard."""
        for number, work in self.works.items():
            if work.heard and work.thought:
                work.thought = False
                self.thoughts[number] = meaning
                self.tell(fact.Thought(number, meaning, engine="book", completeness=Completeness.FINISHED))
                return

    def doubtful(self) -> None:
        """The oldest recognition may be no words at all."""
        for number, work in self.works.items():
            if work.heard:
                work.heard = False
                self.tell(fact.Heard(number, "um", 0.1, doubtful=True))
                return

    def played_late(self) -> None:
        """What was on its way to be heard as playout was held has been heard."""
        if self.sent:
            self.played.add(self.texts[self.sent[0]])
            World.played_late(self)

    def late(self, what: fact.Fact) -> None:
        """Something is told of work or sound that nobody wants any more: nothing comes of it."""
        before = self.machine.state
        commands = self.tell(what)
        assert commands == [], (what, commands)
        assert self.machine.state is before

    def late_work(self, which: int, kind: type) -> None:
        """Something is told of work that was dropped."""
        if not self.dropped:
            return
        number = self.dropped[-which % len(self.dropped)]
        match kind:
            case fact.Heard:
                self.late(fact.Heard(number, "when", completeness=Completeness.FINISHED))
            case fact.Thought:
                self.late(fact.Thought(number, Meaning.OPERATOR, completeness=Completeness.FINISHED))
            case fact.Part:
                self.late(fact.Part(number, "late words. "))
            case _:
                self.late(fact.ReplyEnded(number, Meaning.OPERATOR))

    def late_sound(self, number: int, played: bool) -> None:
        """Something is told of a sentence that was cut."""
        if number in self.texts and number not in {*self.making, *self.sent}:
            self.late(fact.PlayedUpTo(number) if played else fact.Sent(number, 1.0))
            self.played |= {self.texts[number]} if played and self.clears else set()
