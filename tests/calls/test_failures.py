"""What goes wrong around a call touches that call alone, or is said to the caller in words."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.phones.appliance import ApplianceError
from tests.phones.conversation import ENGLISH
from tests.phones.speech import english

pytestmark = pytest.mark.alone  # services are stopped, packets are timed

AUDIOSOCKET_PORT = 9092
ORCHESTRATOR, BOT = "sipforge-orchestrator", "sipforge-bot@english"
LONGEST_GAP_SECONDS = 0.25
"""Of what a phone receives: packets come every 20 ms, and the machine is shared."""
SENTENCE = "Good morning. The meeting starts at nine in the large room."

Peer = Callable[[socket.socket], None]


def _random_bytes(peer: socket.socket) -> None:
    peer.sendall(os.urandom(4096))


def _oversized_length(peer: socket.socket) -> None:
    peer.sendall(b"\x01\xff\xff" + bytes(2000))


def _no_uuid(peer: socket.socket) -> None:
    peer.sendall(b"\x10\x01\x40" + bytes(320))


def _unknown_uuid(peer: socket.socket) -> None:
    peer.sendall(b"\x01\x00\x10" + uuid4().bytes)


def _slow_writer(peer: socket.socket) -> None:
    for byte in b"\x01\x00\x10" + uuid4().bytes:
        peer.sendall(bytes([byte]))
        time.sleep(0.4)


def _says_nothing(peer: socket.socket) -> None:
    pass


def _closes_at_once(peer: socket.socket) -> None:
    peer.shutdown(socket.SHUT_WR)


PEERS: tuple[Peer, ...] = (
    _random_bytes,
    _oversized_length,
    _no_uuid,
    _unknown_uuid,
    _slow_writer,
    _says_nothing,
    _closes_at_once,
)


def _is_dropped(host: str, behave: Peer) -> bool:
    """Connect, misbehave, and see whether the server closes the connection."""
    with socket.create_connection((host, AUDIOSOCKET_PORT), timeout=10.0) as peer:
        try:
            behave(peer)
            while peer.recv(4096):
                pass
        except (ConnectionResetError, BrokenPipeError):
            return True
        except TimeoutError:
            return False
        return True


def test_garbage_peers_are_dropped_and_touch_no_other_call(phone, appliance, judge, english_texts):
    if not appliance.host.startswith("127."):
        pytest.skip("the AudioSocket port is on the appliance's own loopback address")
    topic = english_texts.topics["parking"]
    question = ENGLISH.speak(topic.questions[0])
    caller = phone("1001")
    caller.dial("2000")
    caller.wait_reply()
    for behave in PEERS:
        cursor = appliance.journal_cursor()
        assert _is_dropped(appliance.host, behave), behave.__name__
        time.sleep(0.3)
        lines = appliance.journal(ORCHESTRATOR, cursor)
        dropped = [line for line in lines if "peer dropped" in line]
        assert len(dropped) == 1, (behave.__name__, lines)
        assert not [line for line in lines if "Traceback" in line]
    for _ in range(5):
        _is_dropped(appliance.host, _random_bytes)
    caller.wait_quiet(0.5, 30.0)
    caller.say(question, wait=False)
    _is_dropped(appliance.host, _random_bytes)
    _is_dropped(appliance.host, _oversized_length)
    reply = caller.wait_reply()
    recording = caller.hangup("2000-among-garbage")
    verdict = judge.heard(ENGLISH, english_texts, topic.answer, recording, reply)
    assert verdict.ok, verdict
    assert recording.packets_lost == 0
    assert recording.heard_clock.largest_gap_seconds() < LONGEST_GAP_SECONDS
    assert recording.heard_seconds() == pytest.approx(recording.heard_clock.seconds(), abs=0.3)


def _users_can_talk(phone, judge) -> None:
    caller, callee = phone("1003"), phone("1002", auto_answer=True)
    caller.dial("1002")
    callee.wait_talking()
    caller.say(english(SENTENCE), wait=False)
    callee.wait_reply()
    caller.hangup("1003")
    verdict = judge.heard_english(SENTENCE, callee.finish("1002").heard)
    assert verdict.ok, verdict


def _hears_the_apology(phone, judge, english_texts) -> None:
    caller = phone("1001")
    caller.dial("2000")
    caller.wait_reply()
    recording = caller.hangup("2000-apology")
    verdict = judge.heard_english(english_texts.phrases["unavailable"], recording.heard)
    assert verdict.ok, verdict


def test_the_administrator_is_told_that_a_bot_is_down(appliance):
    appliance.run("sipforge", "call-test", "2000")
    with appliance.stopped(BOT):
        with pytest.raises(ApplianceError, match="english was rung on 2000: the call did not reach it"):
            appliance.run("sipforge", "call-test", "2000")
        with pytest.raises(ApplianceError, match="sipforge-bot@english: inactive"):
            appliance.run("sipforge", "status")


def test_bot_stopped(phone, appliance, judge, english_texts):
    with appliance.stopped(BOT):
        _hears_the_apology(phone, judge, english_texts)
        _users_can_talk(phone, judge)


def test_bot_killed_in_a_call(phone, appliance, judge, english_texts):
    caller = phone("1001")
    caller.dial("2000")
    caller.wait_reply()
    try:
        appliance.run("systemctl", "kill", "--signal=KILL", BOT)
        # What follows the apology, a person or a mailbox, is the dialplan's affair.
        caller.wait_reply()
        recording = caller.hangup("2000-killed")
    finally:
        appliance.run("systemctl", "restart", BOT)
    verdict = judge.heard_english(english_texts.phrases["unavailable"], recording.heard)
    assert verdict.ok, verdict


def test_orchestrator_stopped(phone, appliance, judge, english_texts):
    with appliance.stopped(ORCHESTRATOR):
        _hears_the_apology(phone, judge, english_texts)
        _users_can_talk(phone, judge)
