"""The dialplan and the orchestrator speak of the same contexts, scripts and files."""

import re

import pytest

from sipforge.core.audiosocket import SLIN8_HZ, SLIN16_HZ
from sipforge.infra.settings.host import Settings
from sipforge.orchestrator.__main__ import build
from sipforge.orchestrator.calls import Way
from sipforge.orchestrator.timing import Timing
from tests.unit.roles.dialplan import parse, rendered


@pytest.fixture
def dialplan():
    return rendered()


def context(dialplan: str, name: str) -> str:
    return dialplan.partition(f"\n[{name}]\n")[2].partition("\n[")[0]


def test_the_orchestrator_names_contexts_that_there_are(dialplan):
    named = {way.value for way in Way if way is not Way.HANG_UP} | {"assistant"}
    assert named <= set(re.findall(r"^\[([\w-]+)\]$", dialplan, re.MULTILINE))


def test_what_a_caller_cannot_dial_is_not_included(dialplan):
    """Such as where a transfer, a message or a subroutine begins, or a trunk's calls arrive."""
    contexts = parse(dialplan)

    def reached(*names):
        inner = {one for name in names if name in contexts for one in contexts[name].includes}
        return inner | (reached(*inner) if inner else set())

    assert reached("inside") == {"users", "assistants", "numbers"}
    inside = {"inside", *reached("inside")}
    outside = {"services", "parkedcalls", "outside"}
    assert reached("office") == inside | outside | {"codes", "shortcuts", "local-office", "unknown"}
    assert reached("moved") == inside | outside | {"local-office"}
    assert reached("forwarded") == inside | {"outside", "unknown"}
    entered = {"office", "moved", "forwarded", "inside", "services", "transferred"}
    assert {name for name, one in contexts.items() if one.includes} == entered


def test_every_script_that_is_asked_is_there(dialplan):
    router = build(Settings(), "k" * 40, "secret", Timing()).router
    assert set(re.findall(r"AGI\(agi://127\.0\.0\.1:4001/(\w+)", dialplan)) == set(router.agi_routes())


def test_each_answer_is_cleared_before_it_is_asked_for(dialplan):
    for name in ("assistant", "transfer", "message"):
        assert re.search(r"Set\(SIPFORGE_ACTION=\)\n same => n,AGI\(", context(dialplan, name)), name


def test_every_label_that_is_gone_to_is_in_its_context(dialplan):
    for name in ("assistant", "transfer", "message", "sub-briefing", "sub-user"):
        body = context(dialplan, name)
        for label in re.findall(r"\?(\w+)\)|\bGoto\((\w+)\)", body):
            assert f"n({''.join(label)})," in body, (name, label)
    assert "n(apology)," in context(dialplan, "assistant")


def test_a_transferred_assistant_reaches_users_alone(dialplan):
    """Not another assistant, nor the echo: they would talk to each other for ever."""
    assert re.findall(r"^(?:include|exten) => (\S+)$", context(dialplan, "transferred"), re.MULTILINE) == [
        "users"
    ]
    assert "Set(__TRANSFER_CONTEXT=transferred)" in context(dialplan, "assistant")


def test_a_caller_who_has_transferred_the_assistant_asks_for_nothing_more(dialplan):
    body = context(dialplan, "assistant")
    dialled, after = body.index("Dial(AudioSocket/"), body.index("n(after),")
    for variable in ("BLINDTRANSFER", "ATTENDEDTRANSFER"):
        # What a transfer before has left would count as one of the assistant.
        assert 0 < body.index(f"Set({variable}=)") < dialled
    assert after < body.index('"${BLINDTRANSFER}${ATTENDEDTRANSFER}" != ""]?gone') < body.index("/after,")


def test_a_transferred_assistant_leaves_no_message(dialplan):
    """Nor is it forwarded."""
    before, _, own = context(dialplan, "sub-user").partition("n(assistant),")
    leaves = before.index('GotoIf($["${CHANNEL(channeltype)}" = "AudioSocket"]?assistant)')
    for elsewhere in ("sub-mailbox", "n(forward)", "Goto(forwarded", "VoiceMail("):
        assert before.find(elsewhere) == -1 or before.index(elsewhere) > leaves
        assert elsewhere not in own
    assert "sub-mailbox" in before


def test_who_answers_a_transferred_assistant_has_what_the_caller_had(dialplan):
    """The colleague's channel goes on in [assistant], where these are asked for."""
    assert "F(assistant^${SIPFORGE_ASSISTANT}^after)" in context(dialplan, "sub-user")
    for variable in ("SIPFORGE_CALL", "SIPFORGE_BOT", "SIPFORGE_ASSISTANT"):
        assert f"Set(__{variable}=" in context(dialplan, "assistant")


def test_the_briefing_is_played_from_where_the_bot_puts_it(dialplan):
    folder = Settings().briefing_folder("${ARG2}")
    assert f"Playback({folder}/${{ARG1}})" in context(dialplan, "sub-briefing")


def test_nobody_is_offered_where_there_is_no_operator():
    assert "Goto(users,1000,1)" in context(rendered(), "assistant")
    assert "Goto(users," not in rendered(asterisk_operator="")


@pytest.mark.parametrize(
    ("wideband", "format", "rate_hz"), [(True, "slin16", SLIN16_HZ), (False, "slin", SLIN8_HZ)]
)
def test_the_orchestrator_is_told_the_rate_that_is_dialled(wideband, format, rate_hz):
    dialplan = rendered(__asterisk_wideband=wideband)
    assert f"Dial(AudioSocket/127.0.0.1:4002/${{SIPFORGE_CALL}}/c({format}),,g)" in dialplan
    assert dialplan.count(f"/route,{rate_hz})") == 2
