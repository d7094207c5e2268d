"""What a voice says, whole."""

from __future__ import annotations

import asyncio

import numpy as np

from sipforge.engines.protocols import Slin, Tts


async def collect(voice: Tts, text: str) -> Slin:
    return np.concatenate([piece async for piece in voice.synthesise(text)])


def say(voice: Tts, text: str) -> Slin:
    return asyncio.run(collect(voice, text))
