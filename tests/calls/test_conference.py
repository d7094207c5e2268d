"""A conference room: whoever dials its number talks with all who are there."""

from __future__ import annotations

import time

from tests.calls.telephones import OWN, ROOM
from tests.phones.speech import english

SAID = (
    ("Good morning, this is the workshop.", "slt"),
    ("Hello, the office is here, too.", "rms"),
    ("I am calling from the market.", "awb"),
)


def test_each_hears_the_others(phone, judge):
    telephones = [phone(extension) for extension in OWN]
    for telephone in telephones:
        telephone.dial(ROOM)
    for telephone in telephones:
        telephone.wait_quiet(1.5, 15.0)  # the first is told that nobody else is there, and hears music
    for telephone, (words, voice) in zip(telephones, SAID, strict=True):
        telephone.say(english(words, voice))
        time.sleep(1.0)
    recordings = [telephone.hangup(f"room-{telephone.extension}") for telephone in telephones]
    for own, recording in enumerate(recordings):
        for other, (words, _) in enumerate(SAID):
            assert judge.heard_english(words, recording.heard).ok is (own != other), (own, other)
