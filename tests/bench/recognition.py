"""Recognition over the telephone's band, without a call: `python -m tests.bench.recognition [--json FILE]`.

Word errors by speaker and noise; short answers, which must not be lost; noises, which must not become words.
The recogniser and the voice activity detection are those that a bot has by default.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from sipforge.core.conversation.endpointing import TurnRules
from sipforge.engines.protocols import RATE_HZ, Floats
from sipforge.engines.runtime.telephone_line import over_the_line
from sipforge.infra.settings.assistants import VadSettings
from sipforge.text.english.normalisation import normalise
from sipforge.text.english.turns import is_backchannel
from tests.bench.noises import Kind, clips
from tests.bench.sentences import OFFICE
from tests.bench.speakers import FORMANT_SPEAKERS, SPEAKERS, Speaker
from tests.bench.telephone import with_noise
from tests.engines import make_stt, make_vad
from tests.models import model
from tests.phones.audio import Samples
from tests.phones.words import edits, words_of

CLEAN: Final = "clean"
SHORT: Final = ("Yes.", "No.", "Bye.", "Two.", "Hello.")
_BEFORE_SECONDS, _AFTER_SECONDS = 0.4, 0.4
_QUIET_SECONDS = 1.0
"""Of the line before a short answer or a noise, as the detection has it in a call."""

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Errors:
    """Word errors of one speaker in one noise."""

    speaker: str
    noise: str
    words: int
    errors: int
    whole: int
    """Sentences without an error."""
    sentences: int


@dataclass(frozen=True, slots=True)
class Short:
    """A short answer."""

    speaker: str
    said: str
    noise: str
    noticed: bool
    """Whether the detection began an utterance."""
    text: str

    @property
    def right(self) -> bool:
        """Whether the word was written; "yeah" for "yes" will do."""
        same = {"yeah": "yes", "yep": "yes", "nope": "no", "goodbye": "bye"}
        return [same.get(word, word) for word in words_of(self.text)] == words_of(self.said)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a noise."""

    name: str
    kind: str
    noticed: bool
    text: str
    """Empty where it was taken for nothing."""

    @property
    def false(self) -> bool:
        """Whether it would be taken for something that the caller wants."""
        return bool(self.text) and not (self.kind == Kind.BACKCHANNEL.value and is_backchannel(self.text))


class Listener:
    """The engines of a bot."""

    def write(self, samples: Floats) -> str:
        """What the recogniser makes of `samples`."""
        return asyncio.run(self._stt.transcribe(samples)).text

    def notices(self, samples: Floats) -> bool:
        """Whether the detection would begin an utterance."""
        session, run = self._vad.session(), 0.0
        size = session.window_samples
        for start in range(0, samples.size - size + 1, size):
            speech = session.process(samples[start : start + size]) >= VadSettings().threshold
            run = run + size / RATE_HZ if speech else 0.0
            if run >= TurnRules().start_seconds:
                return True
        return False

    @cached_property
    def _stt(self):
        return make_stt("whisper", model("whisper-base"), "en", {})

    @cached_property
    def _vad(self):
        return make_vad("silero", model("silero-vad"))


def measure(report: Report, every: int = 1) -> list[Errors]:
    """Word errors: all speakers clean and in two noises, and the formant voices clean.

    Args:
        report: told what is being done.
        every: of the sentences, only each so manieth, for a quick look.
    """
    listener = Listener()
    noises: tuple[tuple[str, float | None], ...] = ((CLEAN, None), ("20 dB", 20.0), ("12 dB", 12.0))
    found = [
        _errors(listener, speaker, name, snr_db, every, report)
        for name, snr_db in noises
        for speaker in SPEAKERS
    ]
    name = f"{CLEAN}, formant voices"
    return found + [_errors(listener, speaker, name, None, every, report) for speaker in FORMANT_SPEAKERS]


def _errors(
    listener: Listener, speaker: Speaker, name: str, snr_db: float | None, every: int, report: Report
) -> Errors:
    report(f"recognition: {speaker.name}, {name}")
    words = errors = whole = 0
    texts = OFFICE[::every]
    for seed, text in enumerate(texts):
        expected = words_of(normalise(text))
        got = words_of(normalise(listener.write(as_heard(speaker.say(text), snr_db, seed))))
        wrong = edits(expected, got)
        words, errors, whole = words + len(expected), errors + wrong, whole + (wrong == 0)
    return Errors(speaker.name, name, words, errors, whole, len(texts))


def short_answers(report: Report) -> Iterator[Short]:
    """Single words of all speakers, clean and in a little noise."""
    listener = Listener()
    for speaker in (*SPEAKERS, *FORMANT_SPEAKERS):
        report(f"short answers: {speaker.name}")
        for seed, said in enumerate(SHORT):
            for name, snr_db in ((CLEAN, None), ("20 dB", 20.0)):
                heard = as_heard(speaker.say(said), snr_db, seed, _QUIET_SECONDS)
                text = listener.write(_cut(heard))
                yield Short(speaker.name, said, name, listener.notices(heard), text)


def noises(report: Report) -> Iterator[Heard]:
    """What becomes of each noise, whether or not the detection would have passed it on."""
    listener = Listener()
    report("noises")
    for clip in clips():
        heard = as_heard(clip.samples, None, 0, _QUIET_SECONDS)
        text = listener.write(_cut(heard))
        yield Heard(clip.name, clip.kind.value, listener.notices(heard), text)


def as_heard(
    samples: Samples, snr_db: float | None, seed: int, before_seconds: float = _BEFORE_SECONDS
) -> Floats:
    """A voice with the silence that a bot hears around it, over a line with or without noise."""
    before, after = np.zeros(round(before_seconds * RATE_HZ)), np.zeros(round(_AFTER_SECONDS * RATE_HZ))
    sound = np.concatenate([before, samples, after])
    return over_the_line(sound if snr_db is None else with_noise(sound, snr_db, seed))


def _cut(samples: Floats) -> Floats:
    return samples[round((_QUIET_SECONDS - _BEFORE_SECONDS) * RATE_HZ) :]


def table(found: list[Errors]) -> str:
    """Word errors in %, a line for each speaker and one for all."""
    names = list(dict.fromkeys(one.noise for one in found))
    speakers = list(dict.fromkeys(one.speaker for one in found))
    lines = [f"{'':22}" + "".join(f"{name:>24}" for name in names)]
    for speaker in [*speakers, ""]:
        cells = []
        for name in names:
            own = [one for one in found if one.noise == name and speaker in {one.speaker, ""}]
            words, errors = sum(one.words for one in own), sum(one.errors for one in own)
            cells.append(f"{100 * errors / words:23.1f}%" if words else " " * 24)
        lines.append(f"{speaker or 'all':22}" + "".join(cells))
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write the figures as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--every", type=int, default=1, help="only each so manieth sentence")
    given = parser.parse_args()
    errors = measure(print, given.every)
    short, heard = list(short_answers(print)), list(noises(print))
    print(table(errors))
    for name in dict.fromkeys(one.noise for one in short):
        own = [one for one in short if one.noise == name]
        right, noticed = sum(one.right for one in own), sum(one.noticed for one in own)
        print(f"short answers, {name}: {right} of {len(own)} right, {noticed} noticed")
    false = [one for one in heard if one.false]
    noticed = sum(one.noticed for one in heard if one.kind != Kind.BACKCHANNEL.value)
    print(f"noises: {len(false)} of {len(heard)} became words, {noticed} noticed")
    for one in false:
        print(f"  {one.name}: {one.text}")
    if given.json:
        kinds = {"errors": errors, "short": short, "noises": heard}
        figures = {name: [asdict(one) for one in found] for name, found in kinds.items()}
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
