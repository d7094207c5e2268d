"""Trunks that fail: another takes the calls, what is wrong is told in a sentence, other calls go on."""

from __future__ import annotations

import time

import pytest

from tests.calls.operator.test_transfers import until
from tests.calls.outside.office import CUSTOMER_DIALLED, SECRET, TRUNK
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE
from tests.phones.carrier import SAYS, Account, Carrier
from tests.phones.carrier.refuser import Refuser
from tests.phones.errors import CallFailed
from tests.phones.speech import english

NUMBER = "0788555002"
WHOLE = "+250788555002"
SECOND = Account("second", SECRET, ("+250788100900",))
MOST_SECONDS = 12.0
"""Until the second trunk carries a call that the first does not."""


@pytest.fixture(scope="module")
def second(arranged):
    """Another carrier, for whatever the first cannot take."""
    with Carrier([SECOND], number=1) as carrier, arranged.trunk("second", carrier.address, user=SECOND.user):
        carrier.wait_registered(SECOND.user)
        arranged.apply(trunks=[TRUNK, "second"])
        yield carrier
        arranged.apply()


def rings_by(second: Carrier, phone, judge) -> float:
    """A call by the second trunk; how long until it was answered."""
    second.forget()
    caller = phone(CALLER)
    begun = time.monotonic()
    caller.dial(NUMBER)
    seconds = time.monotonic() - begun
    caller.wait_reply()
    heard = caller.hangup(CALLER).heard
    assert judge.heard_english(SAYS, heard).ok
    assert [one.number for one in second.called()] == [WHOLE]
    return seconds


def test_the_first_takes_the_calls_while_it_can(line, second, phone):
    second.forget()
    caller = phone(CALLER)
    caller.dial(NUMBER)
    caller.close_call()
    assert [one.number for one in line.called()] == [WHOLE]
    assert second.called() == []


def test_the_second_takes_what_the_first_refuses(line, second, phone):
    """503 is the trunk's trouble; busy is the called one's, and rung once."""
    second.forget()
    caller = phone(CALLER)
    with pytest.raises(CallFailed):
        caller.dial("0788555503")
    assert len(line.called()) == len(second.called()) == 1
    with pytest.raises(CallFailed):
        caller.dial("0788555486")
    assert len(line.called()) == 2
    assert len(second.called()) == 1


def test_the_second_takes_over_when_the_first_falls_silent(line, second, phone, judge, arranged):
    with line.silent():
        assert rings_by(second, phone, judge) < MOST_SECONDS
        until(lambda: "answer" in arranged.trunk_state(TRUNK), "it is seen", 60.0)
        assert rings_by(second, phone, judge) < 2.0
    until(lambda: arranged.trunk_state(TRUNK) == "registered", "it is back", 60.0)


def told(appliance) -> list[str]:
    """What `sipforge status` says of the trunk."""
    rows = appliance.run("sipforge", "status", check=False).splitlines()
    return [row for row in rows if row.split()[:1] == ["bad"]]


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "rejected"), (403, "rejected"), (503, "registered"), (None, "does not answer")],
    ids=["401", "403", "503", "nothing"],
)
def test_what_is_wrong_with_a_trunk_is_told_in_a_sentence(
    arranged, appliance, line, phone, judge, status, words
):
    colleague, caller = phone(COLLEAGUE, auto_answer=True), phone(ABSENT)
    caller.dial(COLLEAGUE)
    with Refuser(status, number=2) as refuser, arranged.trunk("bad", refuser.address):
        until(lambda: words in arranged.trunk_state("bad"), f"{words!r} is told", 45.0)
        until(lambda: [words in sentence for sentence in told(appliance)] == [True], "it is told", 45.0)
        until(lambda: arranged.trunk_state(TRUNK) == "registered", "the other trunk is well", 30.0)
        # The other calls go on.
        caller.say(english("Are you still there?"), wait=False)
        colleague.wait_reply()
        outside = phone(CALLER)
        outside.dial(NUMBER)
        outside.close_call()
    caller.hangup(ABSENT)


def test_without_any_line_it_is_said(arranged, carrier, phone, judge, announcements):
    with Refuser(503, number=2) as refuser, arranged.trunk("bad", refuser.address):
        arranged.apply(trunks=["bad"])
        try:
            for number, words in ((CUSTOMER_DIALLED, "no_line"), ("112", "no_emergency_line")):
                caller = phone(CALLER)
                caller.ring(number)
                with pytest.raises(CallFailed):
                    caller.wait_talking(40.0)
                heard = caller.finish(words).heard
                verdict = judge.heard_english(announcements[words], heard)
                assert verdict.ok, verdict
                caller.close()
        finally:
            arranged.apply()


def test_a_trunk_without_registration(arranged, phone, judge):
    """The carrier knows the office by its address."""
    account = Account("known", numbers=("+250788100900",))
    with Carrier([account], number=2) as carrier, arranged.trunk("plain", carrier.address, user=""):
        until(lambda: arranged.trunk_state("plain") == "reachable", "it is reachable", 30.0)
        colleague = phone(CALLER, auto_answer=True)
        tag = carrier.place("+250788100900")
        colleague.wait_talking()
        colleague.wait_reply()
        heard = colleague.hangup(CALLER).heard
        assert judge.heard_english(SAYS, heard).ok
        assert carrier.wait_placed(tag)[0].status == "ANSWER"
