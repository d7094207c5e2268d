"""What was said in a recording of a call, to check an installation: cut at pauses, each part recognised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sipforge.engines.protocols import RATE_HZ, Floats
from sipforge.engines.whisper_model import LONGEST_SECONDS, WhisperModel
from sipforge.engines.whisper_phrases import PhraseMatch, PhraseSet

_BLOCK_SECONDS: Final = 0.02
_MARGIN_SECONDS: Final = 0.2
_SHORTEST_SECONDS: Final = 0.3


def utterances(samples: Floats, pause_seconds: float = 0.6, level: float = 0.01) -> list[Floats]:
    """The parts of `samples` (16 kHz) between pauses, each with a little silence around it, at most 30 s.

    Args:
        samples: the recording.
        pause_seconds: silence that separates; assistants pause 0.2 s between sentences.
        level: root mean square below which a block of 20 ms is silence.
    """
    block = int(_BLOCK_SECONDS * RATE_HZ)
    blocks = samples[: samples.size // block * block].reshape(-1, block)
    loud = np.flatnonzero(np.sqrt(np.mean(blocks**2, axis=1)) > level)
    if not loud.size:
        return []
    breaks = np.flatnonzero(np.diff(loud) * _BLOCK_SECONDS > pause_seconds)
    starts = loud[np.concatenate([[0], breaks + 1])]
    ends = loud[np.concatenate([breaks, [loud.size - 1]])] + 1
    margin = int(_MARGIN_SECONDS * RATE_HZ)
    return [
        samples[max(0, start * block - margin) : end * block + margin][: int(LONGEST_SECONDS * RATE_HZ)]
        for start, end in zip(starts, ends, strict=True)
        if (end - start) * _BLOCK_SECONDS >= _SHORTEST_SECONDS
    ]


def identify(model: WhisperModel, samples: Floats, texts: Sequence[str]) -> list[PhraseMatch]:
    """For each utterance in `samples`, which of `texts` it is; works in languages the model never learnt.

    Args:
        model: Whisper, called with the language token that comes closest ("sw" for Kinyarwanda).
        samples: a recording at 16 kHz.
        texts: what may have been said, normalised to words as the voice speaks it; two or more.
    """
    phrases = PhraseSet(model, {text: text for text in texts})
    return [phrases.match(utterance) for utterance in utterances(samples)]
