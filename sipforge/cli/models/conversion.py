"""Converting a published model into the form that engines load, most with the public tools.

The tools (torch, transformers and more: 2 GB) go into an environment beside the models that is thrown away
afterwards, whatever happens; the environment that the services run in is not touched.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sipforge.cli.errors import CliError, Exit

if TYPE_CHECKING:
    from sipforge.infra.models.manifest import Model

TOOLS_BYTES: Final = 3_000_000_000
"""Room for the tools and for what pip unpacks."""
MEMORY_SHARE: Final = 1.3
"""Memory that a conversion takes, in sizes of the published weights."""
_TORCH_INDEX: Final = "https://download.pytorch.org/whl/cpu"
"""PyPI's torch brings gigabytes of libraries for graphics cards."""
_TORCH: Final = "torch>=2.6,<3"
_TRANSFORMERS: Final = "transformers>=4.56,<5"
_COPIED: Final = (
    "preprocessor_config.json",
    "sentencepiece.bpe.model",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
)
"""What engines read beside the weights, where a model has it."""
_RESULT: Final[Mapping[str, tuple[str, ...]]] = {
    "whisper": ("model.bin", "config.json", "tokenizer.json"),
    "ctranslate2": ("model.bin", "config.json", "tokenizer.json"),
    "wav2vec2-bert": ("model.bin", "config.json", "vocab.json", "head.npz"),
    "pivot": ("model.bin", "config.json", "sentencepiece.bpe.model"),
    "vits": ("model.onnx", "tokens.txt"),
    "bert": ("model.bin", "config.json", "tokenizer.json"),
}
"""By engine, what it cannot do without."""
_OWN_TOOLS: Final = frozenset({"bert-ct2"})
"""Conversions that need nothing but what SipForge itself runs on."""
_LAST_LINES: Final = 40
_KILLED: Final = -9


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a conversion."""

    label: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Where a conversion works."""

    source: Path
    """What was fetched."""
    work: Path
    """Thrown away afterwards."""
    wheels: Path | None
    """Folder with the tools' packages, for hosts without a way out."""
    scripts: Path
    """Folder of our own conversions: `models/` of the repository."""

    @property
    def result(self) -> Path:
        """What becomes the model's folder."""
        return self.work / "model"

    @property
    def bin(self) -> Path:
        """Programs of the environment."""
        return self.work / "venv" / "bin"


def plan(model: Model, files: Sequence[str], places: Places) -> list[Step]:
    """The commands that convert `model`, in order.

    Args:
        model: has a `convert`.
        files: names of what was fetched.
        places: where.

    Raises:
        CliError: this version knows no such conversion.
    """
    if model.convert in _OWN_TOOLS:
        own = places.scripts / model.convert / "convert.py"
        return [_step("convert to int8", sys.executable, own, places.source, places.result)]
    ctranslate2 = f"ctranslate2=={version('ctranslate2')}"
    script = [places.bin / "python", places.scripts / model.convert / "convert.py"]
    if model.convert == "ctranslate2":
        tools = [ctranslate2, _TRANSFORMERS, "sentencepiece", "protobuf"]
        last = _to_ctranslate2(model, files, places)
    elif model.convert == "w2v-bert-ct2":
        tools = [ctranslate2, _TRANSFORMERS]
        last = [_step("convert to int8", *script, places.source, places.result)]
    elif model.convert == "vits-onnx":
        tools = [_TRANSFORMERS, "onnx"]
        command = [*script, places.source, places.result, "--licence", model.licence]
        last = [_step("export the voice to ONNX", *command)]
    else:
        raise CliError(
            f"{model.name} wants the conversion {model.convert!r}, which is not known here", Exit.DEGRADED
        )
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    pip = [places.bin / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-cache-dir"]
    offline = ["--no-index", "--find-links", places.wheels] if places.wheels else []
    return [
        _step("make an environment to throw away", base, "-m", "venv", places.work / "venv"),
        _step("install torch", *pip, *(offline or ["--index-url", _TORCH_INDEX]), _TORCH),
        _step("install the other tools", *pip, *offline, *tools),
        *last,
    ]


def _to_ctranslate2(model: Model, files: Sequence[str], places: Places) -> list[Step]:
    copied = [name for name in _COPIED if name in files]
    converter = places.bin / "ct2-transformers-converter"
    command = [converter, "--model", places.source, "--output_dir", places.result, "--quantization", "int8"]
    steps = [
        _step("convert to int8", *command, *(["--copy_files", *copied] if copied else [])),
    ]
    if "tokenizer.json" in _RESULT.get(model.engine, ()) and "tokenizer.json" not in files:
        # Older repositories have a tokenizer's parts only; transformers puts them together.
        program = (
            "import sys, transformers;"
            " transformers.AutoTokenizer.from_pretrained(sys.argv[1]).backend_tokenizer.save(sys.argv[2])"
        )
        target = places.result / "tokenizer.json"
        steps.append(
            _step(
                "write tokenizer.json", places.bin / "python", "-c", program, str(places.source), str(target)
            )
        )
    return steps


def _step(label: str, *command: object) -> Step:
    # Telephone calls come first.
    return Step(label, ("nice", "-n", "19", *map(str, command)))


def shell_line(step: Step) -> str:
    """A step as it would be typed."""
    return shlex.join(step.command)


def convert(
    model: Model,
    folder: Path,
    wheels: Path | None,
    scripts: Path,
    tell: Callable[[str], None],
) -> None:
    """Convert what was fetched of `model` and put it into place.

    Args:
        model: has a `convert`, and is fetched.
        folder: of all models.
        wheels: folder with the tools' packages; None fetches them.
        scripts: folder of our own conversions.
        tell: told what is being done, and what the tools say.

    Raises:
        CliError: a tool failed, or did not make what the engine needs; says what to do.
        ModelError: the disk is full.
    """
    from sipforge.infra.models.download import refuse_without_space
    from sipforge.infra.models.hub import lock_and_place
    from sipforge.infra.models.manifest import Lock, read_lock, source_folder

    source = source_folder(model, folder)
    pinned = Lock("", model.fingerprint, "", "manifest", "", model.files) if model.pinned else None
    lock = pinned or read_lock(source)
    if lock is None:
        raise CliError(f"{source} has no lock file; run: sipforge models fetch {model.name}", Exit.DEGRADED)
    tools_bytes = 0 if model.convert in _OWN_TOOLS else TOOLS_BYTES
    refuse_without_space(model.name, folder, model.size_bytes + tools_bytes)
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".{model.name}.convert.") as scratch:
        places = Places(source, Path(scratch), wheels, scripts)
        steps = plan(model, [file.path for file in lock.files], places)
        for number, step in enumerate(steps, start=1):
            tell(f"{model.name}: step {number} of {len(steps)}: {step.label}")
            _run(step, places, tell)
        made = sorted(path for path in places.result.rglob("*") if path.is_file())
        lacking = [name for name in _RESULT.get(model.engine, ()) if places.result / name not in made]
        if lacking or not made:
            raise CliError(
                f"the conversion of {model.name} did not make {', '.join(lacking) or 'anything'}:"
                " what was fetched is not a model of this kind",
                Exit.DEGRADED,
            )
        paths = [path.relative_to(places.result).as_posix() for path in made]
        tools = _tools(places) or [f"ctranslate2 {version('ctranslate2')}"]
        converted = f"{model.convert} by {', '.join(tools)}"
        lock_and_place(replace(lock, converted=converted), paths, places.result, folder / model.name)


def _tools(places: Places) -> list[str]:
    """The tools' names and versions."""
    found = sorted(places.bin.parent.glob("lib/python*/site-packages/*.dist-info"))
    named = (path.name.removesuffix(".dist-info").split("-", 1) for path in found)
    return [" ".join(pair) for pair in named if pair[0] in {"ctranslate2", "onnx", "torch", "transformers"}]


def _run(step: Step, places: Places, tell: Callable[[str], None]) -> None:
    environment = {
        **os.environ,
        "TMPDIR": str(places.work),
        # Nothing is looked up or kept elsewhere while a model is converted.
        "HOME": str(places.work),
        "HF_HUB_OFFLINE": "1",
        "PYTHONNOUSERSITE": "1",
    }
    last: deque[str] = deque(maxlen=_LAST_LINES)
    try:
        with subprocess.Popen(
            step.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
        ) as process:
            for line in process.stdout or ():
                last.append(line.rstrip())
                tell(f"  {line.rstrip()}")
    except OSError as error:
        raise CliError(f"{step.label}: {error}", Exit.DEGRADED) from error
    if process.returncode:
        why = explain("\n".join(last), process.returncode)
        raise CliError(f"{step.label} failed: {why}", Exit.DEGRADED)


def explain(said: str, code: int) -> str:
    """Why a tool failed and what to do, from the last that it said and its exit code."""
    if "No space left on device" in said:
        return "the disk is full; free some space and run it again"
    if code in {_KILLED, 128 - _KILLED}:
        return (
            "it was killed, most likely for want of memory; convert it on a larger computer and bring it with"
            " sipforge models fetch --from"
        )
    for words in ("name resolution", "NewConnectionError", "Network is unreachable", "timed out"):
        if words in said:
            return (
                "the packages cannot be fetched: is this server on the Internet? Without it, give a folder"
                " with them (pip download) as --wheels"
            )
    if "No matching distribution" in said:
        return (
            "a package is not to be had, neither from the network nor in the folder of --wheels: "
            + _error(said)
        )
    return _error(said) or f"exit code {code}"


def _error(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    named = [line for line in lines if "ERROR" in line or "Error" in line]
    return (named or lines or [""])[-1].strip()
