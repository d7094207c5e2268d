"""Voice activity by Silero VAD v6 (16 kHz, 32 ms windows; https://github.com/snakers4/silero-vad)."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import numpy as np

from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, Stage
from sipforge.engines.runtime.onnx import OnnxModel

WINDOW_SAMPLES = 512
ROOM_DBFS = -45.0
"""Level of the noise that is put under what is heard. The network learnt speech in rooms: in a mu-law line's
digital silence it overlooked 29 of 45 single words ("yes", "no"), and with this noise 3 to 7, none of it
mistaken for speech; measured by tests/bench/recognition.py with the default threshold."""
_ROOM_SECONDS = 1.024
_CONTEXT_SAMPLES = 64
"""The network wants the end of the window before in front of each window."""
LOST_HZ = 300.0
"""Telephones lose what is below, 12 dB and more of each octave, and that is where the network looks for
voices. It gets it back, up to RESTORED_DB, and nothing below HUM_HZ. Over a gentle line (24 dB an octave)
people's single words are noticed as without a line (129 of 130, without this 124), and strings of digits to
their ends (35 of 36; 27). Where nothing was lost a voice becomes too deep: the likelier of both counts."""
RESTORED_DB = 14.0
HUM_HZ = 90.0
_TAPS = 257
"""8 ms late."""


def make(needs: Path) -> SileroVad:
    """Silero with the model in the folder `needs`."""
    return SileroVad(needs)


class SileroVad:
    """The network, shared by all calls.

    It runs where it is called: 0.2 ms a window is less than handing it to a thread would cost.
    """

    def __init__(self, directory: Path, room_dbfs: float = ROOM_DBFS) -> None:
        self._model = OnnxModel(directory / "silero_vad.onnx", Stage.VAD)
        windows = round(_ROOM_SECONDS * RATE_HZ / WINDOW_SAMPLES)
        white = np.random.default_rng(0).standard_normal((windows, WINDOW_SAMPLES), np.float32)
        self._room = white * np.float32(10 ** (room_dbfs / 20))

    def session(self) -> SileroSession:
        """Begin listening to a call."""
        return SileroSession(self._model, self._room)


def restoring() -> Floats:
    """The filter's taps, linear in phase."""
    points = 4096
    frequencies = np.maximum(np.fft.rfftfreq(points, 1 / RATE_HZ), 1.0)
    gain_db = np.clip(24 * np.log2(LOST_HZ / frequencies), 0.0, RESTORED_DB)
    gain_db -= 40 * np.maximum(0.0, np.log2(HUM_HZ / frequencies))
    whole = np.fft.fftshift(np.fft.irfft(10 ** (np.maximum(gain_db, -60.0) / 20), points))
    middle = whole[points // 2 - _TAPS // 2 :][:_TAPS]
    return (middle * np.hamming(_TAPS)).astype(np.float32)


_RESTORING = restoring()


class SileroSession:
    """The network's memory of one call: of the sound as it comes, and of it with what lines lose restored."""

    window_samples = WINDOW_SAMPLES

    def __init__(self, model: OnnxModel, room: Floats) -> None:
        self._room = cycle(room)
        self._past = np.zeros(_TAPS - 1, np.float32)
        self._plain, self._restored = _Memory(model), _Memory(model)

    def process(self, samples: Floats) -> float:
        """Probability of speech in the next `WINDOW_SAMPLES` samples.

        Raises:
            EngineError: the window has another length.
        """
        if samples.shape != (WINDOW_SAMPLES,):
            raise EngineError(Stage.VAD, f"a window of {samples.shape} samples, not {WINDOW_SAMPLES}")
        line = np.concatenate((self._past, samples))
        self._past = line[-_TAPS + 1 :]
        room = next(self._room)
        restored = self._restored.process(np.convolve(line, _RESTORING, "valid") + room)
        # A voice without a line before it may be too deep when it is restored, too.
        return max(self._plain.process(samples + room), restored)


class _Memory:
    """What the network keeps from window to window."""

    def __init__(self, model: OnnxModel) -> None:
        self._model = model
        self._window = np.zeros((1, _CONTEXT_SAMPLES + WINDOW_SAMPLES), np.float32)
        self._hidden = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)

    def process(self, samples: Floats) -> float:
        self._window[0, :_CONTEXT_SAMPLES] = self._window[0, -_CONTEXT_SAMPLES:]
        self._window[0, _CONTEXT_SAMPLES:] = samples
        inputs = {"input": self._window, "h": self._hidden, "c": self._cell}
        probability, self._hidden, self._cell = self._model.run(inputs)
        return float(probability.reshape(-1)[0])
