"""Colleagues who are asked for by their names."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE
from tests.phones.appliance import API, Appliance
from tests.phones.conversation import ENGLISH, KINYARWANDA, Language

pytestmark = pytest.mark.alone  # one list of people, and colleagues with names of people

DIRECTORY = "/var/lib/sipforge/directory.json"


@pytest.fixture(scope="module")
def names(host: Appliance) -> dict[str, str]:
    """Extension → name."""
    return {one["extension"]: one["name"] for one in json.loads(host.run("cat", DIRECTORY))}


@pytest.fixture
def two_with_one_first_name(host: Appliance, names) -> Iterator[tuple[str, str]]:
    """The colleague has got a namesake; nobody is restarted for it."""
    before = host.run("cat", DIRECTORY)
    first, _, surname = names[COLLEAGUE].partition(" ")
    other = f"{first} {names[ABSENT].partition(' ')[2]}"
    changed = {**names, ABSENT: other}
    entries = [{"extension": extension, "name": name} for extension, name in changed.items()]
    host.run("tee", DIRECTORY, script=json.dumps(entries))
    try:
        yield first, surname
    finally:
        host.run("tee", DIRECTORY, script=before)


@pytest.mark.parametrize(
    ("number", "language", "wish"),
    [("2000", ENGLISH, "Can I speak to {name}, please?"), ("3000", KINYARWANDA, "Mumpuze na {name}")],
)
def test_a_caller_asks_for_a_colleague_by_name(
    phone, appliance, names, number: str, language: Language, wish: str
):
    caller, colleague = phone(CALLER), phone(COLLEAGUE, auto_answer=True)
    caller.dial(number)
    caller.wait_reply()
    [call] = appliance.calls()
    caller.say(language.speak(wish.format(name=names[COLLEAGUE])))
    caller.wait_reply(30.0)
    colleague.wait_talking(30.0)
    colleague.wait_quiet(1.5, 30.0)  # the briefing is over
    caller.hangup("by-name")
    colleague.finish()
    assert appliance.get(f"{API}/calls/{call['call']}")["history"]


def test_of_two_with_one_first_name_the_caller_is_asked_which(phone, appliance, two_with_one_first_name):
    first, surname = two_with_one_first_name
    caller, colleague = phone(CALLER), phone(COLLEAGUE, auto_answer=True)
    caller.dial("2000")
    caller.wait_reply()
    caller.say(ENGLISH.speak(f"Can I speak to {first}, please?"))
    caller.wait_reply(30.0)
    [call] = appliance.calls()
    caller.press("1")
    colleague.wait_talking(30.0)
    colleague.wait_quiet(1.5, 30.0)  # the briefing is over
    caller.hangup("which-of-two")
    colleague.finish()
    history = appliance.get(f"{API}/calls/{call['call']}")["history"]
    said = [entry["text"] for entry in history if entry["type"] == "reply"]
    assert any(f"{first} {surname} or {first}" in text for text in said), said


def test_a_department_may_be_a_group(phone, host, appliance):
    """The example office's: who answers first has the caller, and the assistant is done with the call."""
    [group] = json.loads(host.run("sipforge", "group", "list", "--json"))["groups"]
    with host.settings("bots.english.departments", "sipforge-bot@english", garden=group["extension"]):
        host.run("systemctl", "restart", "sipforge-orchestrator")
        caller, member = phone(CALLER), phone(group["members"][-1], auto_answer=True)
        caller.dial("2000")
        caller.wait_reply()
        caller.say(ENGLISH.speak("Can I speak to the garden department, please?"))
        member.wait_talking(40.0)
        left = appliance.calls()
        caller.hangup("to-a-group")
        member.finish()
    host.run("systemctl", "restart", "sipforge-orchestrator")
    assert left == []
