"""Hello and events: literal bytes both ways, and every field's limits."""

import json

import pytest

from sipforge.core.audiosocket import Frame, Kind, ProtocolError, encode
from sipforge.core.conversation.history import EXCHANGES, TEXT_CHARACTERS, Exchange
from sipforge.core.messages import (
    Arrival,
    Detail,
    Hello,
    Sender,
    event_frame,
    hello_frame,
    parse_event,
    parse_hello,
)

CALL = "01234567-89ab-cdef-0123-456789abcdef"
HELLO_BYTES = (
    b'{"call":"01234567-89ab-cdef-0123-456789abcdef","caller":"1001","dialled":"2000",'
    b'"rate_hz":16000,"token":"a.b.c","caller_name":"Alice","arrival":"returned","detail":"no_answer",'
    b'"target":"1005","history":[{"caller":"Is Bob there?","assistant":"One moment."}]}'
)
HELLO = Hello(
    CALL,
    "1001",
    "2000",
    16000,
    "a.b.c",
    "Alice",
    Arrival.RETURNED,
    Detail.NO_ANSWER,
    "1005",
    (Exchange("Is Bob there?", "One moment."),),
)

EVENT_EXAMPLES = [
    (Sender.BOT, b'{"type":"mark","name":"reply-1"}'),
    (Sender.BOT, b'{"type":"clear"}'),
    (
        Sender.BOT,
        '{"type":"transcript","turn":1,"text":"Mwaramutse é","confidence":0.5,"seconds":1.5}'.encode(),
    ),
    (Sender.BOT, b'{"type":"reply","turn":0,"text":"","engine":"answers"}'),
    (Sender.BOT, b'{"type":"transfer","target":"1000","briefing":true}'),
    (Sender.BOT, b'{"type":"message","target":"1005"}'),
    (Sender.BOT, b'{"type":"hangup","reason":"goodbye"}'),
    (Sender.BOT, b'{"type":"metrics","values":{"stt_seconds":0.25}}'),
    (Sender.ORCHESTRATOR, b'{"type":"mark","name":"reply-1"}'),
    (Sender.ORCHESTRATOR, b'{"type":"clear","played_seconds":0.5}'),
]


def test_hello_both_ways():
    assert hello_frame(HELLO) == Frame(Kind.HELLO, HELLO_BYTES)
    assert parse_hello(Frame(Kind.HELLO, HELLO_BYTES)) == HELLO


def test_what_came_later_may_be_missing():
    fields = json.loads(HELLO_BYTES)
    for name in ("caller_name", "arrival", "detail", "target", "history"):
        del fields[name]
    hello = parse_hello(Frame(Kind.HELLO, json.dumps(fields).encode()))
    assert hello == Hello(CALL, "1001", "2000", 16000, "a.b.c")
    assert (hello.arrival, hello.detail, hello.history) == (Arrival.NEW, Detail.NONE, ())
    event = parse_event(Frame(Kind.EVENT, b'{"type":"transfer","target":"1000"}'), Sender.BOT)
    assert event == {"type": "transfer", "target": "1000", "briefing": False}


def test_neither_the_token_nor_what_was_said_is_shown_when_a_hello_is_printed():
    assert "a.b.c" not in repr(HELLO)
    assert "Bob" not in repr(HELLO)


@pytest.mark.parametrize("letter", ["\x00", "\U0001f600"])
def test_the_longest_hello_fits_a_frame(letter):
    text = letter * TEXT_CHARACTERS
    hello = Hello(
        CALL,
        letter * 64,
        letter * 64,
        16000,
        "\\" * 2048,
        letter * 64,
        Arrival.HANDED_OVER,
        Detail.MESSAGE_FAILED,
        "1" * 16,
        (Exchange(text, text),) * EXCHANGES,
    )
    frame = hello_frame(hello)
    assert encode(frame).endswith(frame.payload)
    assert parse_hello(frame) == hello


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("call", "not-a-uuid"),
        ("call", CALL.upper()),
        ("call", 7),
        ("caller", 1001),
        ("caller", "1" * 65),
        ("caller", "\ud800"),
        ("rate_hz", 44100),
        ("rate_hz", True),
        ("rate_hz", 16000.0),
        ("token", ""),
        ("token", "two words"),
        ("token", "x" * 2049),
        ("caller_name", "A" * 65),
        ("caller_name", None),
        ("arrival", "back"),
        ("arrival", ""),
        ("arrival", ["new"]),
        ("detail", "NO_ANSWER"),
        ("detail", None),
        ("target", "1005,1(evil)"),
        ("target", 1005),
        ("target", "1" * 17),
        ("history", {}),
        ("history", ["hello"]),
        ("history", [{"caller": "x"}]),
        ("history", [{"caller": "x", "assistant": 7}]),
        ("history", [{"caller": "x" * 301, "assistant": ""}]),
        ("history", [{"caller": "\ud800", "assistant": ""}]),
        ("history", [{"caller": "x", "assistant": "y"}] * 9),
    ],
)
def test_a_wrong_field_in_a_hello_is_named(name, value):
    payload = json.dumps({**json.loads(HELLO_BYTES), name: value}).encode()
    with pytest.raises(ProtocolError, match=name):
        parse_hello(Frame(Kind.HELLO, payload))


@pytest.mark.parametrize("name", ["call", "caller", "dialled", "rate_hz", "token"])
def test_a_missing_field_in_a_hello_is_named(name):
    fields = json.loads(HELLO_BYTES)
    del fields[name]
    with pytest.raises(ProtocolError, match=f"without '{name}'"):
        parse_hello(Frame(Kind.HELLO, json.dumps(fields).encode()))


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"\xff\xfe", b'"x"', b"[" * 4096, b"1" * 4096])
def test_what_is_no_json_object_is_corrupt(payload):
    with pytest.raises(ProtocolError, match="JSON"):
        parse_hello(Frame(Kind.HELLO, payload))


def test_another_kind_is_no_hello_and_no_event():
    with pytest.raises(ProtocolError, match="expected hello"):
        parse_hello(Frame(Kind.EVENT, HELLO_BYTES))
    with pytest.raises(ProtocolError, match="expected event"):
        parse_event(Frame(Kind.HELLO, HELLO_BYTES), Sender.BOT)


@pytest.mark.parametrize(("sender", "payload"), EVENT_EXAMPLES)
def test_events_both_ways(sender, payload):
    event = parse_event(Frame(Kind.EVENT, payload), sender)
    assert event == json.loads(payload)
    assert event_frame(event, sender) == Frame(Kind.EVENT, payload)


def test_fields_that_are_not_known_are_dropped():
    frame = Frame(Kind.EVENT, b'{"type":"clear","colour":"red"}')
    assert parse_event(frame, Sender.BOT) == {"type": "clear"}


@pytest.mark.parametrize(
    ("sender", "event"),
    [
        (Sender.BOT, {"type": "sing"}),
        (Sender.BOT, {"type": ["mark"]}),
        (Sender.BOT, {}),
        (Sender.ORCHESTRATOR, {"type": "transfer", "target": "1000"}),
        (Sender.ORCHESTRATOR, {"type": "clear"}),
        (Sender.BOT, {"type": "mark"}),
        (Sender.BOT, {"type": "mark", "name": "x" * 65}),
        (Sender.BOT, {"type": "transfer", "target": "1000,1(evil)"}),
        (Sender.BOT, {"type": "transfer", "target": ""}),
        (Sender.BOT, {"type": "transfer", "target": "1000\n"}),
        (Sender.BOT, {"type": "transfer", "target": "\u0661\u0660\u0660\u0660"}),
        (Sender.BOT, {"type": "transfer", "target": "1000", "briefing": 1}),
        (Sender.BOT, {"type": "transfer", "target": "1000", "briefing": None}),
        (Sender.BOT, {"type": "message"}),
        (Sender.BOT, {"type": "message", "target": "1000@default"}),
        (Sender.ORCHESTRATOR, {"type": "message", "target": "1000"}),
        (Sender.BOT, {"type": "hangup", "reason": "bored"}),
        (Sender.BOT, {"type": "transcript", "turn": -1, "text": "", "confidence": 1, "seconds": 1}),
        (Sender.BOT, {"type": "transcript", "turn": 1, "text": "x" * 4001, "confidence": 1, "seconds": 1}),
        (Sender.BOT, {"type": "transcript", "turn": 1, "text": "", "confidence": True, "seconds": 1}),
        (Sender.BOT, {"type": "metrics", "values": {"Bad Name": 1}}),
        (Sender.BOT, {"type": "metrics", "values": {f"n{i}": 1 for i in range(33)}}),
        (Sender.BOT, {"type": "metrics", "values": [1]}),
    ],
)
def test_wrong_events_are_refused_by_both_ends(sender, event):
    with pytest.raises(ProtocolError):
        parse_event(Frame(Kind.EVENT, json.dumps(event).encode()), sender)
    with pytest.raises(ValueError):
        event_frame(event, sender)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" + "0" * 400])
def test_numbers_that_are_not_finite_are_refused(number):
    payload = f'{{"type":"metrics","values":{{"x":{number}}}}}'.encode()
    with pytest.raises(ProtocolError):
        parse_event(Frame(Kind.EVENT, payload), Sender.BOT)


def test_an_event_that_is_too_long_for_a_frame_is_refused():
    values = {f"{'n' * 60}{i}": 1.0 for i in range(32)}
    assert len(event_frame({"type": "metrics", "values": values}, Sender.BOT).payload) < 16384
    with pytest.raises(ValueError, match="too long"):
        event_frame({"type": "clear", "extra": "x" * 20000}, Sender.BOT)
