"""A telephone's sound, by hand: PCMU (RFC 3551) and keys (RFC 4733) over UDP, 20 ms a packet."""

from __future__ import annotations

import bisect
import contextlib
import random
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.phones.audio import Samples, read_wav, resample, write_wav

RATE_HZ = 8000
FRAME = 160
KEYS = "0123456789*#ABCD"
EVENT_TYPE = 101
KEY_SECONDS = 0.12
_SILENCE = b"\xff" * FRAME
_QUIET = 0.004
"""A frame whose loudest sample is below this is silence: mu-law's own steps are smaller."""


class Sound:
    """Sends silence, what is said, and keys; keeps what comes. `close` ends it."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self.target: tuple[str, int] | None = None
        self._begun = 0.0
        self.mute = False
        """Send nothing at all, as a telephone on hold, or one that suppresses silence."""
        self._frames: deque[bytes] = deque()
        self._keys: deque[str] = deque()
        self.heard: list[tuple[float, bytes]] = []
        """When each packet came, and its payload."""
        self._loud: list[float] = []
        """When those came that are not silence."""
        self._open = True
        self._threads = [threading.Thread(target=part, daemon=True) for part in (self._send, self._receive)]

    def start(self, target: tuple[str, int]) -> None:
        """Send there from here on."""
        self.target, self._begun = target, time.monotonic()
        for thread in self._threads:
            thread.start()

    def say(self, wav: Path) -> float:
        """Say a recording; gives how many seconds it takes."""
        samples = resample(*read_wav(wav), RATE_HZ)
        padded = np.concatenate([samples, np.zeros(-len(samples) % FRAME)])
        self._frames.extend(encode(padded[at : at + FRAME]) for at in range(0, len(padded), FRAME))
        return len(padded) / RATE_HZ

    def press(self, key: str) -> None:
        """Press a key for `KEY_SECONDS`; comes back at once."""
        self._keys.append(key)

    def loud_since(self, instant: float) -> float:
        """Seconds of sound, which is not silence, that came since an instant of `time.monotonic()`."""
        return 0.02 * (len(self._loud) - bisect.bisect_left(self._loud, instant))

    def quiet_seconds(self) -> float:
        """How long nothing but silence has come."""
        return time.monotonic() - (self._loud[-1] if self._loud else self._begun)

    def save(self, path: Path, since: float = 0.0) -> Path:
        """Write what came since an instant as a WAV, each packet where it came."""
        frames = [(at, pcm) for at, pcm in self.heard if at >= since]
        begin = frames[0][0] if frames else 0.0
        seconds = frames[-1][0] - begin + 1.0 if frames else 1.0
        samples, end = np.zeros(int(seconds * RATE_HZ)), 0
        for at, pcm in frames:
            # Packets come a little early or late; what follows at once is joined without a gap.
            start = max(end, int((at - begin - 0.06) * RATE_HZ))
            part = decode(pcm)[: len(samples) - start]
            samples[start : start + len(part)] = part
            end = start + len(part)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(path, samples, RATE_HZ)
        return path

    def close(self) -> None:
        """Stop."""
        self._open = False
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self._socket.close()

    def _send(self) -> None:
        ssrc, sequence, stamp = random.getrandbits(32), random.getrandbits(15), random.getrandbits(31)
        due = time.monotonic()
        event: deque[tuple[int, int, bytes]] = deque()
        while self._open and self.target is not None:
            if self._keys and not event:
                event.extend(key_packets(self._keys.popleft(), stamp))
            kind, moment, payload = 0, stamp, b""
            if event:
                kind, moment, payload = event.popleft()
            elif self._frames:
                payload = self._frames.popleft()
            elif not self.mute:
                payload = _SILENCE
            if payload:
                header = struct.pack(">BBHII", 0x80, kind, sequence & 0xFFFF, moment & 0xFFFFFFFF, ssrc)
                with contextlib.suppress(OSError):
                    self._socket.sendto(header + payload, self.target)
                sequence += 1
            stamp += FRAME
            due += 0.02
            time.sleep(max(0.0, due - time.monotonic()))

    def _receive(self) -> None:
        while self._open:
            with contextlib.suppress(OSError):
                data = self._socket.recv(2048)
                if len(data) > 12 and data[1] & 0x7F == 0:
                    now = time.monotonic()
                    self.heard.append((now, data[12:]))
                    if np.abs(decode(data[12:])).max() > _QUIET:
                        self._loud.append(now)


def key_packets(key: str, stamp: int) -> Iterator[tuple[int, int, bytes]]:
    """Kind, time stamp and payload of each packet of a key; its end is sent three times (RFC 4733)."""
    whole = int(KEY_SECONDS * RATE_HZ)
    for elapsed in (*range(FRAME, whole, FRAME), whole, whole, whole):
        kind = EVENT_TYPE | (0x80 if elapsed == FRAME else 0)
        yield (
            kind,
            stamp,
            struct.pack(">BBH", KEYS.index(key), 10 | (0x80 if elapsed == whole else 0), elapsed),
        )


def encode(samples: Samples) -> bytes:
    """Mu-law (ITU-T G.711) of samples in -1..1."""
    value = np.clip(np.abs(samples) * 32768, 0, 32635).astype(np.int32) + 132
    exponent = np.floor(np.log2(value)).astype(np.int32) - 7
    mantissa = (value >> (exponent + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    return (~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8).tobytes()


def decode(payload: bytes) -> Samples:
    """Samples in -1..1 of mu-law."""
    code = ~np.frombuffer(payload, np.uint8).astype(np.int32) & 0xFF
    exponent = (code >> 4) & 7
    value = ((((code & 0x0F) << 3) + 132) << exponent) - 132
    samples: Samples = np.where(code & 0x80, -value, value) / 32768.0
    return samples
