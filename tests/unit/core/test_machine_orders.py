"""Whatever the order of what happens in a call, no caller is lost: random orders drive the machine.

SIPFORGE_ORDERS is how many; `make fuzz` runs a hundred thousand.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import Hangup, Transfer
from sipforge.core.conversation.dialogue_policy import Meaning
from sipforge.core.conversation.machine import ENDING_SECONDS
from sipforge.core.conversation.states import State
from sipforge.text.turn_end import Completeness
from tests.unit.core.conversation_world import LOUD, POLICY, SOFT, World

ORDERS = int(os.environ.get("SIPFORGE_ORDERS", "1000"))
GONE = {State.DEPARTED, State.ENDED}
SHORT = (None, Meaning.YES, Meaning.NO, Meaning.GOODBYE, Meaning.OPERATOR, Meaning.MESSAGE)
MEANINGS = (
    Meaning.ANSWERED,
    Meaning.ANSWERED,
    Meaning.UNKNOWN,
    Meaning.NOTHING,
    Meaning.BUSY,
    Meaning.FAILED,
    Meaning.YES,
    Meaning.NO,
    Meaning.GOODBYE,
    Meaning.OPERATOR,
    Meaning.MESSAGE,
    Meaning.REPEAT,
    Meaning.FOREIGN,
    Meaning.OTHER_LANGUAGE,
)
ENDS = (None, None, Meaning.OPERATOR, Meaning.GOODBYE)

STEP = st.one_of(
    st.tuples(st.just("speech"), st.integers(1, 40), st.sampled_from([LOUD, LOUD, SOFT])),
    st.tuples(st.just("silence"), st.integers(1, 50)),
    st.tuples(
        st.just("recognised"),
        st.sampled_from(["when", "", "mm"]),
        st.sampled_from(SHORT),
        st.sampled_from(Completeness),
    ),
    st.tuples(st.just("understood"), st.sampled_from(MEANINGS)),
    st.tuples(st.just("part")),
    st.tuples(st.just("reply_over"), st.sampled_from(ENDS), st.booleans()),
    st.tuples(st.just("make")),
    st.tuples(st.just("play")),
    st.tuples(st.just("cleared")),
    st.tuples(st.just("key"), st.sampled_from("0123456789*#")),
    st.tuples(st.just("hold")),
    st.tuples(st.just("unhold")),
    st.tuples(st.just("elapse"), st.sampled_from([0.1, 0.5, 2.0, 7.0, 30.0])),
)


class Watched(World):
    """A world in which what must never be is looked for after each step."""

    def step(self, what: str, *arguments: object) -> None:
        match what:
            case "speech":
                for _ in range(arguments[0]):  # type: ignore[call-overload]
                    self.window(True, arguments[1])  # type: ignore[arg-type]
            case "silence":
                for _ in range(arguments[0]):  # type: ignore[call-overload]
                    self.window(False)
            case "recognised":
                text, meaning, completeness = arguments
                self.recognised(text, meaning, completeness, listens=text == "mm")  # type: ignore[arg-type]
            case "understood":
                target = {Meaning.FOREIGN: "other", Meaning.OTHER_LANGUAGE: "other"}.get(arguments[0], "")  # type: ignore[call-overload]
                self.understood(arguments[0], target)  # type: ignore[arg-type]
            case "part":
                self.part()
            case "reply_over":
                self.reply_over(arguments[0], broken=bool(arguments[1]))  # type: ignore[arg-type]
            case "make":
                self.make()
            case "play":
                self.play()
            case "cleared":
                self.cleared()
            case "key":
                self.tell(fact.Key(str(arguments[0])))
            case "hold":
                self.tell(fact.PutOnHold())
            case "unhold":
                self.tell(fact.TakenBack())
            case "elapse":
                self.tell(fact.Elapsed(), float(arguments[0]))  # type: ignore[arg-type]

    def tell(self, what: fact.Fact, seconds: float = 0.0) -> list[command.Command]:
        before, departing, count = self.machine.state, self.departing, len(self.log)
        commands = super().tell(what, seconds)
        self.check(before, self.log[count:])
        if departing is not None and self.departing is departing and self.departed is None and not self.over:
            # What was decided stands, unless it was revoked: by a key, or by words that were meant.
            stands = self.machine.state in {State.DEPARTING, State.WAVERING, State.HELD}
            meant = isinstance(what, fact.Heard) and what.text == "when"
            assert stands or meant or isinstance(what, fact.Key), self.log[-8:]
            if not stands:
                self.departing = None
        return commands

    def check(self, before: State, seen: list[object]) -> None:
        state = self.machine.state
        # Never two voices: while somebody speaks over it, or the telephone holds the call, it holds still.
        if state in {State.INTERRUPTED, State.WAVERING, State.HELD} and (self.making or self.sent):
            assert self.held_still, self.log[-8:]
        if state in {State.SPEAKING, State.DEPARTING, State.LISTENING, State.PAUSED, State.THINKING}:
            assert not self.held_still, self.log[-8:]
        assert sum(work.telling for work in self.works.values()) <= 1
        if before in GONE:
            wanted = [
                one for one in seen if isinstance(one, command.Speak | command.Tell | command.Recognise)
            ]
            assert not wanted
        # History is what was heard: of whole sentences, only such as were played.
        for event in self.reported:
            for sentence in event.text.split(". "):
                whole = sentence.rstrip(".") + "."
                assert whole in self.played | {""} or self.overdue, (event, self.played)


def play(steps: list[tuple[object, ...]]) -> Watched:
    world = Watched()
    world.begin()
    for what, *arguments in steps:
        world.step(str(what), *arguments)
    return world


def orders(examples: int = ORDERS):
    quick = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=quick)


STEPS = st.lists(STEP, max_size=60)


@orders()
@given(STEPS)
def test_every_turn_that_is_over_is_answered_and_every_way_out_is_taken_or_revoked(
    steps: list[tuple[object, ...]],
) -> None:
    world = play(steps)
    world.step("unhold")
    if world.machine.state in {State.INTERRUPTED, State.WAVERING, State.LISTENING, State.PAUSED}:
        world.step("silence", 60)
    world.settle()
    world.step("silence", 60)
    world.settle()
    assert world.machine.state in {State.LISTENING, *GONE}
    # Every turn got a reply, or was a cough.
    assert {world.thoughts.get(work) for work in world.waited_for} <= {Meaning.NOTHING}
    assert not [work for work in world.works.values() if work.telling]
    assert world.departing is None or world.departed is not None or world.over


@orders()
@given(STEPS)
def test_the_key_0_and_hanging_up_work_in_every_state_before_the_end(steps: list[tuple[object, ...]]) -> None:
    world = play(steps)
    if world.machine.state not in GONE:
        wanted = world.tell(fact.Key("0"))
        assert [one.departure for one in wanted if isinstance(one, command.Prepare)] == [Transfer("1000")]
        world.settle()
        assert world.departed == command.Depart(Transfer("1000"))
    if not world.over:
        assert world.tell(fact.HungUp())[-1] == command.End()
    assert world.machine.state is State.ENDED


@orders()
@given(STEPS, st.booleans())
def test_from_any_state_time_alone_leads_to_words_or_to_the_end(
    steps: list[tuple[object, ...]], noise: bool
) -> None:
    world = play(steps)
    world.step("unhold")
    count, limit = len(world.log), POLICY.idle_limit_seconds
    passed = 0.0
    while passed < limit + 30.0 and not world.over:
        world.tell(fact.Elapsed(), 0.5)
        passed += 0.5
        if noise:
            world.window(True, LOUD)
    said = [one for one in world.log[count:] if isinstance(one, command.Speak | command.Depart | command.End)]
    assert said or count == len(world.log), world.machine.state
    for _ in range(int(2 * (limit + ENDING_SECONDS))):
        world.tell(fact.Elapsed(), 1.0)
        world.make()
        world.play()
    assert world.over


def test_noise_that_is_taken_for_words_does_not_hold_a_line() -> None:
    world = World().begin()
    for _ in range(3000):
        world.window(True, LOUD)
        world.window(False)
        world.tell(fact.Elapsed(), 0.1)
        world.recognised("the minister said")
        world.understood(Meaning.UNKNOWN)
        world.make()
        world.play()
        world.cleared()
        if world.departed:
            break
    assert world.departed is not None
    assert isinstance(world.departed.departure, Hangup)
