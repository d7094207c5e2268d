"""A message that an assistant was to take, and that there is no room for."""

from __future__ import annotations

import pytest

from sipforge.core.conversation.policy.keypad import MESSAGE_KEY
from tests.calls.mailbox import messages, small_disk, wait_status
from tests.calls.telephones import CALLER, OPERATOR


@pytest.mark.alone
def test_the_assistant_says_that_the_message_cannot_be_taken(phone, appliance, judge, english_texts):
    with small_disk(appliance, OPERATOR, "48k"):
        wait_status(appliance, f"mailbox {OPERATOR} takes no messages")
        before = messages(appliance)
        caller = phone(CALLER)
        caller.dial("2000")
        caller.wait_reply()
        caller.press(MESSAGE_KEY)
        caller.wait_reply(quiet_seconds=2.5)  # what to do, and at once that it cannot be done
        recording = caller.hangup("2000-no-room")
        verdict = judge.heard_english(english_texts.phrases["message_failed"], recording.heard)
        assert verdict.ok, verdict
        assert messages(appliance) == before
    wait_status(appliance, "")
