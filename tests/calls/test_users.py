"""People ring each other, themselves (echo), and somebody who is not there."""

from __future__ import annotations

import time

import pytest

from tests.calls.mailbox import inbox
from tests.calls.talking import talk
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE
from tests.phones.conversation import MOST_WORD_ERRORS
from tests.phones.errors import RegistrationFailed
from tests.phones.recording import mouth_to_ear_seconds
from tests.phones.speech import english

FORTH = "Good morning. The meeting starts at nine in the large room."
BACK = "Thank you, I will be there in ten minutes."
MAILBOX = inbox(ABSENT)


@pytest.mark.alone
@pytest.mark.parametrize(("transport", "codecs"), [("udp", ("opus", "PCMU")), ("tcp", ("PCMU",))])
def test_users_hear_each_other(phone, judge, transport, codecs):
    caller = phone(CALLER, transport=transport, codecs=codecs)
    callee = phone(COLLEAGUE, transport=transport, codecs=("PCMA", "opus"))
    caller.ring(COLLEAGUE)
    callee.wait_ringing()
    callee.accept()
    caller.wait_talking()
    callers, callees = talk(judge, caller, callee, FORTH, BACK, (CALLER, COLLEAGUE))
    assert mouth_to_ear_seconds(callers, callees) < 0.4


def test_callee_who_hangs_up_ends_the_call(phone):
    caller, callee = phone(CALLER), phone(COLLEAGUE, auto_answer=True)
    caller.dial(COLLEAGUE)
    callee.wait_talking()
    time.sleep(1.0)
    callee.hangup(COLLEAGUE)
    assert caller.wait_over(5.0)
    caller.finish(CALLER)


@pytest.mark.alone
def test_echo(phone, judge):
    caller = phone(CALLER)
    caller.dial("600")
    time.sleep(1.0)
    caller.say(english(FORTH))
    caller.wait_quiet(1.0, 10.0)
    recording = caller.hangup("600")
    verdict = judge.heard_english(FORTH, recording.heard)
    assert verdict.ok, verdict
    assert mouth_to_ear_seconds(recording, recording) < 0.4


def test_nobody_there_takes_a_message(phone, appliance, judge, recordings):
    def messages() -> set[str]:
        return set(appliance.shell(f"ls {MAILBOX} 2>/dev/null", check=False).split())

    before = messages()
    caller = phone(CALLER)
    caller.dial(ABSENT)
    prompt = caller.wait_reply(quiet_seconds=2.0)
    assert prompt.seconds > 1.0
    caller.say(english(FORTH))
    time.sleep(1.0)
    caller.hangup("1003-voicemail")
    appliance.wait_idle()
    sounds = [name for name in messages() - before if name.endswith(".wav")]
    assert len(sounds) == 1
    message = appliance.fetch(f"{MAILBOX}/{sounds[0]}", recordings / "message.wav")
    verdict = judge.heard_english(FORTH, message)
    assert verdict.word_error_rate < MOST_WORD_ERRORS, verdict


def test_wrong_password_is_refused_and_logged(phone, appliance):
    cursor = appliance.journal_cursor()
    stranger = phone(CALLER, secret="not-the-password", register=False)
    with pytest.raises(RegistrationFailed, match=r"^40[13]"):
        stranger.register()
    deadline = time.monotonic() + 5.0
    lines: list[str] = []
    while not lines and time.monotonic() < deadline:
        lines = [
            line
            for line in appliance.journal("sipforge-monitor", cursor)
            if "login refused" in line and f'"{CALLER}"' in line
        ]
        time.sleep(0.2)
    assert len(lines) == 1, lines
    assert "not-the-password" not in lines[0]
