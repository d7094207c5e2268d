from __future__ import annotations

import pytest

from sipforge.engines.answering.chat.tools import INSTRUCTIONS, read_tool
from sipforge.engines.protocols import Act, Do


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("[transfer]", Do(Act.TRANSFER)),
        (" [Transfer 1001]\n", Do(Act.TRANSFER, "1001")),
        ("[transfer 1001: about  land papers] I connect you.", Do(Act.TRANSFER, "1001", "about land papers")),
        ("[transfer: land]", Do(Act.TRANSFER, "", "land")),
        ("[message]", Do(Act.MESSAGE)),
        ("[END]", Do(Act.END)),
        ("[end: " + "x" * 100 + "]", Do(Act.END, "", "x" * 80)),
    ],
)
def test_a_line_asks_for_something(text: str, tool: Do) -> None:
    assert read_tool(text) == tool


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We transfer money.",
        "The [end] is near.",
        "[sing]",
        "[transfer",
        "[transfer Peter]",
        "transfer 1001",
    ],
)
def test_anything_else_is_something_to_say(text: str) -> None:
    assert read_tool(text) is None


def test_the_model_is_told_every_line() -> None:
    assert all(f"[{act.value}]" in INSTRUCTIONS for act in Act)
