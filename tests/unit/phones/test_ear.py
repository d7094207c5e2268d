import struct
import time
from pathlib import Path

import numpy as np
import pytest

from tests.phones.audio import Segment
from tests.phones.ear import Clock, Ear, Track

HEADER = b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16) + b"data\0\0\0\0"


def pcm(seconds: float, amplitude: float) -> bytes:
    sign = np.where(np.arange(round(seconds * 8000)) % 2, 1, -1)
    return (sign * amplitude * 32767).astype("<i2").tobytes()


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as recording:
        recording.write(content)


def test_track_follows_a_growing_file(tmp_path: Path):
    path = tmp_path / "dump-1-dec.wav"
    track = Track(path)
    track.poll(0.0)  # not there yet
    append(path, HEADER[:20])
    track.poll(1.0)  # half a header
    assert (track.seconds, track.growth) == (0.0, [])
    append(path, HEADER[20:] + pcm(0.05, 0.0))
    track.poll(10.05)
    append(path, pcm(0.05, 0.5)[:-1])  # a sample only half written
    track.poll(10.10)
    append(path, pcm(0.05, 0.5)[-1:] + pcm(0.1, 0.5))
    track.poll(10.20)
    assert track.seconds == pytest.approx(0.2)
    assert track.clock().instant(0.15) == pytest.approx(10.15)
    assert track.clock().largest_gap_seconds() == pytest.approx(0.1)
    assert track.clock().seconds() == pytest.approx(0.2)
    assert len(track.levels) == 10
    assert track.levels[:2] == [-100.0, -100.0]
    assert track.levels[3:] == pytest.approx([-6.0] * 7, abs=0.1)
    assert track.instant_of(0.07) == 10.10
    assert track.instant_of(9.0) == 10.20


def test_clock_of_a_recording_with_a_pause():
    """Packets of 20 ms came from 100.0 on for 5 s, none for 3 s, again for 5 s; one in ten came late."""
    packets = [(0.02 * n, 0.03 if n % 10 == 0 else 0.0) for n in range(1, 501)]
    clock = Clock(tuple((100.0 + at + late + (3.0 if at > 5.0 else 0.0), at) for at, late in packets))
    assert clock.instant(2.0) == pytest.approx(102.0)
    assert clock.instant(4.0) == pytest.approx(104.0)
    assert clock.instant(7.0) == pytest.approx(110.0)
    assert clock.instant(99.0) == pytest.approx(202.0, abs=0.04)
    assert clock.spread_seconds(2.0) == pytest.approx(0.03)
    assert clock.largest_gap_seconds() == pytest.approx(3.02, abs=0.031)
    assert clock.seconds() == pytest.approx(13.0, abs=0.04)


def test_ear_hears_speech_and_quiet(tmp_path: Path):
    ear = Ear(tmp_path)
    assert ear.position() == 0.0
    append(tmp_path / "dump-1-dec.wav", HEADER + pcm(0.1, 0.0) + pcm(0.5, 0.2) + pcm(0.1, 0.0))
    ear.poll()
    assert ear.position() == pytest.approx(0.7)
    assert ear.speech() == [Segment(pytest.approx(0.1), pytest.approx(0.6))]
    assert ear.quiet_seconds() < 0.5
    # No packet comes: that is quiet too.
    ear.heard.growth = [(time.monotonic() - 3.0, 0.7)]
    assert ear.quiet_seconds() == pytest.approx(3.0, abs=0.2)


def test_ear_stops_and_reads_the_end(tmp_path: Path):
    ear = Ear(tmp_path)
    ear.start()
    append(tmp_path / "dump-1-dec.wav", HEADER)
    append(tmp_path / "dump-1-enc.wav", HEADER + pcm(0.1, 0.1))
    append(tmp_path / "dump-1-dec.wav", pcm(0.1, 0.1))
    ear.stop()
    assert not ear.is_alive()
    assert ear.said.seconds == ear.heard.seconds == pytest.approx(0.1)
