"""What comes over a Kinyarwanda line that no answer fits: other sentences, other languages, noises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sipforge.engines.espeak import EspeakProgram
from tests.bench.telephone import RATE_HZ
from tests.phones.audio import Samples, normalise_loudness, read_wav, resample, trim
from tests.phones.process import SOURCE_RATE_HZ
from tests.phones.speech import english, kinyarwanda

_KINYARWANDA = (
    "Mirongo inani n'icyenda.",
    "Ibihumbi bitanu na magana atatu na makumyabiri na kane.",
    "Miliyoni ebyiri n'ibihumbi magana abiri.",
    "Tariki ya cumi na karindwi Ukuboza.",
    "Saa kumi n'ebyiri n'igice z'umugoroba.",
    "Ku wa mbere, ku wa kabiri, ku wa gatatu.",
    "Mutarama, Gashyantare, Werurwe, Mata.",
    "Zeru karindwi umunani umunani, rimwe kabiri gatatu.",
    "Amafaranga y'u Rwanda ibihumbi makumyabiri.",
    "Mirongo itanu ku ijana.",
    "Icyo wahisemo ntibikwiye.",
    "Ofisi irafunze.",
    "Turimo kuguhuza na Kigali.",
    "Tuzasubiza vuba bishoboka.",
)
_ENGLISH = (
    "Good morning, how are you today?",
    "I would like to order a large pizza.",
    "What is the weather like in London?",
    "My internet connection is very slow.",
    "Can you tell me a joke?",
    "The train leaves at half past seven.",
    "I have been waiting for two hours.",
    "Please send the letter to my brother.",
)
_OTHERS = {
    "sw": (
        "Habari za asubuhi, mama yuko wapi?",
        "Ninataka kununua samaki na mkate.",
        "Watoto wanacheza mpira nje ya nyumba.",
        "Gari langu limeharibika barabarani.",
    ),
    "fr-fr": (
        "Bonjour, je voudrais un billet pour Paris.",
        "Il fait très beau aujourd'hui.",
        "Mon frère habite près de la gare.",
        "Avez-vous une chambre pour deux personnes ?",
    ),
}
_NOISES = ("cough", "noise", "hum", "crackle", "keys", "breath", "tone", "music")
_VOICES = ("slt", "rms", "awb")
_MANNERS = ((115, 35), (135, 50), (155, 62), (175, 75))


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that nothing in the set fits."""

    text: str
    """What it is."""
    voice: str
    samples: Samples = field(repr=False)
    """At the phones' rate."""
    topic: str = ""

    def sound(self) -> Samples:
        """It."""
        return self.samples


def sounds(count: int) -> list[Sound]:
    """So many, of each kind in turn; 38 and more are all that there are.

    Raises:
        SpeechError, EngineError: a speech program is missing or failed.
    """
    kinds = [list(kind()) for kind in (_kinyarwanda, _english, _others, _noises)]
    longest = max(map(len, kinds))
    return [kind[place] for place in range(longest) for kind in kinds if place < len(kind)][:count]


def _kinyarwanda() -> Iterator[Sound]:
    for index, text in enumerate(_KINYARWANDA):
        manner = _MANNERS[index % len(_MANNERS)]
        samples, rate_hz = read_wav(kinyarwanda(text, *manner))
        yield Sound(text, "Kinyarwanda", resample(samples, rate_hz, SOURCE_RATE_HZ))


def _english() -> Iterator[Sound]:
    for index, text in enumerate(_ENGLISH):
        samples, rate_hz = read_wav(english(text, _VOICES[index % len(_VOICES)]))
        yield Sound(text, "English", resample(samples, rate_hz, SOURCE_RATE_HZ))


def _others() -> Iterator[Sound]:
    for voice, texts in _OTHERS.items():
        program = EspeakProgram(voice)
        for text in texts:
            samples, rate_hz = program.speak(text, 150)
            even = resample(samples.astype(np.float64), rate_hz, RATE_HZ)
            even = normalise_loudness(trim(even, RATE_HZ), RATE_HZ)
            yield Sound(text, f"espeak {voice}", resample(even, RATE_HZ, SOURCE_RATE_HZ))


def _noises() -> Iterator[Sound]:
    # It needs a noise module that takes a second to make.
    from tests.bench.noises import clips  # noqa: PLC0415

    of_kind = {kind: [clip for clip in clips() if clip.kind.value == kind] for kind in _NOISES}
    for kind, found in of_kind.items():
        clip = found[-1]
        yield Sound(clip.name, kind, resample(clip.samples, RATE_HZ, SOURCE_RATE_HZ))
    for kind in ("cough", "music"):
        clip = of_kind[kind][0]
        yield Sound(clip.name, kind, resample(clip.samples, RATE_HZ, SOURCE_RATE_HZ))
