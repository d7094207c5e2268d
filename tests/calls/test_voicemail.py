"""Messages: by mail, with their lamp, and where there is no room for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from tests.calls.mail_server import MailServer
from tests.calls.mailbox import MAILBOXES, inbox, small_disk, status, wait_status
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE
from tests.phones.appliance import Appliance
from tests.phones.conversation import MOST_WORD_ERRORS
from tests.phones.speech import english

WORDS = "Good morning. The meeting starts at nine in the large room."
MAILED, ADDRESS = "1019", "mailed@office.example"
AGAIN_SECONDS = 60.0
"""After which a mail server that did not answer is tried again."""
MWI = ("message-summary", "application/simple-message-summary")
DIALOG = ("dialog", "application/dialog-info+xml")


@pytest.fixture
def mailed(host: Appliance) -> Iterator[str]:
    """A user without a telephone who gets messages by mail."""
    host.run("sipforge", "user", "add", MAILED, "--name", "Mailed", "--email", ADDRESS)
    try:
        yield MAILED
    finally:
        host.run("sipforge", "user", "remove", MAILED, "--yes")
        host.run("rm", "-rf", f"{MAILBOXES}/{MAILED}")


def leave_message(phone: Any, to: str) -> None:
    caller = phone(CALLER)
    caller.dial(to)
    caller.wait_reply(quiet_seconds=2.0)
    caller.say(english(WORDS))
    time.sleep(1.0)
    caller.hangup(f"message-for-{to}")


def recording_of(mail: EmailMessage) -> bytes:
    (attached,) = mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("audio/x-wav", "msg0000.wav")
    content = attached.get_content()
    assert isinstance(content, bytes)
    return content


def test_a_message_is_mailed_with_its_recording(phone, appliance, judge, recordings, mailed):
    with MailServer() as server:
        leave_message(phone, mailed)
        mail = server.wait(20.0)
    assert mail["To"].addresses[0].addr_spec == ADDRESS
    assert mail["From"].addresses[0].addr_spec == "pbx@office.example"
    assert CALLER in mail["Subject"]
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert f"<{CALLER}>" in text
    assert "Length: 0:" in text
    sound = recordings / "mailed.wav"
    sound.write_bytes(recording_of(mail))
    verdict = judge.heard_english(WORDS, sound)
    assert verdict.word_error_rate < MOST_WORD_ERRORS, verdict
    appliance.wait_idle()
    assert appliance.shell(f"ls {inbox(mailed)}").split() == ["msg0000.txt", "msg0000.wav"]


@pytest.mark.alone
def test_a_mail_server_that_is_down_is_seen_and_gets_the_mail_later(phone, appliance, mailed):
    begun = time.monotonic()
    leave_message(phone, mailed)
    # The caller has not waited for it: hanging up ended the call.
    appliance.wait_idle(3.0)
    wait_status(appliance, "monitor: messages are not mailed: msmtp: cannot connect to 127.0.0.1")
    assert appliance.shell(f"ls {inbox(mailed)}").split() == ["msg0000.txt", "msg0000.wav"]
    with MailServer() as server:
        mail = server.wait(AGAIN_SECONDS + 30.0)
        assert time.monotonic() - begun > AGAIN_SECONDS
        assert len(recording_of(mail)) > 16_000
        wait_status(appliance, "")


@pytest.mark.alone
def test_a_full_mailbox_takes_no_message_and_says_so(phone, appliance, judge, english_texts):
    with small_disk(appliance, ABSENT, "48k"):
        wait_status(appliance, f"monitor: mailbox {ABSENT} takes no messages: less than 50 MB free")
        caller = phone(CALLER)
        caller.ring(ABSENT)
        heard = caller.finish("full", 15.0).heard
        verdict = judge.heard_english(english_texts.telephone["mailbox_full"], heard)
        assert verdict.ok, verdict
        assert appliance.shell(f"ls {inbox(ABSENT)} 2>/dev/null", check=False) == ""
    wait_status(appliance, "")
    leave_message(phone, ABSENT)
    assert "msg0000.wav" in appliance.shell(f"ls {inbox(ABSENT)}")


@pytest.mark.alone
def test_a_disk_that_fills_in_mid_message_leaves_no_half_of_it(phone, appliance):
    """Once there is room again the mailbox works; the loss is told."""
    cursor = appliance.journal_cursor()
    folder = f"{MAILBOXES}/{ABSENT}"
    with small_disk(appliance, ABSENT, "60m"):
        caller = phone(CALLER)
        caller.dial(ABSENT)
        caller.wait_reply(quiet_seconds=2.0)
        appliance.run("sh", "-c", f"head -c 100M /dev/zero >{folder}/filler", check=False)
        caller.say(english(WORDS), wait=False)
        caller.wait_over(20.0)
        caller.finish("cut-off")
        appliance.wait_idle()
        wait_status(appliance, f"monitor: a message for mailbox {ABSENT} was lost in the last hour")
        assert appliance.shell(f"ls {inbox(ABSENT)}", check=False) == ""
        appliance.run("rm", f"{folder}/filler")
        wait_until_room(appliance)
        leave_message(phone, ABSENT)
        assert appliance.shell(f"ls {inbox(ABSENT)}").split() == ["msg0000.txt", "msg0000.wav"]
    assert any("a message was not kept" in line for line in appliance.journal("sipforge-monitor", cursor))
    # Shown for an hour: the next test is not to see it.
    appliance.run("systemctl", "restart", "sipforge-monitor")


def wait_until_room(appliance: Appliance) -> None:
    deadline = time.monotonic() + 15.0
    while any("takes no messages" in problem for problem in status(appliance)):
        assert time.monotonic() < deadline
        time.sleep(1.0)


def test_the_message_lamp_by_subscription(phone, by_hand, appliance):
    watcher = by_hand(ABSENT)
    assert watcher.subscribe(ABSENT, *MWI) == 200
    watcher.wait_notified("Voice-Message: ")
    leave_message(phone, ABSENT)
    watcher.wait_notified("Messages-Waiting: yes")
    assert "sip:*97@" in watcher.notified[-1]


@pytest.mark.alone
def test_the_lamp_of_an_assistant(phone, by_hand):
    watcher = by_hand(COLLEAGUE)
    assert watcher.subscribe("2000", *DIALOG) == 200
    watcher.wait_notified("<state>terminated</state>")
    caller = phone(CALLER)
    caller.dial("2000")
    watcher.wait_notified("<state>confirmed</state>")
    caller.hangup("2000-lamp")
    watcher.wait_notified("<state>terminated</state>")
