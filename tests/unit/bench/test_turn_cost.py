from __future__ import annotations

import numpy as np
import pytest

from tests.bench.turn_cost import Costs, beginnings
from tests.unit.bot.doubles import LoudnessVad


def test_what_is_inside_another_stage_is_not_counted_twice() -> None:
    costs = Costs()

    def burn(times: int) -> int:
        return sum(range(times))

    inner = costs.wrap(lambda _: "inner", burn)
    outer = costs.wrap(lambda times: f"outer {times}", lambda times: inner(3_000_000) + times)
    costs.begin()
    outer(1)
    outer(1)
    [turn] = costs.turns
    assert {stage: len(took) for stage, took in turn.items()} == {"inner": 2, "outer 1": 2}
    assert sum(turn["outer 1"]) < sum(turn["inner"]) / 2
    lines = costs.table().splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["inner", "2.00"], ["outer", "1"], ["all", "4.00"]]


def test_an_utterance_is_recognised_at_each_pause_and_at_its_end() -> None:
    def part(seconds: float, level: float) -> np.ndarray:
        return np.full(round(seconds * 16000), level, np.float32)

    # A breath of 0.1 s is no pause; a click after the pause does not go on with the utterance.
    sound = [
        (0.4, 0),
        (1.0, 0.5),
        (0.1, 0),
        (0.5, 0.5),
        (0.4, 0),
        (0.02, 0.5),
        (0.3, 0),
        (1.0, 0.5),
        (0.4, 0),
    ]
    found = beginnings(LoudnessVad(), np.concatenate([part(*one) for one in sound]))
    assert [one.size / 16000 for one in found] == pytest.approx([2.22, 3.94], abs=0.04)
