"""The real clients against a stand-in over a real socket: what is sent and what comes back."""

from __future__ import annotations

import time
from datetime import datetime

import numpy as np
import pytest

from sipforge.engines.answering.openai import OpenAiDialogue, recent
from sipforge.engines.hearing.openai import OpenAiStt
from sipforge.engines.protocols import Act, Do, Exchange, Question, ReplyPart, Speak
from sipforge.engines.runtime.openai_service import OpenAiService
from sipforge.engines.speaking.openai import OpenAiTts
from tests.standin.chat import UNKNOWN
from tests.unit.engines.far import DEPARTMENTS, KNOWLEDGE, SECOND, Far, using
from tests.unit.engines.speech import collect


def replied(service: OpenAiService, text: str, *history: Exchange) -> tuple[str, Do | None]:
    """What is said in reply to `text`, and done."""

    async def scenario() -> list[ReplyPart]:
        dialogue = OpenAiDialogue(service, KNOWLEDGE, DEPARTMENTS, lambda: datetime(2026, 11, 24, 9, 5))
        reply = await dialogue.reply(Question(text, history))
        assert reply is not None
        return [part async for part in reply.parts]

    parts = using(service, scenario)
    said = "".join(part.text for part in parts if isinstance(part, Speak))
    done = [part for part in parts if isinstance(part, Do)]
    assert parts[len(parts) - len(done) :] == done
    return said, done[0] if done else None


def test_an_utterance_is_sent_whole_and_its_language_with_it(stand: Far) -> None:
    service = stand.service()
    written = using(service, lambda: OpenAiStt(service, "en").transcribe(SECOND))
    assert (written.text, written.confidence) == ("16000 samples.", 1.0)
    assert 0 < written.seconds < 2
    assert stand.requests("transcriptions")[-1]["body"] == {"model": "gpt-transcribe", "language": "en"}


def test_speech_comes_in_pieces_at_16_khz_before_it_is_all_sent(stand: Far) -> None:
    service = stand.service()

    async def scenario() -> float:
        pieces = OpenAiTts(service).synthesise("Where can I park my car?")
        size = (await anext(pieces)).size
        first = time.monotonic()
        size += sum([piece.size async for piece in pieces])
        assert 1.2 < size / 16000 < 3.0
        return first

    first = using(service, scenario)
    asked = stand.requests("speech")[-1]
    assert first < asked["last_sent"]
    assert asked["body"] == {
        "model": "gpt-4o-mini-tts",
        "voice": "alloy",
        "response_format": "pcm",
        "input": "Where can I park my car?",
    }


def test_what_is_spoken_is_what_was_meant(stand: Far) -> None:
    """Its loudness and length are those that the far voice gave, though every piece ends within a sample."""
    service = stand.service()
    slin = using(service, lambda: collect(OpenAiTts(service), "Where can I park my car?"))
    assert 0.6 < np.abs(slin).max() / 32767 < 0.75
    assert np.abs(np.diff(slin.astype(np.int32))).max() < 20000


def test_the_first_words_are_there_before_the_last_are_sent(stand: Far) -> None:
    service = stand.service()

    async def scenario() -> float:
        reply = await OpenAiDialogue(service, KNOWLEDGE, {}).reply(Question("Where can I park?"))
        assert reply is not None
        first = time.monotonic()
        assert len([part async for part in reply.parts]) == 15
        return first

    first = using(service, scenario)
    asked = stand.requests("chat")[-1]
    assert asked["first_sent"] <= first < asked["last_sent"] - 0.05


def test_the_model_is_told_the_office_and_the_conversation(stand: Far) -> None:
    said, done = replied(stand.service(), "When do you close?", Exchange("Hello", "Good morning."))
    assert (said, done) == ("We open at eight and close at five.", None)
    body = stand.requests("chat")[-1]["body"]
    system, *rest = body["messages"]
    assert KNOWLEDGE in system["content"]
    assert "- Accounts (extension 1008)" in system["content"]
    assert [(message["role"], message["content"]) for message in rest] == [
        ("user", "Hello"),
        ("assistant", "Good morning."),
        ("user", "When do you close?"),
    ]
    assert (body["model"], body["reasoning_effort"], body["max_completion_tokens"]) == (
        "gpt-6-luna",
        "none",
        200,
    )


def test_a_model_for_callers_of_another_language_is_told_to_answer_in_it(stand: Far) -> None:
    service = stand.service()

    async def scenario() -> None:
        dialogue = OpenAiDialogue(service, KNOWLEDGE, DEPARTMENTS, language="Kinyarwanda")
        reply = await dialogue.reply(Question("Mufunga ryari?"))
        assert reply is not None
        await reply.parts.aclose()  # type: ignore[attr-defined]

    using(service, scenario)
    system = stand.requests("chat")[-1]["body"]["messages"][0]["content"]
    assert "The caller speaks Kinyarwanda. Answer in Kinyarwanda" in system
    assert KNOWLEDGE in system
    replied(stand.service(), "When do you close?")
    assert "caller speaks" not in stand.requests("chat")[-1]["body"]["messages"][0]["content"]


def test_what_another_service_does_not_know_is_not_sent(stand: Far) -> None:
    replied(stand.service(reasoning_effort=""), "When do you close?")
    assert "reasoning_effort" not in stand.requests("chat")[-1]["body"]


def test_what_nobody_wrote_down_is_not_known(stand: Far) -> None:
    assert replied(stand.service(), "Who won the match?") == (UNKNOWN, None)


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        ("Put me through to accounts", Do(Act.TRANSFER, "1008", "Put me through to accounts")),
        ("Connect me to 1003", Do(Act.TRANSFER, "1003", "Connect me to 1003")),
        ("I want to speak to somebody", Do(Act.TRANSFER, "", "I want to speak to somebody")),
        (
            "Can I leave a message for Accounts?",
            Do(Act.MESSAGE, "1008", "Can I leave a message for Accounts?"),
        ),
        ("That is all, goodbye", Do(Act.END)),
    ],
)
def test_tools_are_acts_after_what_is_said(stand: Far, asked: str, done: Do) -> None:
    said, did = replied(stand.service(), asked)
    assert did == done
    assert said


def test_a_caller_is_connected_to_the_office_only(stand: Far) -> None:
    _, done = replied(stand.service(), "Connect me to +250788123456 or 2000")
    assert done is not None
    assert done.target == ""


def test_the_model_is_told_what_day_it_is_and_answers(stand: Far) -> None:
    said, done = replied(stand.service(), "Are you open now?")
    assert (said, done) == ("We open at eight and close at five.", None)
    told = stand.requests("chat")[-1]["body"]["messages"][-1]
    assert told["role"] == "tool"
    assert "Tuesday, 24 November 2026, 09:05" in told["content"]


def test_history_is_trimmed_to_whole_exchanges() -> None:
    history = [Exchange("a" * 10, "b" * 10), Exchange("c" * 10, "d" * 10), Exchange("e", "f")]
    assert recent(history, 22) == history[1:]
    assert recent(history, 21) == history[2:]
    assert recent(history, 1) == []
