"""Holds and keys of assistants' lines, from manager events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.asterisk.lines import KeyPressed, LineHeld, LineResumed, Lines
from sipforge.core.asterisk.presses import Source
from tests.unit.ami_server import EVENTS

CALL = "40325ec2-5efd-4bd3-805f-53576e581d13"
MEDIA = f"AudioSocket/127.0.0.1:9092-{CALL}"


def event(name: str, channel: str, **headers: str) -> dict[str, str]:
    """As Asterisk sends it; a channel's Uniqueid is its name here, but for a media channel."""
    media = channel == "media"
    return {"Event": name, "Channel": MEDIA if media else f"PJSIP/{channel}", "Uniqueid": channel, **headers}


def enter(channel: str, bridge: str = "b") -> dict[str, str]:
    return event("BridgeEnter", channel, BridgeUniqueid=bridge)


def digit(kind: str, key: str, channel: str = "caller", direction: str = "Received", **headers: str):
    return event(f"DTMF{kind}", channel, Digit=key, Direction=direction, **headers)


def told(lines: Lines, *events):
    return [fact for one in events for fact in lines.apply(one)]


@pytest.fixture
def lines() -> Lines:
    """The caller talks with the assistant, two others with each other."""
    made = Lines()
    told(made, enter("1001", "c"), enter("1002", "c"), enter("media"), enter("caller"))
    return made


def test_a_call_is_known_once_somebody_is_at_the_other_end():
    lines = Lines()
    assert told(lines, enter("media")) == []
    assert not lines.knows(CALL)
    assert told(lines, enter("caller")) == [LineResumed(CALL)]
    assert (lines.knows(CALL), lines.held(CALL)) == (True, None)


def test_hold_and_back(lines):
    assert told(lines, event("Hold", "caller")) == [LineHeld(CALL)]
    assert lines.held(CALL)
    assert told(lines, event("Hold", "caller", MusicClass="default")) == []
    assert told(lines, event("Unhold", "caller")) == [LineResumed(CALL)]
    assert not lines.held(CALL)


def test_others_on_hold_are_no_news(lines):
    assert told(lines, event("Hold", "1001"), event("Hold", "stranger"), event("Hangup", "1001")) == []
    assert not lines.held(CALL)


def test_who_holds_before_coming_to_the_assistant_is_on_hold_there():
    lines = Lines()
    assert told(lines, event("Hold", "caller"), enter("media"), enter("caller")) == [LineHeld(CALL)]


def test_an_assistant_that_is_transferred_is_held_until_somebody_answers(lines):
    assert told(lines, event("Hold", "caller")) == [LineHeld(CALL)]
    gone = [event("BridgeLeave", "caller"), event("BridgeLeave", "media"), event("Hangup", "caller")]
    assert told(lines, *gone) == [LineHeld(CALL, alone=True)]
    assert told(lines, enter("media", "d"), enter("1003", "d")) == [LineResumed(CALL)]
    assert told(lines, digit("Begin", "5", "1003"), digit("End", "5", "1003"))[0].key == "5"
    assert told(lines, event("Hold", "1003")) == [LineHeld(CALL)]


def test_a_media_channel_that_took_anothers_place_is_the_calls(lines):
    """An attended transfer while the colleague still rings: a masquerade, so its Uniqueid changes."""
    moved = {**enter("moved", "d"), "Channel": MEDIA}
    lines.apply(event("BridgeLeave", "caller"))
    assert told(lines, event("BridgeLeave", "media"), moved, enter("1003", "d")) == [LineResumed(CALL)]
    assert told(lines, event("Hangup", "media")) == []
    assert lines.knows(CALL)


def in_the_moment_before_the_bridge(lines: Lines, telephone: str) -> list:
    """An attended transfer between the colleague's answer and the bridge, as Asterisk told of it."""
    told(lines, enter("1003-1", "d"), enter(f"{telephone}-2", "d"))
    return told(lines, event("Hangup", f"{telephone}-2"))


def test_a_media_channel_takes_the_place_of_one_that_ends_inside_its_bridge():
    lines = Lines()
    told(lines, enter("media"), enter("1002-1"))
    left = [event("BridgeLeave", "media"), event("BridgeLeave", "1002-1"), event("Hangup", "1002-1")]
    assert told(lines, *left) == [LineHeld(CALL, alone=True)]
    assert in_the_moment_before_the_bridge(lines, "1002") == [LineResumed(CALL)]
    assert told(lines, event("Hold", "1003-1")) == [LineHeld(CALL)]
    assert told(lines, event("Unhold", "1003-1")) == [LineResumed(CALL)]
    assert told(lines, digit("Begin", "5", "1003-1"), digit("End", "5", "1003-1"))[0].key == "5"


def test_it_takes_no_place_of_another_telephones():
    lines = Lines()
    told(
        lines, enter("media"), enter("1002-1"), event("BridgeLeave", "1002-1"), event("BridgeLeave", "media")
    )
    assert in_the_moment_before_the_bridge(lines, "1004") == []
    assert lines.held(CALL) == LineHeld(CALL, alone=True)


def test_two_assistants_in_one_bridge_have_nobody_to_talk_with(lines):
    other = {**enter("other", "c"), "Channel": MEDIA.replace("40325ec2", "40325ec3")}
    assert len(told(lines, other)) == 1  # with two users
    facts = told(
        lines, event("BridgeLeave", "media"), event("BridgeLeave", "1001"), event("BridgeLeave", "1002")
    )
    assert [fact.alone for fact in facts] == [True, True]
    assert told(lines, enter("media", "c")) == []


def test_a_call_that_is_over_is_not_known(lines):
    told(lines, event("BridgeLeave", "caller"), event("BridgeLeave", "media"), event("Hangup", "media"))
    assert (lines.knows(CALL), lines.held(CALL)) == (False, None)


def test_what_began_is_a_tone_and_what_did_not_is_info(lines):
    tone = told(lines, digit("Begin", "1"), digit("End", "1", DurationMs="120"))
    info = told(lines, digit("End", "1", DurationMs="160"))
    assert tone == [KeyPressed(CALL, "1", Source.TONE, 0.12)]
    assert info == [KeyPressed(CALL, "1", Source.INFO, 0.16)]


def test_info_within_a_tone_ends_it_for_asterisk_and_is_another_source(lines):
    facts = told(lines, digit("Begin", "#"), digit("End", "#"), digit("End", "#"))
    assert [fact.source for fact in facts] == [Source.TONE, Source.INFO]


@pytest.mark.parametrize(
    "events",
    [
        [digit("End", "1", direction="Sent")],
        [digit("Begin", "1", "media"), digit("End", "1", "media")],
        [digit("End", "1", "1001")],
        [digit("End", "1", "nobody")],
        [digit("End", "f")],
        [digit("End", "")],
        [digit("Begin", "1")],
    ],
    ids=["sent to the phone", "of the assistant", "of another call", "unknown", "flash", "none", "not over"],
)
def test_what_is_no_key_of_a_line(lines, events):
    assert told(lines, *events) == []


def test_without_events_every_line_is_listened_to(lines):
    lines.apply(event("Hold", "caller"))
    assert lines.clear() == (LineResumed(CALL),)
    assert not lines.knows(CALL)
    assert told(lines, event("Unhold", "caller"), digit("End", "1")) == []
    assert lines.clear() == ()


def test_events_as_asterisk_sends_them():
    """1001 rings 1002, and then 2000, of a real one: the assistant's call alone is a line."""
    messages = [
        dict(line.split(": ", 1) for line in message.split("\r\n") if ": " in line)
        for message in EVENTS.decode().split("\r\n\r\n")
    ]
    lines = Lines()
    # In the end the caller leaves first.
    assert told(lines, *messages) == [LineResumed(CALL), LineHeld(CALL, alone=True)]
    assert not lines.knows(CALL)


CHANNELS, BRIDGES = ("media", "caller", "1001"), ("b", "c")
EVENTS_OF_ANY_KIND = st.builds(
    lambda name, channel, bridge, key, direction, length: event(
        name, channel, BridgeUniqueid=bridge, Digit=key, Direction=direction, DurationMs=length
    ),
    st.sampled_from(
        ("BridgeEnter", "BridgeLeave", "Hold", "Unhold", "Hangup", "DTMFBegin", "DTMFEnd", "Newstate")
    ),
    st.sampled_from(CHANNELS),
    st.sampled_from(BRIDGES),
    st.sampled_from("1#f"),
    st.sampled_from(("Received", "Sent")),
    st.sampled_from(("80", "", "x", "٣")),
)


@given(st.lists(EVENTS_OF_ANY_KIND, max_size=30))
def test_whatever_comes_holds_and_ends_of_holds_alternate(events):
    lines, held = Lines(), False
    for fact in told(lines, *events):
        if isinstance(fact, LineHeld):
            held = True
        elif isinstance(fact, LineResumed):
            held = False
    if lines.knows(CALL):
        assert (lines.held(CALL) is not None) is held


@given(st.dictionaries(st.sampled_from(("Event", "Uniqueid", "Channel", "Digit", "Direction")), st.text()))
def test_no_event_is_too_odd(odd):
    assert Lines().apply({"Event": "BridgeEnter", **odd}) == ()
    assert Lines().apply({**odd, "Event": "DTMFEnd"}) == ()
