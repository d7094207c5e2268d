from __future__ import annotations

from tests.bench.turn_cost import Costs


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
