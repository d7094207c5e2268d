"""Whatever the order of what happens in a call, no caller is lost: random orders drive the machine.

SIPFORGE_ORDERS is how many for each test; `make fuzz` runs a hundred thousand in all.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import Hangup, Transfer
from sipforge.core.conversation.machine import ENDING_SECONDS
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.conversation.states import State
from sipforge.text.turn_end import Completeness
from tests.unit.core.conversation_world import FILLER_SECONDS, LOUD, POLICY, SOFT, WINDOW, World
from tests.unit.core.watched import GONE, Watched

ORDERS = int(os.environ.get("SIPFORGE_ORDERS", "400"))
SAME = "SIPFORGE_ORDERS" not in os.environ
"""Whether the orders are the same each time: what is new is for `make fuzz` to find."""
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
TARGETS = {Meaning.FOREIGN: "other", Meaning.OTHER_LANGUAGE: "other"}
HOLDS = {"hold": fact.PutOnHold(), "unhold": fact.TakenBack()}
LATE = (fact.Heard, fact.Thought, fact.Part, fact.ReplyEnded)

SPEECH = st.tuples(st.just("speech"), st.integers(1, 40), st.sampled_from([LOUD, LOUD, LOUD - 12, SOFT]))
RECOGNISED = st.tuples(
    st.just("recognised"),
    st.sampled_from(["when", "when", "", "mm"]),
    st.sampled_from(SHORT),
    st.sampled_from(Completeness),
)
HAPPENS = st.one_of(
    SPEECH,
    st.tuples(st.just("silence"), st.integers(1, 50)),
    RECOGNISED,
    st.tuples(st.just("understood"), st.sampled_from(MEANINGS)),
    st.tuples(st.just("part")),
    st.tuples(st.just("reply_over"), st.sampled_from(ENDS), st.booleans()),
    st.tuples(st.just("make")),
    st.tuples(st.just("play")),
    st.tuples(st.just("cleared")),
    st.tuples(st.just("key"), st.sampled_from("0123456789*#A")),
    st.tuples(st.just("hold")),
    st.tuples(st.just("unhold"), st.sampled_from([0.0, 0.5, 600.0])),
    st.tuples(st.just("elapse"), st.sampled_from([0.1, 0.5, 2.0, 7.0, 30.0, 7200.0])),
)
RARE = st.one_of(
    st.tuples(
        st.just("windows"), st.integers(1, 9), st.sampled_from([0.9, 0.02]), st.sampled_from([0.01, 0.3])
    ),
    st.tuples(st.just("thought_first"), st.sampled_from(MEANINGS)),
    st.tuples(st.just("doubtful")),
    st.tuples(st.just("late_work"), st.integers(1, 6), st.sampled_from(LATE)),
    st.tuples(st.just("late_sound"), st.integers(1, 9), st.booleans()),
    st.tuples(st.just("played_late")),
    st.tuples(st.just("twice"), st.sampled_from(["hold", "unhold"])),
)
OVER = (st.sampled_from(["when", "mm", "", None]), st.sampled_from(SHORT))
AT_ONCE = st.one_of(
    st.tuples(st.just("ask")),
    st.tuples(st.just("say"), st.sampled_from(MEANINGS)),
    st.tuples(st.just("filler"), st.integers(0, 40)),
    st.tuples(st.just("over"), *OVER),
    st.tuples(st.just("long")),
    st.tuples(st.just("told"), st.integers(0, 2), st.sampled_from(ENDS)),
    st.tuples(st.just("told_over"), st.integers(0, 1), st.sampled_from(ENDS), *OVER),
    st.tuples(st.just("leaves"), *OVER),
    st.tuples(st.just("held_by"), st.sampled_from(MEANINGS)),
    st.tuples(st.just("speak_all")),
    st.tuples(st.just("goes_on"), st.integers(0, 60), st.sampled_from([None, *MEANINGS]), OVER[0]),
    st.tuples(st.just("idle"), st.integers(1, 2)),
)
STEP = st.one_of(HAPPENS, RARE, AT_ONCE, AT_ONCE)


def step(world: Watched, what: str, *arguments: Any) -> None:
    match what, arguments:
        case "speech", [count, dbfs]:
            world.windows(count, 0.9, dbfs, WINDOW)
        case "silence", [count]:
            world.windows(count, 0.02, -70.0, WINDOW)
        case "windows", [count, probability, seconds]:
            world.windows(count, probability, LOUD, seconds)
        case "recognised", [text, meaning, completeness]:
            world.recognised(text, meaning, completeness, listens=text == "mm")
        case "understood", [meaning]:
            world.understood(meaning, TARGETS.get(meaning, ""))
        case "reply_over", [meaning, broken]:
            world.reply_over(meaning, broken=broken)
        case "key", [key]:
            world.tell(fact.Key(key))
        case "hold", []:
            world.tell(fact.PutOnHold())
        case "unhold", [seconds]:
            world.tell(fact.TakenBack(), seconds)
        case "twice", [which]:
            world.tell(HOLDS[which])
            world.late(HOLDS[which])
        case "elapse", [seconds]:
            world.tell(fact.Elapsed(), seconds)
        case "ask", []:
            world.hear(True, 1.0)
            world.hear(False, 0.25)
            world.recognised()
            world.hear(False, 0.3)
        case "say", [meaning]:
            step(world, "ask")
            step(world, "understood", meaning)
            world.make()
        case "filler", [count]:
            world.tell(fact.Elapsed(), FILLER_SECONDS)
            world.make()
            world.windows(count, 0.02, -70.0, WINDOW)
        case "goes_on", [count, found, text]:
            step(world, "ask")
            step(world, "filler", count)
            step(world, "over", None, None)
            if found is not None:
                step(world, "understood", found)
            if text is not None:
                world.recognised(text, listens=text == "mm")
        case "idle", [times]:
            for _ in range(times):
                for _ in range(9):
                    if world.departing is None:
                        world.speak_all()
                        world.tell(fact.Elapsed(), 15.0)
                world.make()
                step(world, "over", "when", None)
        case "over", [text, meaning]:
            world.hear(True, 0.5)
            world.hear(False, 0.25)
            if text is not None:
                world.recognised(text, meaning, listens=text == "mm")
        case "long", []:
            world.windows(13, 0.9, LOUD, 0.5)
        case "held_by", [meaning]:
            world.tell(fact.PutOnHold())
            step(world, "understood", meaning)
            world.windows(3, 0.9, LOUD, 0.3)
            world.tell(fact.TakenBack())
        case "told", [parts, end]:
            step(world, "say", Meaning.ANSWERED)
            for _ in range(parts):
                world.part()
            world.reply_over(end)
            world.make()
        case "told_over", [parts, end, *over]:
            step(world, "say", Meaning.ANSWERED)
            for _ in range(parts):
                world.part()
                world.make()
            world.hear(False, 1.2)
            step(world, "over", None, None)
            world.reply_over(end)
            world.hear(False, 0.7)
            step(world, "over", *over)
        case "leaves", over:
            step(world, "say", Meaning.OPERATOR)
            step(world, "over", *over)
        case _:
            getattr(world, what)(*arguments)


def play(steps: list[tuple[Any, ...]]) -> Watched:
    world = Watched()
    world.begin()
    for what, *arguments in steps:
        step(world, what, *arguments)
    return world


def orders(examples: int = ORDERS):
    quick = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, derandomize=SAME, suppress_health_check=quick)


STEPS = st.lists(STEP, min_size=8, max_size=30)


@orders()
@given(STEPS)
def test_every_turn_that_is_over_is_answered_and_every_way_out_is_taken_or_revoked(
    steps: list[tuple[Any, ...]],
) -> None:
    world = play(steps)
    step(world, "unhold", 0.0)
    if world.machine.state in {State.INTERRUPTED, State.WAVERING, State.LISTENING, State.PAUSED}:
        step(world, "silence", 60)
    world.settle()
    step(world, "silence", 60)
    world.settle()
    assert world.machine.state in {State.LISTENING, *GONE}
    # Every turn got a reply, or was a cough.
    assert {world.thoughts.get(work) for work in world.waited_for} <= {Meaning.NOTHING}
    assert not world.waited_for & world.no_cough
    assert not [work for work in world.works.values() if work.telling]
    assert world.departing is None or world.departed is not None or world.over


@orders()
@given(STEPS, st.booleans())
def test_the_key_0_and_hanging_up_work_in_every_state_before_the_end(
    steps: list[tuple[Any, ...]], hangs_up: bool
) -> None:
    world = play(steps)
    if world.machine.state not in GONE and not hangs_up:
        wanted = world.tell(fact.Key("0"))
        assert [one.departure for one in wanted if isinstance(one, command.Prepare)] == [Transfer("1000")]
        world.settle()
        assert world.departed == command.Depart(Transfer("1000"))
    if not world.over:
        assert world.tell(fact.HungUp())[-1] == command.End()
    assert world.machine.state is State.ENDED
    assert not [work for work in world.works.values() if work.thought or work.telling]


@orders()
@given(STEPS, st.booleans())
def test_from_any_state_time_alone_leads_to_words_or_to_the_end(
    steps: list[tuple[Any, ...]], noise: bool
) -> None:
    world = play(steps)
    step(world, "unhold", 0.0)
    count, limit = len(world.log), POLICY.idle_limit_seconds
    passed = 0.0
    while passed < limit + 30.0 and not world.over:
        world.tell(fact.Elapsed(), 1.5)
        passed += 1.5
        if noise:
            world.windows(1, 0.9, LOUD, 0.3)
    said = [one for one in world.log[count:] if isinstance(one, command.Speak | command.Depart | command.End)]
    assert said or count == len(world.log), world.machine.state
    for _ in range(int(limit + ENDING_SECONDS)):
        world.tell(fact.Elapsed(), 2.0)
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
