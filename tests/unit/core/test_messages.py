"""Hello and events: literal bytes both ways, and every field's limits."""

import json

import pytest

from sipforge.core.audiosocket import Frame, Kind, ProtocolError, encode
from sipforge.core.conversation.actions import Reason
from sipforge.core.conversation.history import EXCHANGES, TEXT_CHARACTERS, Exchange
from sipforge.core.messages.events import (
    TOPIC_CHARACTERS,
    TOPICS,
    Clear,
    Cleared,
    HangupEvent,
    Held,
    Mark,
    MessageEvent,
    MetricsEvent,
    Pause,
    ReplyEvent,
    Resume,
    Resumed,
    TranscriptEvent,
    TransferEvent,
    event_fields,
    event_frame,
    parse_bot_event,
    parse_orchestrator_event,
)
from sipforge.core.messages.hello import Arrival, Detail, Hello, hello_frame, parse_hello

CALL = "01234567-89ab-cdef-0123-456789abcdef"
HELLO_BYTES = (
    b'{"call":"01234567-89ab-cdef-0123-456789abcdef","caller":"1001","dialled":"2000",'
    b'"rate_hz":16000,"token":"a.b.c","caller_name":"Alice","arrival":"returned","detail":"no_answer",'
    b'"target":"1005","history":[{"caller":"Is Bob there?","assistant":"One moment.","topics":["bob"]}]}'
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
    (Exchange("Is Bob there?", "One moment.", ("bob",)),),
)

BOT, ORCHESTRATOR = parse_bot_event, parse_orchestrator_event
"""Who sent it, as who reads it."""

EVENT_EXAMPLES = [
    (BOT, Mark("reply-1"), b'{"type":"mark","name":"reply-1"}'),
    (BOT, Clear(), b'{"type":"clear"}'),
    (BOT, Pause(), b'{"type":"pause"}'),
    (BOT, Resume(), b'{"type":"resume"}'),
    (
        BOT,
        TranscriptEvent(1, "Mwaramutse é", 0.5, 1.5),
        '{"type":"transcript","turn":1,"text":"Mwaramutse é","confidence":0.5,"seconds":1.5}'.encode(),
    ),
    (
        BOT,
        ReplyEvent(0, "", "answers", ("hours", "prices?")),
        b'{"type":"reply","turn":0,"text":"","engine":"answers","topics":["hours","prices?"]}',
    ),
    (
        BOT,
        TransferEvent("+250788000000", True, 2.5),
        b'{"type":"transfer","target":"+250788000000","briefing":true,"said_seconds":2.5}',
    ),
    (BOT, MessageEvent("1005"), b'{"type":"message","target":"1005"}'),
    (BOT, HangupEvent(Reason.GOODBYE), b'{"type":"hangup","reason":"goodbye"}'),
    (BOT, MetricsEvent({"stt_seconds": 0.25}), b'{"type":"metrics","values":{"stt_seconds":0.25}}'),
    (ORCHESTRATOR, Mark("reply-1"), b'{"type":"mark","name":"reply-1"}'),
    (ORCHESTRATOR, Cleared(0.5), b'{"type":"clear","played_seconds":0.5}'),
    (ORCHESTRATOR, Held(), b'{"type":"held"}'),
    (ORCHESTRATOR, Resumed(), b'{"type":"resumed"}'),
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
    fields["history"] = [{"caller": "Hello?", "assistant": "Good day."}]
    older = parse_hello(Frame(Kind.HELLO, json.dumps(fields).encode()))
    assert older.history == (Exchange("Hello?", "Good day.", topics=()),)
    assert (hello.arrival, hello.detail, hello.history) == (Arrival.NEW, Detail.NONE, ())
    transfer = parse_bot_event(Frame(Kind.EVENT, b'{"type":"transfer","target":"1000"}'))
    assert transfer == TransferEvent("1000", briefing=False)
    reply = parse_bot_event(Frame(Kind.EVENT, b'{"type":"reply","turn":1,"text":"","engine":"x"}'))
    assert reply == ReplyEvent(1, "", "x", topics=())


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
        (Exchange(text, text, (letter * TOPIC_CHARACTERS,) * TOPICS),) * EXCHANGES,
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
        ("history", [{"caller": "x", "assistant": "y", "topics": None}]),
        ("history", [{"caller": "x", "assistant": "y", "topics": ["x"] * 9}]),
        ("history", [{"caller": "x", "assistant": "y", "topics": ["x" * 42]}]),
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
        parse_bot_event(Frame(Kind.HELLO, HELLO_BYTES))


@pytest.mark.parametrize(("parse", "event", "payload"), EVENT_EXAMPLES)
def test_events_both_ways(parse, event, payload):
    assert parse(Frame(Kind.EVENT, payload)) == event
    assert event_frame(event) == Frame(Kind.EVENT, payload)


def test_fields_that_are_not_known_are_dropped():
    frame = Frame(Kind.EVENT, b'{"type":"clear","colour":"red"}')
    assert parse_bot_event(frame) == Clear()


@pytest.mark.parametrize(
    ("parse", "event"),
    [
        (BOT, {"type": "sing"}),
        (BOT, {"type": ["mark"]}),
        (BOT, {}),
        (BOT, {"type": "held"}),
        (ORCHESTRATOR, {"type": "transfer", "target": "1000"}),
        (ORCHESTRATOR, {"type": "clear"}),
        (ORCHESTRATOR, {"type": "message", "target": "1000"}),
        (BOT, {"type": "mark"}),
        (BOT, {"type": "message"}),
        (BOT, {"type": "transfer", "target": "1000", "briefing": None}),
        (BOT, {"type": "hangup", "reason": ["idle"]}),
    ],
)
def test_events_that_cannot_be_built_are_refused(parse, event):
    with pytest.raises(ProtocolError):
        parse(Frame(Kind.EVENT, json.dumps(event).encode()))


@pytest.mark.parametrize(
    "event",
    [
        Mark("x" * 65),
        Mark("\ud800"),
        TransferEvent("1000,1(evil)"),
        TransferEvent(""),
        TransferEvent("1000\n"),
        TransferEvent("\u0661\u0660\u0660\u0660"),
        TransferEvent("1000", 1),
        MessageEvent("1000@default"),
        HangupEvent("bored"),
        TranscriptEvent(-1, "", 1, 1),
        TranscriptEvent(1, "x" * 4001, 1, 1),
        TranscriptEvent(1, "", True, 1),
        ReplyEvent(1, "", "answers", ("x" * 42,)),
        ReplyEvent(1, "", "answers", ("x",) * 9),
        ReplyEvent(1, "", "answers", (7,)),
        ReplyEvent(1, "", "answers", "hours"),
        MetricsEvent({"Bad Name": 1}),
        MetricsEvent({f"n{i}": 1 for i in range(33)}),
        MetricsEvent([1]),
        Cleared(True),
    ],
)
def test_wrong_events_are_refused_by_both_ends(event):
    parse = ORCHESTRATOR if isinstance(event, Cleared) else BOT
    with pytest.raises(ProtocolError, match="with a wrong"):
        parse(Frame(Kind.EVENT, json.dumps(event_fields(event)).encode()))
    with pytest.raises(ValueError):
        event_frame(event)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" + "0" * 400])
def test_numbers_that_are_not_finite_are_refused(number):
    payload = f'{{"type":"metrics","values":{{"x":{number}}}}}'.encode()
    with pytest.raises(ProtocolError):
        parse_bot_event(Frame(Kind.EVENT, payload))


def test_an_event_that_is_too_long_for_a_frame_is_refused():
    values = {f"{'n' * 60}{i}": 1.0 for i in range(32)}
    assert len(event_frame(MetricsEvent(values)).payload) < 16384
    with pytest.raises(ValueError, match="too long"):
        event_frame(TranscriptEvent(1, "\0" * 4000, 1.0, 1.0))
