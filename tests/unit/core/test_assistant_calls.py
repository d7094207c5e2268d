from typing import Any

import pytest

from sipforge.core.assistant_calls import AssistantCall, parse_calls


def test_the_orchestrators_list() -> None:
    document = [
        {
            "call": "40325EC2-5efd-4bd3-805f-53576e581d13",
            "bot": "english",
            "caller": "1001",
            "dialled": "2000",
            "state": "talking",
            "started": "2026-11-22T10:11:55.964+00:00",
            "rate_hz": 16000,
            "seconds": 3.5,
            "metrics": {},
        },
        {"call": "x"},
    ]
    assert parse_calls(document) == (
        AssistantCall(
            "40325ec2-5efd-4bd3-805f-53576e581d13",
            "english",
            "1001",
            "2000",
            "talking",
            "2026-11-22T10:11:55.964+00:00",
            3.5,
        ),
        AssistantCall("x", "", "", "", "", "", 0.0),
    )


@pytest.mark.parametrize("document", [None, {}, {"calls": []}, [1], [{}], [{"call": 1}]])
def test_another_shape_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="call"):
        parse_calls(document)
