"""A telephone's sound by hand: what is said is heard, and a key is one event."""

import struct
import time

import numpy as np
import pytest

from tests.phones.audio import read_wav, write_wav
from tests.phones.rtp import EVENT_TYPE, RATE_HZ, Sound, decode, encode, key_packets


def test_mu_law_there_and_back_loses_little():
    samples = np.sin(np.arange(8000) / 20.0) * 0.5
    assert np.abs(decode(encode(samples)) - samples).max() < 0.02
    assert encode(np.zeros(3)) == b"\xff\xff\xff"


@pytest.fixture
def ends():
    first, second = Sound("127.0.0.1"), Sound("127.0.0.1")
    first.start(("127.0.0.1", second.port))
    second.start(("127.0.0.1", first.port))
    yield first, second
    first.close()
    second.close()


def test_what_one_says_the_other_hears(ends, tmp_path):
    said, heard = ends
    tone = np.sin(np.arange(RATE_HZ // 2) / 5.0) * 0.3
    write_wav(tmp_path / "tone.wav", tone, RATE_HZ)
    begun = time.monotonic()
    assert said.say(tmp_path / "tone.wav") == pytest.approx(0.5)
    time.sleep(0.9)
    assert heard.loud_since(begun) == pytest.approx(0.5, abs=0.05)
    assert heard.quiet_seconds() < 0.9
    samples, rate_hz = read_wav(heard.save(tmp_path / "heard.wav"))
    assert rate_hz == RATE_HZ
    assert np.abs(samples).max() == pytest.approx(0.3, abs=0.02)


def test_a_key_is_one_event_whose_end_is_sent_three_times():
    packets = list(key_packets("#", 4000))
    events = [struct.unpack(">BBH", payload) for _, _, payload in packets]
    assert {stamp for _, stamp, _ in packets} == {4000}
    assert [kind for kind, _, _ in packets] == [0x80 | EVENT_TYPE] + 7 * [EVENT_TYPE]
    assert {key for key, _, _ in events} == {11}
    assert [length for _, _, length in events] == [160, 320, 480, 640, 800, 960, 960, 960]
    assert [flags >> 7 for _, flags, _ in events] == [0, 0, 0, 0, 0, 1, 1, 1]


def test_a_telephone_that_is_mute_sends_nothing(ends):
    said, heard = ends
    said.mute = True
    time.sleep(0.1)
    begun, count = time.monotonic(), len(heard.heard)
    time.sleep(0.3)
    assert len(heard.heard) == count
    assert heard.loud_since(begun) == 0.0
