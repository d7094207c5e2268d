"""Ring groups: who is rung, in which order, and what becomes of a call that nobody takes."""

from __future__ import annotations

import pytest

from tests.calls.talking import hear, part, until
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE, GROUP, named
from tests.phones.errors import CallFailed
from tests.phones.line import State

FORTH = "Good morning, which of you has time for me?"
SECONDS = "5"
"""How long each rings: the shortest there is."""


@pytest.fixture
def group(arrange):
    """Makes the process's group, of its colleague and of who is absent otherwise."""

    def make(ring: str, *options: str, members: tuple[str, ...] = (COLLEAGUE, ABSENT)) -> None:
        arrange(
            "group",
            named("group"),
            *("--extension", GROUP, "--ring", ring, "--seconds", SECONDS),
            *(word for member in members for word in ("--member", member)),
            *options,
        )

    return make


def test_all_ring_and_the_first_to_answer_has_the_call(group, phone, judge):
    group("all")
    caller, first, second = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
    caller.ring(GROUP)
    first.wait_ringing()
    second.wait_ringing()
    second.accept()
    first.wait_over(3.0)
    caller.wait_talking()
    assert second.peer == CALLER
    hear(judge, FORTH, caller, second)


def test_one_after_the_other_in_order(group, phone):
    group("order")
    caller, first, second = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
    for _ in range(2):
        caller.ring(GROUP)
        until(lambda: first.state is State.RINGING, "the first rings")
        assert second.state is not State.RINGING
        second.wait_ringing(float(SECONDS) + 3.0)
        first.wait_over(1.0)
        second.accept()
        caller.wait_talking()
        part(caller, second)


def test_two_calls_begin_at_different_members(group, phone):
    group("rotate")
    caller, telephones = phone(CALLER), (phone(COLLEAGUE), phone(ABSENT))
    rung = []
    for _ in range(3):
        caller.ring(GROUP)
        until(lambda: any(one.state is State.RINGING for one in telephones), "somebody rings")
        ringing = [one for one in telephones if one.state is State.RINGING]
        rung += [one.extension for one in ringing]
        part(caller, ringing[0])
    assert rung in ([COLLEAGUE, ABSENT, COLLEAGUE], [ABSENT, COLLEAGUE, ABSENT])


def test_who_has_no_telephone_or_wants_no_disturbance_is_passed_over(group, phone, undisturbed):
    group("order")
    caller, first, second = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
    first.dial("*78")
    first.wait_over(5.0)
    caller.ring(GROUP)
    second.wait_ringing(3.0)
    part(caller, second)
    first.dial("*79")
    first.wait_over(5.0)
    second.close()  # leaves the registrar
    caller.ring(GROUP)
    first.wait_ringing(3.0)
    first.accept()
    part(caller, first)


def test_the_last_resort_takes_what_nobody_took(group, phone):
    group("all", "--otherwise", ABSENT, members=(COLLEAGUE,))
    caller, member, resort = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
    caller.ring(GROUP)
    member.wait_ringing()
    assert resort.state is State.IDLE
    resort.wait_ringing(float(SECONDS) + 3.0)
    member.wait_over(1.0)
    resort.accept()
    caller.wait_talking()
    part(caller, resort)


def test_without_a_last_resort_the_caller_is_told(group, by_hand, judge, english_texts, recordings):
    group("all")
    caller = by_hand(CALLER)
    with pytest.raises(CallFailed, match=r"^480"):
        caller.dial(GROUP)
    heard = caller.sound.save(recordings / "nobody.wav")
    assert judge.heard_english(english_texts.telephone["nobody_answers"], heard).ok
