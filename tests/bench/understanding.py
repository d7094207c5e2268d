"""How well questions are understood: `python -m tests.bench.understanding [--sealed] [--words] [--voices]`.

The six offices of tests/questions/offices, each through `sipforge ask` with its own knowledge file: a
line for each office and set, and what was not served with `--misses`. A question is served where its topic is
answered, or asked back about. When the sealed sets may be opened stands in tests/questions/README.md.
With `--voices` each question is spoken by three voices over the telephone's band, and recognised.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sipforge.bot.ask import dialogues_in
from tests.bench.spoken import VOICES, ask_aloud
from tests.models import REPOSITORY, model

OFFICES = REPOSITORY / "tests/questions/offices"
PHRASES = REPOSITORY / "roles/sipforge/files/phrases/english.toml"
ENCODER = "all-minilm-l6-v2"
SETS = ("plain", "roundabout", "unknown", "dialogues")


@contextmanager
def sets(sealed: bool) -> Iterator[dict[str, Path]]:
    """The folder of each office's sets."""
    names = sorted(path.name for path in OFFICES.iterdir() if path.is_dir())
    if not sealed:
        yield {name: OFFICES / name for name in names}
        return
    with tempfile.TemporaryDirectory() as folder, tarfile.open(OFFICES / "sealed.tar.xz") as archive:
        archive.extractall(folder, filter="data")
        yield {name: Path(folder) / name / "sealed" for name in names}


def load(path: Path) -> list[tuple[frozenset[str], str]]:
    """Each line's topics, none where nothing answers it, and what is said; nothing between dialogues."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        topics, tab, said = line.rpartition("\t")
        wanted = frozenset(topics.split("+")) - {"-"} if tab else frozenset()
        found.append((wanted, said))
    return found


def ask(office: str, said: Sequence[str], *, dialogue: bool, encoder: Path | None) -> list[dict[str, Any]]:
    """What `sipforge ask` answers."""
    command = [sys.executable, "-m", "sipforge.cli", "ask", "--phrases", str(PHRASES)]
    command += ["--knowledge", str(OFFICES / office / "knowledge.toml")]
    command += ["--model", str(encoder)] if encoder else []
    command += ["--dialogue"] if dialogue else []
    text = "\n".join(said) + "\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    return [json.loads(line) for line in done.stdout.splitlines()]


def verdict(wanted: frozenset[str], answer: dict[str, Any]) -> str:
    """What came of one question; the names are those of the table's columns."""
    answered, asked = set(answer["answered"]), set(answer["asked_back"])
    if answered:
        return "answered" if wanted and wanted <= answered | asked else "wrong"
    if asked:
        return "asked" if not wanted or wanted & asked else "asked wrongly"
    return "honest"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sealed", action="store_true", help="the sealed sets: a first run is reported")
    parser.add_argument("--words", action="store_true", help="without the sentence encoder")
    parser.add_argument("--voices", action="store_true", help="spoken instead of written")
    parser.add_argument("--misses", action="store_true", help="show what was not served")
    options = parser.parse_args()
    encoder = None if options.words else model(ENCODER, print)
    verdicts = ("answered", "asked", "asked wrongly", "wrong", "honest")
    print(f"{'':24}{'n':>6}" + "".join(f"{name:>15}" for name in verdicts))
    sums = {name: Counter[str]() for name in SETS}
    with sets(options.sealed) as folders:
        for office, folder in folders.items():
            for path in sorted(folder.glob("*.t[sx][vt]"), key=lambda path: SETS.index(path.stem)):
                lines = load(path)
                dialogue = path.stem == "dialogues"
                told = [said for _, said in lines]
                if options.voices:
                    calls = list(dialogues_in(told)) if dialogue else [[one] for one in told if one]
                    answers = iter(ask_aloud(OFFICES / office / "knowledge.toml", PHRASES, encoder, calls))
                    lines *= len(VOICES)
                else:
                    answers = iter(ask(office, told, dialogue=dialogue, encoder=encoder))
                found = Counter[str]()
                for wanted, said in lines:
                    if not said:
                        continue
                    came_of_it = verdict(wanted, answer := next(answers))
                    if dialogue and not wanted:
                        continue
                    found[came_of_it] += 1
                    good = {"honest"} if path.stem == "unknown" else {"answered", "asked"}
                    if options.misses and came_of_it not in good:
                        print(f"  {came_of_it}: {'+'.join(sorted(wanted))}: {said} -> {answer['said']}")
                sums[path.stem] += found
                print(row(f"{office} {path.stem}", found, verdicts))
    for name, found in sums.items():
        print(row(f"all {name}", found, verdicts))


def row(label: str, found: Counter[str], verdicts: Sequence[str]) -> str:
    """A line of the table."""
    shares = (f"{found[name]} ({100 * found[name] / found.total():.1f} %)" for name in verdicts)
    return f"{label:24}{found.total():6}" + "".join(f"{share:>15}" for share in shares)


if __name__ == "__main__":
    main()
