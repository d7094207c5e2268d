"""Piper voices (VITS): phonemes from the program espeak-ng, the network through onnxruntime.

The voice's JSON file beside the network gives its rate, its espeak-ng voice and a number for each phoneme;
the sequence is ^ phoneme phoneme ... $ with a blank (_) after each, as rhasspy/piper-phonemize makes it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sipforge.core.audio.loudness import dbfs
from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, Slin, Stage
from sipforge.engines.registry import SpeakingNeeds
from sipforge.engines.runtime.onnx import OnnxModel
from sipforge.engines.runtime.resample import to_16khz, to_slin
from sipforge.engines.runtime.worker import Worker
from sipforge.engines.speaking.espeak import EspeakProgram

NATURAL_WORDS_PER_MINUTE: Final = 150
"""Speed at which the network's own timing is left as it is."""
SILENCE_SECONDS: Final = 0.07
"""Left behind a sentence, where the network makes up to 0.25 s, by chance. What is before one is short."""
_SILENCE_DBFS: Final = -50.0
_FRAME: Final = RATE_HZ // 100
_BLANK, _START, _END = "_", "^", "$"
_CLAUSE: Final = re.compile(r"([^,;:.!?]+)([,;:.!?]*)")


def make(needs: SpeakingNeeds) -> PiperTts:
    """See sipforge.engines.registry."""
    if needs.directory is None:
        raise EngineError(Stage.TTS, "the engine piper needs tts.model")
    return PiperTts(needs.directory, needs.words_per_minute, needs.voice)


@dataclass(frozen=True, slots=True)
class VoiceConfig:
    """What a voice's JSON file says."""

    rate_hz: int
    espeak_voice: str
    noise: float
    """Liveliness of the sound."""
    length: float
    """Slowness; 1 is as recorded."""
    rhythm_noise: float
    ids: dict[str, list[int]]


def read_config(text: str) -> VoiceConfig:
    """Read a voice's JSON file.

    Raises:
        EngineError: it is not JSON, lacks a field, or has several speakers.
    """
    try:
        raw = json.loads(text)
        inference = raw["inference"]
        config = VoiceConfig(
            rate_hz=int(raw["audio"]["sample_rate"]),
            espeak_voice=str(raw["espeak"]["voice"]),
            noise=float(inference["noise_scale"]),
            length=float(inference["length_scale"]),
            rhythm_noise=float(inference["noise_w"]),
            ids={str(name): [int(number) for number in ids] for name, ids in raw["phoneme_id_map"].items()},
        )
        speakers = int(raw.get("num_speakers", 1))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(Stage.TTS, f"the voice's JSON file is wrong: {error!r}") from error
    if speakers > 1 or not {_BLANK, _START, _END} <= config.ids.keys():
        raise EngineError(Stage.TTS, "the voice has several speakers or lacks the marks ^ _ $")
    return config


def clauses(text: str) -> list[tuple[str, str]]:
    """`text` cut at punctuation, which espeak-ng would swallow: (words, mark) with mark "" at an open end."""
    cut = ((found[1].strip(), found[2][-1:]) for found in _CLAUSE.finditer(" ".join(text.split())))
    return [(words, mark) for words, mark in cut if any(letter.isalnum() for letter in words)]


def phoneme_ids(phonemes: str, ids: dict[str, list[int]]) -> list[int]:
    """The network's numbers for `phonemes`; what the voice does not know is left out."""
    blank = ids[_BLANK]
    sequence = [*ids[_START], *blank]
    for phoneme in unicodedata.normalize("NFD", phonemes):
        if phoneme in ids and phoneme not in {_BLANK, _START, _END}:
            sequence += ids[phoneme] + blank
    return sequence + ids[_END]


def trimmed(samples: Floats) -> Floats:
    """`samples` (16 kHz) with little of the silence behind the speech; all of them without speech."""
    frames = samples[: samples.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    loud = [at for at, frame in enumerate(frames, 1) if dbfs(frame) > _SILENCE_DBFS]
    return samples[: loud[-1] * _FRAME + round(SILENCE_SECONDS * RATE_HZ)] if loud else samples


class PiperTts:
    """One Piper voice for all calls."""

    def __init__(self, directory: Path, words_per_minute: int, voice: str = "", threads: int = 2) -> None:
        """Load the only `*.onnx` in `directory` with its `.onnx.json`; `voice` overrides its espeak-ng voice.

        Raises:
            EngineError: a file is missing or wrong.
        """
        networks = sorted(directory.glob("*.onnx"))
        if len(networks) != 1:
            raise EngineError(Stage.TTS, f"{directory} holds {len(networks)} voices instead of one")
        try:
            text = networks[0].with_name(networks[0].name + ".json").read_text(encoding="utf-8")
        except OSError as error:
            raise EngineError(Stage.TTS, f"{directory}: the voice's JSON file: {error.strerror}") from error
        self._config = read_config(text)
        self._program = EspeakProgram(voice or self._config.espeak_voice)
        self._length = self._config.length * NATURAL_WORDS_PER_MINUTE / words_per_minute
        self._model = OnnxModel(networks[0], Stage.TTS, threads)
        # One at a time: a sentence uses all the threads the network was given.
        self._worker = Worker(Stage.TTS, threads=1, queue_length=32)
        self.identity = f"piper {networks[0].name} {self._program.voice} {words_per_minute} cut"

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        """Speak `text`, best a sentence at a time, in one piece.

        Raises:
            EngineError: the queue is full (retryable), or a program or the network failed.
        """
        yield await self._worker.run(lambda: self._speak(text))

    def _speak(self, text: str) -> Slin:
        parts = clauses(text)
        if not parts:
            return np.zeros(0, np.int16)
        spoken = self._program.phonemes([words for words, _ in parts])
        phonemes = " ".join(sound + (mark or ".") for sound, (_, mark) in zip(spoken, parts, strict=True))
        sequence = np.array([phoneme_ids(phonemes, self._config.ids)], np.int64)
        outputs = self._model.run(
            {
                "input": sequence,
                "input_lengths": np.array([sequence.shape[1]], np.int64),
                "scales": np.array([self._config.noise, self._length, self._config.rhythm_noise], np.float32),
            }
        )
        return to_slin(trimmed(to_16khz(outputs[0].reshape(-1), self._config.rate_hz)))
