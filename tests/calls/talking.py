"""What telephones do together in many calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.phones.baresip import Phone
from tests.phones.conversation import Judge
from tests.phones.recording import Recording
from tests.phones.speech import english


def talk(
    judge: Judge,
    first: Phone,
    second: Phone,
    forth: str,
    back: str,
    names: tuple[str, str] = ("first", "second"),
) -> tuple[Recording, Recording]:
    """Two telephones hear each other; then the first hangs up. What each recorded, under these names."""
    first.say(english(forth), wait=False)
    second.wait_reply()
    second.say(english(back, "rms"), wait=False)
    first.wait_reply()
    firsts, seconds = first.hangup(names[0]), second.finish(names[1])
    for expected, heard in ((forth, seconds.heard), (back, firsts.heard)):
        verdict = judge.heard_english(expected, heard)
        assert verdict.ok, verdict
    return firsts, seconds


def part(caller: Phone, other: Phone) -> None:
    """Hang up where nothing that was heard matters."""
    caller.close_call()
    caller.wait_over(5.0)
    other.wait_over(5.0)


def hear(judge: Judge, words: str, speaker: Phone, listener: Phone) -> Path:
    """What one says is heard by the other; then both hang up. All that the other heard."""
    time.sleep(0.5)
    speaker.say(english(words))
    time.sleep(0.5)
    speaker.close_call()
    heard = listener.finish("heard").heard
    speaker.finish("spoken")
    verdict = judge.heard_english(words, heard)
    assert verdict.ok, verdict
    return heard


def until(condition: Callable[[], bool], what: str, timeout_seconds: float = 5.0) -> None:
    """Wait for something that comes soon."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
