"""Messages in the dialplan, looked at before and after and told to the monitor; lamps that it keeps."""

import re

import pytest

from sipforge.core.asterisk.lamps import device
from sipforge.core.asterisk.mailbox_room import ALL, variable
from sipforge.monitor.mailboxes import LOST_EVENT
from tests.unit.roles.dialplan import rendered
from tests.unit.roles.test_dialplan import context


@pytest.fixture
def dialplan() -> str:
    return rendered()


def test_no_message_is_taken_without_a_look_at_the_room(dialplan: str) -> None:
    """Every mailbox is reached by way of sub-mailbox, which asks what the monitor tells."""
    assert re.findall(r"VoiceMail\(.*", dialplan) == ["VoiceMail(${ARG1}@default,${ARG2})"]
    body = context(dialplan, "sub-mailbox")
    asked = "".join(f"${{{variable(mailbox)}}}" for mailbox in (ALL, "${ARG1}"))
    assert body.index(f'GotoIf($["{asked}" != ""]?full)') < body.index("VoiceMail(")


def test_who_finds_no_room_is_told(dialplan: str) -> None:
    body = context(dialplan, "sub-mailbox")
    full = body.partition("n(full),")[2]
    assert 'ExecIf($["${ARG3}" != "quiet"]?Gosub(say,s,1(mailbox_full)))' in full
    # An assistant says it itself, by the status that it is told.
    assert body.startswith("exten => s,1,Set(VMSTATUS=FAILED)")
    quiet = re.findall(r"Gosub\(sub-mailbox,s,1\(.*quiet\)\)", dialplan)
    assert quiet == ["Gosub(sub-mailbox,s,1(${EXTEN},s,quiet))"]
    assert quiet[0] in context(dialplan, "message")


def test_what_became_of_a_message_is_looked_at_however_the_call_ends(dialplan: str) -> None:
    body = context(dialplan, "sub-mailbox")
    pushed = body.index("Set(CHANNEL(hangup_handler_push)=sub-mailbox,check,1(")
    assert pushed < body.index("VoiceMail(") < body.index("Gosub(sub-mailbox,check,1(")
    assert f"UserEvent({LOST_EVENT},Mailbox: ${{ARG1}})" in body


def test_assistants_have_lamps(dialplan: str) -> None:
    body = context(dialplan, "assistants")
    for extension, name in (("2000", "english"), ("3000", "kinyarwanda")):
        assert f"exten => {extension},hint,{device(name)}\n" in body
