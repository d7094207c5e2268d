"""An office of 50 users, 6 groups, 2 trunks and 3 menus: a change is applied at once, and no call notices."""

from __future__ import annotations

import json
import time

import pytest

from tests.calls.telephones import CALLER
from tests.phones.speech import english

KEPT, SAVED = "/etc/sipforge/users.json /etc/sipforge/office", "/run/sipforge-large-office"
CALLS = 20
MOST_SECONDS = 2.0
_TIMED = """
import subprocess, sys, time
begun = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(time.monotonic() - begun)
"""


def large(plan: dict) -> dict:
    """What the inventory declares, and more."""
    users = [f"{number}" for number in range(1100, 1140)]
    groups = {
        f"large-{index}": {
            "extension": f"{4500 + index}",
            "members": users[index * 6 : index * 6 + 6],
            "ring": ("all", "order", "rotate")[index % 3],
            "otherwise": f"voicemail {users[index]}",
        }
        for index in range(6 - len(plan.get("groups", {})))
    }
    menus = {
        f"large-{index}": {
            "extension": f"{5500 + index}",
            "says": {"english": f"This is menu {index}. Press one."},
            "keys": {"1": "4500", "2": users[index]},
            "otherwise": users[index],
        }
        for index in range(3)
    }
    trunks = {
        f"large-{index}": {
            "server": f"192.0.2.{index + 1}",
            "numbers": {f"+25078810020{index}": "5500"},
            "default": "4500",
        }
        for index in range(2)
    }
    outside = {"country": "250", "classes": {"staff": ["national"]}, "default_class": "staff"}
    return {
        **plan,
        "users": [{"extension": one, "name": f"Colleague {one}"} for one in users],
        "groups": {**plan.get("groups", {}), **groups},
        "menus": menus,
        "trunks": trunks,
        "outside": outside,
    }


@pytest.fixture
def large_office(host):
    """The appliance's office grown; it is itself again afterwards."""
    host.shell(f"rm -rf {SAVED}; mkdir -m 700 {SAVED}; cp -a {KEPT} {SAVED}")
    try:
        plan = json.loads(host.shell("cat /etc/sipforge/office/declared.json || echo '{}'")).get("plan", {})
        host.run("sipforge", "apply", "--file", "-", script=json.dumps(large(plan)))
        yield
    finally:
        host.shell(f"rm -rf {KEPT}; cp -a {SAVED}/* /etc/sipforge/; rm -rf {SAVED}; sipforge apply")


@pytest.mark.alone
def test_a_change_is_applied_at_once_and_no_call_ends(large_office, by_hand, appliance, capsys):
    callers = [by_hand(CALLER) for _ in range(CALLS)]
    for caller in callers:
        caller.dial("600")
        caller.sound.mute = True
    add = (
        "sipforge",
        "group",
        "add",
        "one-more",
        "--extension",
        "4599",
        "--member",
        "1100",
        "--member",
        CALLER,
    )
    seconds = float(appliance.run("python3", "-c", _TIMED, *add))
    assert not any(caller.over.is_set() for caller in callers)
    assert len(appliance.channels()) == CALLS
    assert "4599" in appliance.asterisk("dialplan show 4599@office")
    again = json.loads(appliance.run("sipforge", "apply", "--json"))
    assert again["changed"] is False
    # Each still hears itself.
    for caller in callers:
        caller.sound.mute = False
        begun = time.monotonic()
        caller.say(english("Hello."))
        time.sleep(0.3)
        assert caller.sound.loud_since(begun) > 0.1
        caller.hangup()
    with capsys.disabled():
        print(f"\na group more in an office of 50 users, with {CALLS} calls: {seconds:.2f} s")
    assert seconds < MOST_SECONDS
