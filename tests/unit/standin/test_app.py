"""The stand-in answers as OpenAI does."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import openai
import pytest

from tests.standin.chat import answer
from tests.unit.engines.far import KEY, KNOWLEDGE, Far, far

PROMPT = {"role": "system", "content": f"Be kind.\n\nWhat the office knows:\n{KNOWLEDGE}"}
PARK = {"role": "user", "content": "Where can I park?"}


@pytest.fixture(scope="module")
def stand() -> Iterator[Far]:
    with far() as running:
        yield running


def client(stand: Far, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=f"http://127.0.0.1:{stand.port}/v1", max_retries=0)


def plan(stand: Far, **fault: object) -> None:
    httpx.post(f"http://127.0.0.1:{stand.port}/faults", json=fault).raise_for_status()


def test_models_are_listed_for_the_right_key_only(stand: Far) -> None:
    assert "gpt-6-luna" in [model.id for model in client(stand).models.list()]
    with pytest.raises(openai.AuthenticationError) as refused:
        client(stand, "sk-wrong").models.list()
    assert refused.value.code == "invalid_api_key"


def test_an_answer_without_a_stream(stand: Far) -> None:
    tools = [{"type": "function", "function": {"name": "end_call", "parameters": {"type": "object"}}}]
    completion = client(stand).chat.completions.create(
        model="gpt-6-luna",
        messages=[PROMPT, {"role": "user", "content": "Goodbye"}],  # type: ignore[list-item]
        tools=tools,  # type: ignore[arg-type]
    )
    choice = completion.choices[0]
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", "Thank you for calling. Goodbye.")
    assert choice.message.tool_calls is not None
    assert choice.message.tool_calls[0].function.name == "end_call"  # type: ignore[union-attr]


def test_a_stream_tells_what_it_used_where_it_is_asked(stand: Far) -> None:
    chunks = list(
        client(stand).chat.completions.create(
            model="gpt-6-luna",
            messages=[PROMPT, PARK],  # type: ignore[list-item]
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert [chunk.usage is not None for chunk in chunks][-2:] == [False, True]
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_a_fault_for_one_stage_a_number_of_times(stand: Far) -> None:
    plan(stand, fault="rate_limit", stage="models", times=2)
    for _ in range(2):
        with pytest.raises(openai.RateLimitError) as limited:
            client(stand).models.list()
        assert limited.value.response.headers["retry-after"] == "20"
    client(stand).models.list()


def test_faults_can_be_seen_and_mended(stand: Far) -> None:
    plan(stand, fault="server_error")
    url = f"http://127.0.0.1:{stand.port}/faults"
    assert [planned["fault"] for planned in httpx.get(url).json()] == ["server_error"]
    assert httpx.delete(url).json() == []
    client(stand).models.list()


def test_the_answer_is_the_office_s_own() -> None:
    assert answer([PROMPT, PARK], []).text.startswith("Parking is free")
    assert "do not know" in answer([PROMPT, {"role": "user", "content": "Who won?"}], []).text
