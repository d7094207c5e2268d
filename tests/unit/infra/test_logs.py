"""Log lines are JSON, one a line, with the call in them."""

import io
import json
import logging
from datetime import datetime

import pytest

from sipforge.infra.logs import CallLogger, configure_logging


@pytest.fixture
def lines():
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging("orchestrator", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = handlers, level


def test_a_line_says_when_who_and_what(lines):
    logging.getLogger("a.b").info("heard %d ms", 20, extra={"call": "x", "frames": 3})
    (line,) = lines()
    assert datetime.fromisoformat(line.pop("time")).utcoffset().total_seconds() == 0
    assert line == {
        "level": "info",
        "service": "orchestrator",
        "logger": "a.b",
        "message": "heard 20 ms",
        "call": "x",
        "frames": 3,
    }


def test_nothing_a_peer_sends_can_forge_a_line(lines):
    logging.getLogger("a").warning("peer said %s", '"}\n{"level": "info"\u2028')
    assert len(lines()) == 1


def test_an_error_keeps_its_traceback_in_the_same_line(lines):
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("a").exception("failed")
    (line,) = lines()
    assert "ValueError: broken" in line["error"]


def test_a_call_logger_adds_its_call_and_keeps_what_is_given(lines):
    log = CallLogger(logging.getLogger("a"), "call-1")
    log.info("one", extra={"bot": "english"})
    log.info("two")
    assert [(line["call"], line.get("bot")) for line in lines()] == [("call-1", "english"), ("call-1", None)]


def test_values_json_does_not_know_are_written_as_text(lines):
    logging.getLogger("a").info("x", extra={"path": io.BytesIO})
    assert "BytesIO" in lines()[0]["path"]
