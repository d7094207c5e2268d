"""A host in a folder, with a manifest, settings and a hub, for the tests of `sipforge models`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.standin.hub import Hub, Repository, sha256

BIG = bytes(range(256)) * 8192
"""2 MiB: eight blocks of a download."""
SMALL = b'{"a": 1}'
PINNED = "org/pinned"
LOOSE = "org/loose"

SETTINGS = """
[ami]
port = {ami}

[orchestrator]
http_port = {http}

[bots.english]
extension = "2000"
language = "english"
http_port = 8081
phrases = "p"
knowledge = "k"

[bots.english.stt]
engine = "whisper"
model = "base"
language = "en"

[bots.english.tts]
engine = "piper"
model = "voice"
voice = "en-us"

[bots.kinyarwanda]
extension = "3000"
language = "kinyarwanda"
http_port = 8082
phrases = "p"
knowledge = "k"

[bots.kinyarwanda.stt]
engine = "whisper-phrases"
model = "base"
language = "sw"

[bots.kinyarwanda.tts]
engine = "espeak"
model = "espeak-rw"
voice = "rw"
"""


def entry(name: str, **values: Any) -> str:
    """An entry of a manifest."""
    given: dict[str, Any] = {
        "name": name,
        "engine": "whisper",
        "description": "for tests",
        "licence": "MIT",
        "stage": "stt",
        "languages": ["rw"],
        "memory_bytes": 5_000_000,
        "size_bytes": len(BIG) + len(SMALL),
        **values,
    }
    tokens = given.pop("language_tokens", {"rw": "as"})
    files, sources = given.pop("files", []), given.pop("sources")
    lines = ["[[models]]", *(f"{key} = {json.dumps(value)}" for key, value in given.items())]
    lines.append("language_tokens = { " + ", ".join(f'{key} = "{tokens[key]}"' for key in tokens) + " }")
    for title, tables in (("files", files), ("sources", sources)):
        for table in tables:
            lines.append(f"[[models.{title}]]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def pinned(name: str, **values: Any) -> str:
    files = [
        {"path": "model.bin", "size_bytes": len(BIG), "sha256": sha256(BIG)},
        {"path": "sub/config.json", "size_bytes": len(SMALL), "sha256": sha256(SMALL)},
    ]
    hub = {"type": "hub", "id": PINNED, "revision": "v1"}
    return entry(name, **{"files": files, "sources": [{"type": "folder"}, hub], **values})


def loose(name: str, **values: Any) -> str:
    hub = {"type": "hub", "id": LOOSE, "revision": "main"}
    include = ["config.json", "tokenizer.json|", "vocab.json|", "*.safetensors|pytorch_model*.bin"]
    return entry(name, **{"include": include, "sources": [hub], **values})


MANIFEST = (
    pinned("base", language_tokens={"en": "en", "rw": "sw"}, languages=["en", "rw"])
    + pinned("fresh", licence="CC-BY-4.0")
    + pinned("voice", engine="piper", stage="tts", language_tokens={}, licence="CC0-1.0")
    + pinned("other-voice", engine="espeak", stage="tts", language_tokens={})
    + loose("loose")
    + loose("nc", licence="CC-BY-NC-4.0")
    + loose("raw", convert="ctranslate2")
    + loose("vits", engine="vits", stage="tts", convert="vits-onnx", language_tokens={})
    + loose("untold", licence="unknown")
    + loose("huge", size_bytes=10**15)
    + entry(
        "too-big",
        size_bytes=10**15,
        files=[{"path": "model.bin", "size_bytes": 10**15, "sha256": "0" * 64}],
        sources=[{"type": "hub", "id": PINNED, "revision": "v1"}],
    )
    + entry("espeak-rw", engine="espeak", stage="tts", size_bytes=0, sources=[{"type": "built"}])
)


class Machine:
    """The host, and its `sipforge` as a program."""

    def __init__(self, folder: Path, hub: Hub, ami: int = 9, http: int = 10) -> None:
        self.folder = folder
        self.models = folder / "var/lib/sipforge/models"
        self.manifest = folder / "opt/sipforge/models/manifest.toml"
        self.settings = folder / "etc/sipforge/sipforge.toml"
        self.choices = self.settings.with_name("model-choices.json")
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[3]),
            # Not what pip finds on the machine that tests.
            "PIP_CONFIG_FILE": os.devnull,
        }
        self.hub = hub
        hub.repositories[PINNED] = Repository(
            {"model.bin": BIG, "sub/config.json": SMALL}, large=frozenset({"model.bin"})
        )
        hub.repositories[LOOSE] = Repository(
            {
                ".gitattributes": b"*",
                "config.json": SMALL,
                "pytorch_model.bin": BIG,
                "checkpoint-1/config.json": b"{}",
                "checkpoint-1/pytorch_model.bin": b"no",
            },
            large=frozenset({"pytorch_model.bin"}),
        )
        for needed in (self.models, self.manifest.parent, self.settings.parent):
            needed.mkdir(parents=True)
        self.settings.write_text(SETTINGS.format(ami=ami, http=http))
        self.manifest.write_text(MANIFEST)

    def command(self, *arguments: str) -> list[str]:
        start = [sys.executable, "-m", "sipforge.cli", "--settings", str(self.settings)]
        return [*start, "models", *arguments]

    def run(self, *arguments: str, limit: str = "") -> subprocess.CompletedProcess[str]:
        """Run `sipforge models ...`; `limit`: shell commands before it, such as ulimit."""
        command = self.command(*arguments)
        if limit:
            command = ["bash", "-c", f'{limit}; exec "$@"', "bash", *command]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=self.environment,
            check=False,
        )

    def fetch(self, name: str, *options: str, limit: str = "") -> subprocess.CompletedProcess[str]:
        return self.run("fetch", name, "--hub", self.hub.url, *options, limit=limit)

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def state(self, name: str) -> str:
        models = self.json("list")["models"]
        return str(next(model["state"] for model in models if model["name"] == name))

    def put(self, name: str) -> Path:
        """Install a pinned model without a network."""
        (self.models / name / "sub").mkdir(parents=True)
        (self.models / name / "model.bin").write_bytes(BIG)
        (self.models / name / "sub" / "config.json").write_bytes(SMALL)
        return self.models / name
