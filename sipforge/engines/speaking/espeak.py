"""Speech and phonemes from the program espeak-ng, one short-lived process each (15 ms for a sentence).

It is run, never linked: espeak-ng is GPL-3.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, Slin, Stage
from sipforge.engines.registry import SpeakingNeeds
from sipforge.engines.runtime.resample import to_16khz, to_slin
from sipforge.engines.runtime.worker import Worker

_TIMEOUT_SECONDS = 20.0
_WAV_HEADER_BYTES = 44
LONGEST_TEXT = 2000
PAUSE_SECONDS = 0.2
"""Silence after a sentence; the bot adds as much again. Longer than at a comma (0.25 s at 130 words per
minute), and the end of a reply is known sooner than with espeak-ng's own 0.44 s."""
_FLAG = re.compile(r"\([a-z-]+\)")
"""espeak-ng marks a switch of language inside a text, as in (en)."""


def make(needs: SpeakingNeeds) -> EspeakTts:
    """See sipforge.engines.registry; without a model espeak-ng's own voices speak."""
    return EspeakTts(EspeakProgram(needs.voice or "en", needs.directory), needs.words_per_minute)


@dataclass(frozen=True, slots=True)
class EspeakProgram:
    """How to call espeak-ng: blocking, from any thread."""

    voice: str
    """Its name for the voice, such as "en-us" or "rw"."""
    data: Path | None = None
    """Folder that holds `espeak-ng-data` with a voice of our own; None for the packaged one."""

    def speak(self, text: str, words_per_minute: int) -> tuple[Floats, int]:
        """Samples in [-1, 1], up to the end of the last sound, and their rate.

        Raises:
            EngineError: the program is missing, failed, took too long, or does not know the voice.
        """
        wav = self._run(["--stdout", "-z", "-s", str(words_per_minute)], text)
        if len(wav) <= _WAV_HEADER_BYTES or wav[:4] != b"RIFF" or wav[36:40] != b"data":
            raise EngineError(Stage.TTS, "espeak-ng gave no audio")
        # On a pipe the header cannot know the length, so what follows it is all audio.
        body = wav[_WAV_HEADER_BYTES : len(wav) - len(wav) % 2]
        rate_hz = int.from_bytes(wav[24:28], "little")
        samples: Floats = np.frombuffer(body, "<i2").astype(np.float32) / np.float32(32768)
        return samples, rate_hz

    def phonemes(self, clauses: list[str]) -> list[str]:
        """The International Phonetic Alphabet for each clause, which is words without punctuation.

        Raises:
            EngineError: as for `speak`.
        """
        lines = self._phoneme_lines(".\n".join(clauses))
        if len(lines) == len(clauses):
            return lines
        # espeak-ng saw a clause's end where we did not: ask for one at a time.
        return [" ".join(self._phoneme_lines(clause)) for clause in clauses]

    def _phoneme_lines(self, text: str) -> list[str]:
        lines = self._run(["-q", "--ipa"], text).decode("utf-8").splitlines()
        return [_FLAG.sub("", line).strip() for line in lines if line.strip()]

    def _run(self, options: list[str], text: str) -> bytes:
        command = ["espeak-ng", "-b", "1", "-v", self.voice, *options]
        if self.data is not None:
            command.append(f"--path={self.data}")
        # Whatever the text is, it must not be taken for an option or for markup, so it goes to stdin.
        words = text[:LONGEST_TEXT].encode("utf-8")
        try:
            done = subprocess.run(
                [*command, "--stdin"], input=words, capture_output=True, timeout=_TIMEOUT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise EngineError(Stage.TTS, "espeak-ng took too long", retryable=True) from error
        except OSError as error:
            raise EngineError(Stage.TTS, f"espeak-ng cannot be run: {error.strerror}") from error
        if done.returncode or b"does not exist" in done.stderr:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise EngineError(Stage.TTS, f"espeak-ng failed: {said[0] if said else done.returncode}")
        return done.stdout


class EspeakTts:
    """espeak-ng as a voice."""

    def __init__(self, program: EspeakProgram, words_per_minute: int) -> None:
        self._program = program
        self._words_per_minute = words_per_minute
        self._worker = Worker(Stage.TTS, threads=2, queue_length=32)
        self.identity = f"espeak {program.voice} {program.data} {words_per_minute}"

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        """Speak `text`, in one piece.

        Raises:
            EngineError: the queue is full (retryable) or the program failed.
        """
        yield await self._worker.run(lambda: self._speak(text))

    def _speak(self, text: str) -> Slin:
        samples, rate_hz = self._program.speak(text, self._words_per_minute)
        slin = to_slin(to_16khz(samples, rate_hz))
        return np.concatenate((slin, np.zeros(round(PAUSE_SECONDS * RATE_HZ), np.int16)))
