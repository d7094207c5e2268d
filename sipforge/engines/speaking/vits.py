"""VITS voices that read letters, such as Meta's MMS voices (facebook/mms-tts-kin): the network through
onnxruntime.

A voice is a folder with model.onnx and the files that sipforge.engines.speaking.vits_voice describes;
models/vits-onnx/convert.py makes one of a public checkpoint. The network takes one of three sets of inputs:
x, x_length, noise_scale, length_scale and noise_scale_w (sherpa-onnx's for MMS), input, input_lengths and
scales (Coqui's), or input_ids and attention_mask (transformers', whose speed cannot be chosen).

Such a voice has hardly any punctuation: it would run over commas and full stops. So a text is cut at those
marks that the voice has no symbol for, each part is given as soon as it is made, and pauses stand between
them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, Slin, Stage
from sipforge.engines.registry import SpeakingNeeds
from sipforge.engines.runtime.onnx import OnnxModel
from sipforge.engines.runtime.resample import to_16khz, to_slin
from sipforge.engines.runtime.worker import Worker
from sipforge.engines.speaking.vits_voice import AGAIN, read_voice, wrong

NATURAL_WORDS_PER_MINUTE: Final = 150
"""Speed at which the network's own timing is left as it is."""
PAUSE_SECONDS: Final = {",": 0.15, ";": 0.25, ":": 0.25}
SENTENCE_PAUSE_SECONDS: Final = 0.35
_PART: Final = re.compile(r"([^,;:.!?…]+)([,;:.!?…]*)")
_LONGEST_SECONDS: Final = 60.0
"""A part that takes longer is a network gone wild."""
_ONE_BY_ONE: Final = {"x", "x_length", "noise_scale", "length_scale", "noise_scale_w"}
_TOGETHER: Final = {"input", "input_lengths", "scales"}
_NO_CHOICE: Final = {"input_ids", "attention_mask"}


def make(needs: SpeakingNeeds) -> VitsTts:
    """See sipforge.engines.registry."""
    if needs.directory is None:
        raise EngineError(Stage.TTS, "the engine vits needs tts.model")
    return VitsTts(needs.directory, needs.words_per_minute)


class VitsTts:
    """One VITS voice for all calls."""

    def __init__(self, directory: Path, words_per_minute: int, threads: int = 2) -> None:
        """Load the voice in `directory`, and try it.

        Raises:
            EngineError: a file is missing, broken or of another voice.
        """
        network = directory / "model.onnx"
        if not network.is_file():
            raise wrong(directory, "it lacks model.onnx")
        try:
            self._model = OnnxModel(network, Stage.TTS, threads)
        except EngineError as error:
            raise EngineError(Stage.TTS, f"{error}; {AGAIN}") from error
        self._inputs = set(self._model.inputs)
        if not any(self._inputs == known for known in (_ONE_BY_ONE, _TOGETHER, _NO_CHOICE)):
            raise wrong(directory, f"a network with the inputs {sorted(self._inputs)} is not a VITS voice")
        self._voice = read_voice(directory, self._model.metadata)
        self._length = self._voice.length * NATURAL_WORDS_PER_MINUTE / words_per_minute
        # One at a time: a part uses all the threads the network was given.
        self._worker = Worker(Stage.TTS, threads=1, queue_length=32)
        self.identity = f"vits {directory.name} {words_per_minute}"
        self._try(directory)

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        """Speak `text`, one sentence or a few, part by part; nothing that can be spoken is an empty piece.

        Raises:
            EngineError: the queue is full (retryable) or the network failed.
        """
        pause = np.zeros(0, np.int16)
        for part, mark in self.parts(text):
            sequence = self._voice.sequence(part)
            if sequence:
                spoken = await self._worker.run(partial(self._speak, sequence))
                yield np.concatenate([pause, spoken])
                pause = np.zeros(int(PAUSE_SECONDS.get(mark, SENTENCE_PAUSE_SECONDS) * RATE_HZ), np.int16)
        if not pause.size:
            yield pause

    def parts(self, text: str) -> list[tuple[str, str]]:
        """`text` cut at the marks that the voice has no symbol for: (words, mark) with mark "" at an open
        end."""
        cut: list[tuple[str, str]] = []
        for found in _PART.finditer(text):
            words, mark = found[1].strip(), found[2][-1:]
            if cut and cut[-1][1] in self._voice.ids:
                before, _ = cut.pop()
                words = f"{before} {words}"
            cut.append((words + mark if mark in self._voice.ids else words, mark))
        return cut

    def _speak(self, sequence: list[int]) -> Slin:
        return to_slin(to_16khz(self._samples(sequence), self._voice.rate_hz))

    def _samples(self, sequence: list[int]) -> Floats:
        x = np.array([sequence], np.int64)
        length = np.array([x.shape[1]], np.int64)
        voice = self._voice
        scales = np.array([voice.noise, self._length, voice.rhythm_noise], np.float32)
        inputs: dict[str, NDArray[Any]]
        if self._inputs == _ONE_BY_ONE:
            noise, slowness, rhythm = scales[0:1], scales[1:2], scales[2:3]
            inputs = {
                "x": x,
                "x_length": length,
                "noise_scale": noise,
                "length_scale": slowness,
                "noise_scale_w": rhythm,
            }
        elif self._inputs == _TOGETHER:
            inputs = {"input": x, "input_lengths": length, "scales": scales}
        else:
            inputs = {"input_ids": x, "attention_mask": np.ones_like(x)}
        samples: Floats = self._model.run(inputs)[0].reshape(-1)
        if (
            not samples.size
            or samples.size > _LONGEST_SECONDS * voice.rate_hz
            or not np.isfinite(samples).all()
        ):
            raise EngineError(Stage.TTS, f"the voice {self.identity} gave no speech; {AGAIN}")
        return samples

    def _try(self, directory: Path) -> None:
        """Speak two symbols: a network that has other ones, or that is damaged, mostly shows it now."""
        if not self._voice.ids:
            raise wrong(directory, "it has no symbols")
        numbers = self._voice.ids.values()
        try:
            self._samples([min(numbers), max(numbers), min(numbers)])
        except EngineError:
            raise
        except Exception as error:  # onnxruntime's exceptions have no common base
            raise wrong(directory, "its network and its symbols do not belong together") from error
