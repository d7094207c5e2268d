"""What a turn costs this host: the assistant's own engines on its own questions, with no call and no clock.

Each question is spoken by the assistant's own voice over a telephone's band, with quiet behind it until the
next would come, and goes the way it goes in a call: window by window through the voice detection, recognised
at each pause, thought about; then the reply is spoken. As many at once as the recogniser works on at once.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from sipforge.bot.service import Parts
from sipforge.core.audio.resample import Downsampler, Upsampler
from sipforge.core.capacity import TURN_SECONDS
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, Speak, Vad

QUESTIONS: Final = 8
ROUNDS: Final = 3
"""After one in which models warm up and answers are spoken for the first time, as they are before a call."""
NOISE: Final = 8.0
"""Of the line, in steps of 16 bits, other for each turn: a recogniser remembers what it has just heard."""


async def turn_seconds(
    parts: Parts, rules: TurnRules, questions: Sequence[str], at_once: int, tell: Callable[[str], None]
) -> float:
    """Processor seconds of a turn, all threads and programs together: the median of some rounds.

    Args:
        parts: of the bot.
        rules: when it recognises.
        questions: that callers ask; some of them are, from all over the list.
        at_once: turns at the same time.
        tell: told how far it is.

    Raises:
        EngineError: an engine failed.
    """
    asked = questions[:: -(-len(questions) // QUESTIONS)]
    spoken = [b"".join([piece async for piece in parts.voice.speak(question)]) for question in asked]
    costs, turns = [], max(len(spoken), at_once)
    for number in range(1 + ROUNDS):
        seeds = range(number * turns, (number + 1) * turns)
        lines = [_over_the_line(spoken[seed % len(spoken)], seed) for seed in seeds]
        cost, answered = await _round(parts, rules, lines, at_once)
        name = f"round {number} of {ROUNDS}" if number else "warming up"
        tell(f"{name}: {cost:.3f} processor seconds a turn, {answered} of {len(lines)} answered")
        costs.append(cost)
    return statistics.median(costs[1:])


async def _round(parts: Parts, rules: TurnRules, lines: Sequence[Floats], at_once: int) -> tuple[float, int]:
    """Processor seconds a turn, and how many were answered."""
    waiting, begun = iter(lines), _processor_seconds()

    async def caller() -> int:
        return sum([await _turn(parts, rules, line) for line in waiting])

    try:
        async with asyncio.TaskGroup() as group:
            callers = [group.create_task(caller()) for _ in range(at_once)]
    except* EngineError as failed:
        raise failed.exceptions[0] from None
    cost = (_processor_seconds() - begun) / len(lines)
    return cost, sum(task.result() for task in callers)


async def _turn(parts: Parts, rules: TurnRules, line: Floats) -> bool:
    """Whether it was answered."""
    for samples in beginnings(parts.vad, rules, line):
        hearing = await parts.thinking.hear(samples)
        thought = await parts.thinking.think(hearing, (), samples)
        if thought.failed is not None:
            raise EngineError(thought.failed, f"{thought.failed.value} failed while it was measured")
    if thought.reply is None:
        return False
    said = "".join([part.text async for part in thought.reply.parts if isinstance(part, Speak)])
    async for _ in parts.voice.speak(said):
        pass
    return True


def beginnings(vad: Vad, rules: TurnRules, sound: Floats) -> list[Floats]:
    """What there is of an utterance at each pause in it, at which a call recognises it, and at its end."""
    session = vad.session()
    size, found = session.window_samples, []
    speech, silence, paused = 0.0, 0.0, True
    for end in range(size, sound.size + 1, size):
        spoken = session.process(sound[end - size : end]) >= rules.threshold
        speech, silence = (speech + size / RATE_HZ, 0.0) if spoken else (0.0, silence + size / RATE_HZ)
        if speech >= rules.resume_seconds:
            paused = False
        if silence >= rules.pause_seconds and not paused:
            found.append(sound[:end])
            paused = True
    return found or [sound]


def _over_the_line(slin: bytes, seed: int) -> Floats:
    """As a telephone brings it, with quiet behind it until the next turn."""
    narrow = np.frombuffer(Downsampler().process(slin), "<i2")
    line = np.zeros(max(narrow.size, int(TURN_SECONDS * RATE_HZ / 2)), np.float32)
    line[: narrow.size] = narrow
    line += np.random.default_rng(seed).normal(0.0, NOISE, line.size)
    heard = Upsampler().process(np.clip(np.rint(line), -32768, 32767).astype("<i2").tobytes())
    return np.frombuffer(heard, "<i2").astype(np.float32) / np.float32(32768)


def _processor_seconds() -> float:
    """Of this process so far, and of the programs that it has run."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
