"""Part `voice`: what the Kinyarwanda assistant says, heard by a foreign ear, without a call.

Alone, without an appliance: `python -m tests.bench.voice [--json FILE] [--voice FOLDER]`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml

from sipforge.engines.protocols import RATE_HZ, Tts
from sipforge.engines.runtime.telephone_line import over_the_line
from sipforge.engines.speaking.espeak import EspeakProgram, EspeakTts
from sipforge.text.kinyarwanda.normalisation import normalise, sentences
from tests.bench.bench import Bench
from tests.bench.findings import Bars, Findings, Table
from tests.bench.round_trip import ForeignEar, Heard, error_rate, syllables_per_second
from tests.bench.stats import FAILED, Figure, Target, distribution
from tests.models import REPOSITORY
from tests.phones.audio import Samples
from tests.phones.speech import kinyarwanda_voice
from tests.phones.texts import load_texts

OURS, SWAHILI = "Kinyarwanda voice", "espeak-ng's Swahili voice"
SLOWEST, FASTEST = Target(4.0, at_least=True), Target(6.0)
"""Syllables a second, pauses included: of careful and of lively speech."""
LOUDEST = Target(0.98)
SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Said:
    """A text that a voice said."""

    heard: Heard
    first_seconds: float
    """From the text to its first sound, with nothing kept."""


def run(bench: Bench) -> Findings:
    """All that the assistant says by itself, in its voice and in espeak-ng's for a neighbour's language."""
    bench.say("listening to the Kinyarwanda voice")
    return findings(measure(bench.say))


def voices(folder: Path | None = None) -> dict[str, Tts]:
    """The assistant's voice as the inventory sets it (`folder`: another build), and its measure."""
    speed = words_per_minute()
    return {
        OURS: EspeakTts(EspeakProgram("rw", folder or kinyarwanda_voice()), speed),
        SWAHILI: EspeakTts(EspeakProgram("sw"), speed),
    }


def words_per_minute() -> int:
    """Speed of the voice in the inventory."""
    inventory = yaml.safe_load((REPOSITORY / "inventory/group_vars/office.yml").read_text(encoding="utf-8"))
    return int(inventory["sipforge_assistants"]["kinyarwanda"]["tts"]["words_per_minute"])


def spoken() -> list[str]:
    """Each sentence of the assistant's phrases and answers once, in words."""
    texts = load_texts("kinyarwanda").everything()
    return list(dict.fromkeys(part for text in texts for part in sentences(normalise(text))))


def measure(report: Callable[[str], None], folder: Path | None = None) -> dict[str, list[Said]]:
    """What became of `spoken`, by voice."""
    ear = ForeignEar()
    found: dict[str, list[Said]] = {}
    for name, voice in voices(folder).items():
        report(f"voice: {name}")
        found[name] = [_said(voice, ear, text) for text in spoken()]
    return found


def _said(voice: Tts, ear: ForeignEar, text: str) -> Said:
    samples, seconds = asyncio.run(_speak(voice, text))
    return Said(ear.hear(text, over_the_line(samples).astype(np.float64), RATE_HZ), seconds)


async def _speak(voice: Tts, text: str) -> tuple[Samples, float]:
    begun, first, parts = time.perf_counter(), FAILED, []
    async for part in voice.synthesise(text):
        first = min(first, time.perf_counter() - begun)
        parts.append(part.astype(np.float64) / 32768)
    return np.concatenate(parts), first


def findings(measured: Mapping[str, Sequence[Said]]) -> Findings:
    """From what was heard of each voice."""
    heard = {name: [one.heard for one in said] for name, said in measured.items()}
    rates = {name: error_rate(own) for name, own in heard.items()}
    figures = [
        Figure(f"letters heard wrong, {name}", rates[name], "%", len(own)) for name, own in heard.items()
    ]
    if OURS in heard:
        own = heard[OURS]
        speed = syllables_per_second(own)
        figures += [
            Figure("syllables a second, at least", speed, "", len(own), 0, SLOWEST),
            Figure("syllables a second, at most", speed, "", len(own), 0, FASTEST),
            Figure("loudest sample (1 clips)", max(one.peak for one in own), "", len(own), 0, LOUDEST),
            *distribution("first sound", [1000 * one.first_seconds for one in measured[OURS]], "ms"),
        ]
    worst = sorted(heard.get(OURS, ()), key=lambda one: one.wrong / one.letters, reverse=True)
    rows = [[one.intended, one.written[0], f"{100 * one.wrong / one.letters:.0f}"] for one in worst[:SHOWN]]
    return Findings(
        "voice",
        "Kinyarwanda voice",
        "Each sentence that the assistant says by itself, synthesised, over the telephone's band, heard by "
        "multilingual Whisper, which never learnt Kinyarwanda: only the comparison of voices counts. "
        "Errors per letter after a folding of spellings (tests/bench/folding.py). Synthetic speech.",
        figures,
        [Table("What was understood least, first language, errors in %", ("said", "heard", "%"), rows)],
        plots=[Bars("voice", "Letters heard wrong, by voice", "% of letters", rates)],
        raw={name: [asdict(one) for one in said] for name, said in measured.items()},
    )


def main() -> None:
    """Measure, print, and write the figures as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--voice", type=Path, help="folder of another build of the voice")
    given = parser.parse_args()
    found = findings(measure(print, given.voice))
    for figure in found.figures:
        value = "not measured" if figure.value is None else f"{figure.value:.2f}"
        print(f"{figure.what}: {value} {figure.unit} (n={figure.n})")
    if given.json:
        given.json.write_text(json.dumps(found.raw, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
