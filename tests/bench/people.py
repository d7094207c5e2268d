"""What the assistants hear when people speak, not voices of programs.

    python -m tests.bench.people FOLDER [--line NAME] [--every N] [--json FILE]

FOLDER has recordings and references.tsv, which names of each its file, kind, speaker and words. They were
used to make the recognisers better: what they show is no proof.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from sipforge.bot.hear import Ear, Heard, make_ear
from sipforge.engines.protocols import RATE_HZ, Floats
from sipforge.engines.runtime.sound_files import read_sound
from sipforge.engines.runtime.telephone_line import LINES, over_the_line
from sipforge.infra.settings.host import Settings, check_settings
from sipforge.text.kinyarwanda.normalisation import normalise
from sipforge.text.language import load_language
from sipforge.text.plain import words
from tests.models import REPOSITORY, model
from tests.phones.words import edits

_NUMBERS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMERALS: Final = {word: str(value) for value, word in enumerate(_NUMBERS)} | {
    "twelve": "12",
    "sixteen": "16",
    "twenty": "20",
}
STRINGS: Final = {4: 36, 10: 36}
"""Digits → how many strings of so many are made of single digits."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording and what is said in it."""

    name: str
    kind: str
    speaker: str
    reference: str
    samples: Floats


def recordings(folder: Path, every: int = 1) -> Iterator[Recording]:
    """Those of `folder`, and strings of digits made of them."""
    digits: dict[str, list[Recording]] = {}
    with (folder / "references.tsv").open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)):
            kind = row["kind"]
            if kind != "digit" and number % every:
                continue
            group = row["file"].split("/")[1]
            one = Recording(
                row["file"],
                f"{group} {kind}",
                row["speaker"],
                row["reference"],
                read_sound(folder / row["file"]),
            )
            if kind == "digit":
                digits.setdefault(one.speaker, []).append(one)
            else:
                yield one
    random = np.random.default_rng(0)
    for length, count in STRINGS.items():
        for number in range(0, count, every):
            speaker = sorted(digits)[number % len(digits)]
            chosen = [digits[speaker][place] for place in random.integers(len(digits[speaker]), size=length)]
            gaps = random.uniform(0.08, 0.3, length)
            parts = [
                part
                for one, gap in zip(chosen, gaps, strict=True)
                for part in (one.samples, np.zeros(round(gap * RATE_HZ), np.float32))
            ]
            said = "".join(one.reference for one in chosen)
            yield Recording(f"{speaker} {said}", f"{length} digits", speaker, said, np.concatenate(parts))


def loud(samples: Floats) -> Floats:
    """Recordings are as loud as telephones are, some -24 dBFS."""
    return samples * np.float32(0.06 / max(float(np.sqrt(np.mean(samples**2))), 1e-6))


def _figures(text: str) -> list[str]:
    """The words of `text`, numbers in figures, in whatever way they are written."""
    said = words(load_language("english").to_digits(text).replace("-", " "))
    return [_NUMERALS.get(word, word) for word in said]


def verdict(one: Recording, heard: Heard) -> dict[str, Any]:
    """What counts in its kind."""
    kind, said, meant = one.kind.rsplit(" ", 1)[-1], _figures(heard.words), _figures(one.reference)
    if kind == "digits":
        digits = "".join(sign for word in said for sign in word if sign.isdigit())
        return {"right": digits == one.reference}
    if kind == "slots":
        slots = [_figures(slot) for slot in json.loads(one.reference)]
        return {"right": all(set(slot) <= set(said) for slot in slots), "empty": not said}
    if kind == "cough":
        return {"noticed": heard.speech_seconds > 0, "words": bool(said)}
    if kind == "sentence":
        spelt = words(normalise(one.reference).translate(str.maketrans("lqx", "rkz")))
        written = words(heard.words.translate(str.maketrans("lqx", "rkz")))
        letters, heard_letters = list("".join(spelt)), list("".join(written))
        return {
            "letters": len(letters),
            "letter_errors": edits(letters, heard_letters),
            "words_said": len(spelt),
            "word_errors": edits(spelt, written),
            "accepted": heard.accepted is not None,
        }
    return {
        "right": said == meant,
        "repeated": len(said) > len(meant) and len(set(said)) < len(said),
        "noticed": heard.speech_seconds > 0,
        "empty": not said,
    }


def settings() -> Settings:
    """Both assistants of the example office."""
    own = {
        "english": {"extension": "2000", "http_port": 1, "stt": {"language": "en"}},
        "kinyarwanda": {
            "extension": "3000",
            "http_port": 2,
            "stt": {"engine": "whisper-phrases", "language": "sw"},
        },
    }
    for name, bot in own.items():
        bot["language"] = name
        bot["phrases"] = str(REPOSITORY / "roles/sipforge/files/phrases" / f"{name}.toml")
        bot["knowledge"] = str(REPOSITORY / "inventory/knowledge" / f"{name}.toml")
    folder = model("whisper-base").parent
    model("silero-vad")
    return check_settings(Path("people"), {"bots": own}).with_models(folder)


async def measure(folder: Path, line: str = "", every: int = 1, only: str = "") -> list[dict[str, Any]]:
    """What each recording was heard as, over the line (empty: as recorded); by one assistant, or by both."""
    both = settings()
    ears: dict[str, Ear] = {name: make_ear(both, name) for name in both.bots}
    found = []
    for one in recordings(folder, every):
        name = "kinyarwanda" if "sentence" in one.kind else "english"
        if only not in {"", name}:
            continue
        samples = loud(one.samples)
        if line:
            samples = over_the_line(samples, LINES[line])
        heard = await ears[name].hear(one.name, samples)
        found.append({"kind": one.kind, "reference": one.reference, **asdict(heard), **verdict(one, heard)})
    return found


def summary(found: Sequence[dict[str, Any]]) -> list[str]:
    """A line for each kind: how many there were, and how often each verdict was given."""
    lines = []
    for kind in dict.fromkeys(one["kind"] for one in found):
        some = [one for one in found if one["kind"] == kind]
        counts: Counter[str] = Counter()
        for one in some:
            counts.update({key: int(value) for key, value in one.items() if isinstance(value, bool | int)})
        lines.append(f"{kind} ({len(some)}): " + ", ".join(f"{key} {count}" for key, count in counts.items()))
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--line", default="", choices=["", *LINES])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="", choices=["", "english", "kinyarwanda"])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = asyncio.run(measure(given.folder, given.line, given.every, given.only))
    print("\n".join(summary(found)))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
