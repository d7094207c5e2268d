"""Whisper through CTranslate2: encode a cut window once, then write freely or score given texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sipforge.engines.hearing.piecewise import Piece
from sipforge.engines.hearing.whisper.mel import log_mel
from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, Stage
from sipforge.engines.runtime.ct2 import load, view

LONGEST_SECONDS = 30.0
SHORTEST_WINDOW_SECONDS = 10.0
"""Least window if not told otherwise. Whisper was trained on 30 s; much below 7 s it hears words wrong."""
TAIL_SECONDS = 1.0
"""Silence that a window has after the utterance: the model must see that it is over."""
_CONTEXT_TOKENS = 200
"""Whisper takes half of its 448 tokens for what was before."""
_FRAMES_PER_SECOND = 50
"""The encoder halves the 100 feature frames a second."""


@dataclass(frozen=True, slots=True)
class Written(Piece):
    """What the model wrote down freely; the mean is over its tokens."""

    no_speech_probability: float
    tokens: int = 0
    """How many the mean is over."""
    ended: bool = True
    """Whether the model came to an end by itself."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """An utterance after the encoder: (1, frames, width), 50 frames a second."""

    states: NDArray[np.float32]
    seconds: float
    """Length of the utterance itself, without the silence that fills the window."""


class WhisperModel:
    """A multilingual Whisper in CTranslate2's format, int8; its methods block, from any thread."""

    def __init__(
        self,
        directory: Path,
        language: str,
        threads: int = 1,
        window_seconds: float = SHORTEST_WINDOW_SECONDS,
        at_once: int = 1,
    ) -> None:
        """Load the model in `directory`, to be called with the language token `language`.

        Args:
            directory: its files.
            language: its language token.
            threads: CPU threads for one utterance.
            window_seconds: the encoder's window for short utterances; longer ones have longer windows.
            at_once: how many utterances are worked on at the same time.

        Raises:
            EngineError: a file is missing or broken, or the model has no such language token.
        """
        self._model, self._tokenizer = load(Stage.STT, "Whisper", directory, threads, at_once)
        spoken = self._tokenizer.token_to_id(f"<|{language}|>")
        if spoken is None:
            raise EngineError(
                Stage.STT,
                f"the Whisper model in {directory} has no language token <|{language}|>: set stt.language to"
                " the token that the model's entry in models/manifest.toml names for the language",
            )
        self._start = [self._token("<|startoftranscript|>"), int(spoken), self._token("<|transcribe|>")]
        self._window_seconds = window_seconds
        self._before = self._token("<|startofprev|>")
        self._no_timestamps = self._token("<|notimestamps|>")

    def _token(self, text: str) -> int:
        token = self._tokenizer.token_to_id(text)
        if token is None:
            raise EngineError(Stage.STT, f"the Whisper model has no token {text}")
        return int(token)

    def encode(self, samples: Floats) -> Encoded:
        """Run the encoder over `samples` (16 kHz), cut to 30 s, in a window of the utterance's length."""
        seconds = min(samples.size / RATE_HZ, LONGEST_SECONDS)
        window = min(max(self._window_seconds, math.ceil(seconds + TAIL_SECONDS)), LONGEST_SECONDS)
        features = log_mel(samples, window, self._model.n_mels)
        output = self._model.encode(view(features[None]), to_cpu=True)
        return Encoded(np.array(output), seconds)

    def write(self, encoded: Encoded, before: str = "") -> Written:
        """What was said, greedily decoded; at most 6 tokens a second + 8, or the model can loop.

        Args:
            encoded: the utterance.
            before: what the model is to believe was said before it, such as words that callers use.
        """
        return self.alternatives(encoded, before, 1)[0]

    def alternatives(self, encoded: Encoded, before: str, count: int) -> list[Written]:
        """As `write`: the `count` likeliest texts, by their means; a beam of as many is searched."""
        context = [self._before, *self.tokens(before)[:_CONTEXT_TOKENS]] if before else []
        prompt = [*context, *self._start, self._no_timestamps]
        most = math.ceil(6 * encoded.seconds) + 8
        result = self._model.generate(
            view(encoded.states),
            [prompt],
            beam_size=count,
            num_hypotheses=count,
            # With the prompt; CTranslate2 (whisper.cc) also leaves at least half of it for the prompt.
            max_length=max(2 * most, len(prompt) + most),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        no_speech = float(result.no_speech_prob)
        return [
            Written(
                self._tokenizer.decode(tokens, skip_special_tokens=True).strip(),
                float(score),
                no_speech,
                # The end of the text is a token, too.
                len(tokens) + 1,
                len(tokens) < most,
            )
            for tokens, score in zip(result.sequences_ids, result.scores, strict=True)
        ]

    def language_shares(self, encoded: Encoded) -> dict[str, float]:
        """Language token, without its marks → probability (0 to 1) that the utterance is in that language."""
        found = self._model.detect_language(view(encoded.states))[0]
        return {token.strip("<|>"): float(share) for token, share in found}

    def tokens(self, text: str) -> list[int]:
        """`text` as the model's tokens, with the space that Whisper puts before a first word."""
        return list(self._tokenizer.encode(" " + text, add_special_tokens=False).ids)

    def score(
        self, encoded: Encoded, texts: Sequence[Sequence[int]], seconds: float
    ) -> list[NDArray[np.float32]]:
        """Log probability of each token of each text, had the text been said; one batch.

        Args:
            encoded: the utterance.
            texts: token ids of each candidate.
            seconds: how much of the window the decoder looks at; less is faster.
        """
        frames = min(int(seconds * _FRAMES_PER_SECOND), encoded.states.shape[1])
        states = np.repeat(encoded.states[:, :frames], len(texts), axis=0)
        results = self._model.align(view(states), self._start, [list(tokens) for tokens in texts], 2 * frames)
        return [np.log(np.maximum(np.array(result.text_token_probs, np.float32), 1e-9)) for result in results]
