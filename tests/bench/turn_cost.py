"""Where a turn's processor time goes, without a call: `python -m tests.bench.turn_cost [--callers 10]`.

The questions of `reply`, spoken by flite over a telephone line, one after the other through the understanding
of the English assistant as it is built on a host; each is recognised at every pause in it, as in a call. With
`--callers`, so many callers at once ask them afterwards, each every `--every` seconds, and it is measured how
long they wait. On a processor that is faster than those of the offices, take its newer instructions away:
DNNL_MAX_CPU_ISA=AVX2 CT2_FORCE_CPU_ISA=AVX2.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import numpy as np

from sipforge.bot.build import make_parts
from sipforge.bot.measure import beginnings
from sipforge.bot.phrases import load_phrases
from sipforge.bot.thinking import Thinking
from sipforge.bot.voice import Voice
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.engines.answering.answers.plan import Planner
from sipforge.engines.answering.knowledge import Knowledge, load_knowledge
from sipforge.engines.hearing.whisper import model as whisper
from sipforge.engines.protocols import RATE_HZ, Floats, Speak, Vad
from sipforge.engines.runtime.worker import Urgency
from sipforge.infra.settings.host import load_settings
from sipforge.text.language import load_language
from tests.bench.questions import Question, load_questions
from tests.bench.recognition import as_heard
from tests.bench.stats import percentile
from tests.engines import make_tts
from tests.models import REPOSITORY, model
from tests.phones.audio import read_wav
from tests.phones.speech import english

SETTINGS: Final = """
office = "Hilltop"
[bots.english]
extension = "2000"
language = "english"
http_port = 1
operator = "1000"
others = ["kinyarwanda"]
phrases = "{phrases}/english.toml"
knowledge = "{knowledge}/english.toml"
[bots.kinyarwanda]
extension = "3000"
language = "kinyarwanda"
http_port = 2
phrases = "{phrases}/kinyarwanda.toml"
knowledge = "{knowledge}/kinyarwanda.toml"
stt = {{ engine = "whisper-phrases", model = "whisper-base", language = "sw" }}
"""


@dataclass(slots=True)
class Costs:
    """Processor time by stage, of one turn after the other."""

    turns: list[dict[str, list[float]]] = field(default_factory=list)
    """Stage → the milliseconds of each time it was done."""
    _inner: list[float] = field(default_factory=lambda: [0.0])

    def begin(self) -> None:
        """A turn begins."""
        self.turns.append(defaultdict(list))

    def wrap(self, stage: Callable[..., str], work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, noted under the name that `stage` gives its arguments, without what is in it by itself."""

        def noted(*arguments: Any) -> Any:
            self._inner.append(0.0)
            begun = time.process_time()
            try:
                return work(*arguments)
            finally:
                spent = 1000 * (time.process_time() - begun)
                if self.turns:
                    self.turns[-1][stage(*arguments)].append(spent - self._inner.pop())
                self._inner[-1] += spent

        return noted

    def table(self) -> str:
        """A line a stage: how often a turn, and its milliseconds a turn."""
        lines = [f"{'stage':24}{'a turn':>8}{'mean ms':>9}{'p50':>7}{'p95':>7}"]
        stages = sorted({stage for turn in self.turns for stage in turn})
        for name, mine in [*((stage, {stage}) for stage in stages), ("all", set(stages))]:
            took = [[one for stage in mine for one in turn.get(stage, ())] for turn in self.turns]
            spent, count = [sum(one) for one in took], sum(map(len, took)) / len(took)
            middle, high = percentile(spent, 50), percentile(spent, 95)
            lines.append(f"{name:24}{count:8.2f}{sum(spent) / len(spent):9.1f}{middle:7.0f}{high:7.0f}")
        return "\n".join(lines)


@contextmanager
def counted(costs: Costs) -> Iterator[None]:
    """Note what the recogniser and the matcher do."""

    def decoder(_: object, encoded: object, before: str, count: int) -> str:
        return f"decoder, {'expecting, ' if before else ''}beam {count}"

    places: list[tuple[Any, str, Callable[..., str]]] = [
        (whisper, "log_mel", lambda *_: "mel"),
        (whisper.WhisperModel, "encode", lambda *_: "encoder"),
        (whisper.WhisperModel, "alternatives", decoder),
        (whisper.WhisperModel, "language_shares", lambda *_: "language shares"),
        (Planner, "plan", lambda *_: "matcher"),
    ]
    with ExitStack() as stack:
        for owner, name, stage in places:
            stack.enter_context(patch.object(owner, name, costs.wrap(stage, getattr(owner, name))))
        yield


def assistant(folder: Path) -> tuple[Thinking, Vad, Knowledge]:
    """The English assistant's understanding, made in `folder` as a bot makes it."""
    models = folder / "var/lib/sipforge/models"
    models.mkdir(parents=True)
    for name in ("whisper-base", "silero-vad"):
        (models / name).symlink_to(model(name))
    path = folder / "etc/sipforge/sipforge.toml"
    path.parent.mkdir(parents=True)
    phrases, knowledge = REPOSITORY / "roles/sipforge/files/phrases", REPOSITORY / "inventory/knowledge"
    path.write_text(SETTINGS.format(phrases=phrases, knowledge=knowledge), encoding="utf-8")
    settings = load_settings(path)
    bot = settings.bots["english"]
    others = {other: settings.bots[other].phrases for other in bot.others}
    own, office = load_knowledge(bot.knowledge), load_phrases(bot.phrases, "Hilltop", bot.language, others)
    voice = Voice(make_tts("espeak", None, "en-us"), load_language("english"), None)
    parts = make_parts(settings, "english", office, own, voice, openai=None)
    return parts.thinking, parts.vad, own


async def ask(thinking: Thinking, question: Question, knowledge: Knowledge, parts: Sequence[Floats]) -> str:
    """What the assistant makes of a question, recognised at each of `parts`: "right", "wrong" or "none"."""
    for samples in parts:
        hearing = await thinking.hear(samples)
        thought = await thinking.think(hearing, (), samples)
    if thought.meaning is not Meaning.ANSWERED or thought.reply is None:
        return "none"
    said = "".join([part.text async for part in thought.reply.parts if isinstance(part, Speak)])
    answer = next((topic.answer for topic in knowledge.topics if topic.id == question.topic), None)
    return "right" if answer is not None and said.startswith(answer) else "wrong"


async def at_once(
    thinking: Thinking, asked: Sequence[tuple[Question, list[Floats]]], callers: int, every: float
) -> list[float]:
    """How long each caller waited for a thought after the pause that was the end of the question."""
    waited: list[float] = []

    async def caller(number: int) -> None:
        await asyncio.sleep(number * every / callers)
        for _, parts in asked[number::callers]:
            begun, task = time.monotonic(), None
            for samples in parts:
                # Each part is there as long after the one before as it takes to say; the last ends the turn.
                await asyncio.sleep(
                    max(0.0, begun + (samples.size - parts[0].size) / RATE_HZ - time.monotonic())
                )
                if task is not None:
                    task.cancel()
                urgency = Urgency()
                task = asyncio.create_task(understand(thinking, samples), context=urgency.context())
            ended = time.monotonic()
            urgency.rise()
            await task
            waited.append(time.monotonic() - ended)
            await until(begun + every)

    await asyncio.gather(*(caller(number) for number in range(callers)))
    return waited


async def until(seconds: float) -> None:
    """Wait for a moment on the monotonic clock."""
    await asyncio.sleep(max(0.0, seconds - time.monotonic()))


async def understand(thinking: Thinking, samples: Floats) -> None:
    """As a call does it."""
    await thinking.think(await thinking.hear(samples), (), samples)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=1, help="only each so manieth question")
    parser.add_argument("--callers", type=int, default=0, help="then so many at once")
    parser.add_argument(
        "--every", type=float, default=12.8, help="seconds from a caller's question to the next"
    )
    given = parser.parse_args()
    known, unknown = load_questions()
    costs, verdicts = Costs(), Counter[tuple[str, str]]()
    with tempfile.TemporaryDirectory() as folder:
        thinking, vad, knowledge = assistant(Path(folder))
    asyncio.run(understand(thinking, np.zeros(RATE_HZ, np.float32)))
    asked = []
    for question in [*known[:: given.each], *unknown[:: given.each]]:
        sound = read_wav(english(question.text, question.voice))[0]
        asked.append((question, beginnings(vad, TurnRules(), as_heard(sound, None, 0))))
    with counted(costs):
        for question, parts in asked:
            costs.begin()
            verdict = asyncio.run(ask(thinking, question, knowledge, parts))
            verdicts["known" if question.topic else "unknown", verdict] += 1
    print(costs.table())
    for (kind, verdict), count in sorted(verdicts.items()):
        print(f"{kind} questions, {verdict}: {count}")
    if given.callers:
        begun, spent = time.monotonic(), time.process_time()
        waited = asyncio.run(at_once(thinking, asked, given.callers, given.every))
        cores = (time.process_time() - spent) / (time.monotonic() - begun)
        figures = ", ".join(f"p{at} {percentile(waited, at):.2f} s" for at in (50, 95, 100))
        print(f"{given.callers} callers, each every {given.every:g} s: waited {figures}; {cores:.2f} cores")


if __name__ == "__main__":
    main()
