from typing import Any

import pytest

from sipforge.core.asterisk.lamps import Lamp, device, lamps

WELL = {"socket": True, "breaker": "closed", "calls": 0, "room": True}


def lamp(bot: Any) -> Lamp:
    return lamps(["english"], {"status": "ok", "checks": {"bots": {"english": bot}}})["english"]


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, Lamp.FREE),
        ({"breaker": "half-open"}, Lamp.FREE),
        ({"calls": 2}, Lamp.TALKING),
        ({"calls": 2, "room": False}, Lamp.FULL),
        ({"socket": False}, Lamp.DOWN),
        ({"breaker": "open", "calls": 1}, Lamp.DOWN),
    ],
)
def test_the_lamp_is_what_a_caller_would_find(changed: dict[str, Any], shown: Lamp) -> None:
    assert lamp(WELL | changed) is shown


@pytest.mark.parametrize("health", [None, [], {}, {"checks": 1}, {"checks": {"bots": {}}}])
def test_an_orchestrator_that_does_not_answer_reaches_nobody(health: Any) -> None:
    assert lamps(["english"], health) == {"english": Lamp.DOWN}


def test_the_device_that_the_hint_names() -> None:
    assert device("english") == "Custom:sipforge-english"
