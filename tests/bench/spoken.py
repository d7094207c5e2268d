"""Questions spoken by voices over the telephone's band, and heard and answered as in a call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from sipforge.bot.ask import ASSISTANT, Answer, WrittenCall, make_calls, without_host
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.engines.protocols import Floats
from sipforge.engines.runtime.telephone_line import over_the_line
from tests.bench.speakers import SPEAKERS, Speaker
from tests.bench.telephone import RATE_HZ
from tests.engines import make_stt
from tests.models import model

VOICES = SPEAKERS[:2] + SPEAKERS[-1:]
AROUND_SECONDS = 0.4


def ask_aloud(
    knowledge: Path, phrases: Path, encoder: Path | None, calls: Sequence[Sequence[str]]
) -> list[dict[str, Any]]:
    """What an assistant answers to each turn of all `calls` in the first voice, then in the next."""
    questions = load_knowledge(knowledge).questions()
    ears = make_stt("whisper", model("whisper-base"), "en", questions)
    call_begins = make_calls(without_host(knowledge, phrases, "english", encoder), ASSISTANT, [ears])

    async def ask(call: WrittenCall, turns: Sequence[Floats]) -> list[Answer]:
        return [await call.hear(turn) for turn in turns]

    answers = []
    for voice in VOICES:
        for turns in calls:
            sounds = [utterance(voice, turn) for turn in turns]
            answers += map(asdict, asyncio.run(ask(call_begins(), sounds)))
    return answers


def utterance(voice: Speaker, text: str) -> Floats:
    """`text` as an assistant gets it: 16 kHz, with the silence around it."""
    silence = np.zeros(round(AROUND_SECONDS * RATE_HZ))
    return over_the_line(np.concatenate([silence, voice.say(text), silence]))
