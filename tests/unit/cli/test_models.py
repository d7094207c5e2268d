"""`sipforge models list|verify|convert|remove`."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from sipforge.cli.models.conversion import explain
from sipforge.infra.models.store import STAMP
from tests.standin.hub import Hub, serve
from tests.unit.cli.models_host import BIG, LOOSE, SMALL, Machine


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve() as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path, hub: Hub) -> Machine:
    return Machine(tmp_path, hub)


def test_the_list(machine: Machine) -> None:
    machine.put("base")
    (machine.models / "espeak-rw").mkdir()
    machine.put("voice").joinpath("model.bin").write_bytes(BIG[1:])
    done = machine.run("list")
    assert done.returncode == 0
    rows = [line.split("  ") for line in done.stdout.splitlines()]
    cells = {row[1]: [cell.strip() for cell in row[2:] if cell.strip()] for row in rows if len(row) > 2}
    assert cells["base"] == [
        "installed", "whisper", "english stt, kinyarwanda stt", "en rw", "5 MB", "2 MB", "MIT"
    ]  # fmt: skip
    assert cells["loose"] == ["no", "whisper", "rw", "~5 MB", "~2 MB", "MIT"]
    assert cells["espeak-rw"][:3] == ["installed", "espeak", "kinyarwanda tts"]
    # Which voice each assistant has, and its licence.
    assert cells["english"] == ["piper", "voice", "CC0-1.0"]
    assert cells["kinyarwanda"] == ["espeak", "espeak-rw", "MIT"]
    assert f"voice: model.bin has {len(BIG) - 1} bytes instead of {len(BIG)}" in done.stderr
    assert "silero-vad, used by english vad, kinyarwanda vad, is not in the manifest" in done.stderr


def test_the_list_as_json(machine: Machine) -> None:
    told = machine.json("list")
    by_name = {model["name"]: model for model in told["models"]}
    assert by_name["nc"]["licence_concern"] == "forbids commercial use"
    assert by_name["base"]["used_by"] == ["english stt", "kinyarwanda stt"]
    assert by_name["raw"]["convert"] == "ctranslate2"
    assert (by_name["base"]["pinned"], by_name["loose"]["pinned"]) == (True, False)
    assert told["voices"][0] == {
        "assistant": "english", "engine": "piper", "model": "voice", "licence": "CC0-1.0"
    }  # fmt: skip
    assert told["choices"] == []


def test_a_cloud_voice_is_listed_as_such(machine: Machine) -> None:
    text = machine.settings.read_text().replace('engine = "piper"', 'engines = ["openai", "piper"]')
    machine.settings.write_text(text)
    voices = machine.json("list")["voices"]
    assert [(voice["engine"], voice["licence"]) for voice in voices if voice["assistant"] == "english"] == [
        ("openai", "a service, on its provider's terms"),
        ("piper", "CC0-1.0"),
    ]


def test_verify_reads_every_file(machine: Machine) -> None:
    for name in ("base", "voice"):
        machine.fetch(name)
    (machine.models / "espeak-rw").mkdir()
    done = machine.run("verify")
    assert (done.returncode, done.stdout) == (0, "base: ok\nvoice: ok\nespeak-rw: ok\n")
    # Tampered with, behind the back of size and time.
    path = machine.models / "base" / "model.bin"
    before = path.stat()
    path.write_bytes(BIG[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    (machine.models / "voice" / "model.bin").write_bytes(BIG[:1000])
    (machine.models / "voice" / "sub" / "config.json").unlink()
    wrong = machine.run("verify")
    assert wrong.returncode == 1
    lines = wrong.stdout.splitlines()
    assert lines[0].startswith("base: model.bin has the wrong sha256")
    assert lines[1] == (f"voice: model.bin has 1000 bytes instead of {len(BIG)}; sub/config.json is missing")
    assert "not as they should be: base, voice" in wrong.stderr
    # And fetching mends it.
    (machine.models / "base" / STAMP).unlink()
    assert machine.fetch("base").returncode == 0
    assert machine.run("verify", "base").stdout == "base: ok\n"


def test_verify_finds_what_changed_in_a_locked_model(machine: Machine) -> None:
    machine.fetch("loose")
    assert machine.json("verify", "loose") == {
        "ok": True,
        "models": [{"name": "loose", "state": "installed", "problems": []}],
    }
    (machine.models / "loose" / "config.json").write_bytes(SMALL[::-1])
    done = machine.run("verify", "loose", "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert told["models"][0]["problems"][0].startswith("config.json has the wrong sha256")


def test_verify_misses_a_model_that_is_used(machine: Machine) -> None:
    done = machine.run("verify")
    assert done.returncode == 1
    assert done.stdout == "base: it is not here\nvoice: it is not here\nespeak-rw: it is not here\n"


def test_remove(machine: Machine) -> None:
    machine.fetch("loose")
    (machine.models / ".loose.part").mkdir()
    asked = machine.run("remove", "loose")
    assert asked.returncode == 2
    assert "nobody to ask; give --yes" in asked.stderr
    assert machine.state("loose") == "installed"
    done = machine.run("remove", "loose", "--yes")
    assert (done.returncode, done.stdout) == (0, "loose is removed; 2 MB are free again.\n")
    assert list(machine.models.iterdir()) == []
    assert machine.run("remove", "loose", "--yes").returncode == 1


def test_a_model_in_use_is_not_removed(machine: Machine) -> None:
    machine.put("base")
    done = machine.run("remove", "base", "--yes")
    assert done.returncode == 1
    assert "base is used by english stt, kinyarwanda stt" in done.stderr
    assert machine.state("base") == "installed"


def test_what_a_choice_replaced_is_not_removed_either(machine: Machine) -> None:
    """The choice could be undone, or the playbook run."""
    machine.put("voice")
    said = {"engine": "piper", "model": "voice", "voice": "en-us"}
    use = {"engines": ["espeak"], "model": "other-voice"}
    choices = {"english": {"tts": {"instead_of": said, "use": use}}}
    machine.choices.write_text(json.dumps(choices))
    assert machine.json("list")["voices"][0]["model"] == "other-voice"
    done = machine.run("remove", "voice", "--yes")
    assert done.returncode == 1
    assert "voice is what the inventory gives english tts" in done.stderr


def test_the_commands_of_a_conversion(machine: Machine) -> None:
    machine.fetch("raw")
    assert machine.state("raw") == "to be converted"
    done = machine.run("convert", "raw", "--dry-run")
    assert done.returncode == 0
    commands = done.stdout.splitlines()
    assert [command.startswith("nice -n 19 ") for command in commands] == [True] * 5
    assert "-m venv " in commands[0]
    assert sys.prefix not in commands[0].split(" -m ")[0]
    assert "--index-url https://download.pytorch.org/whl/cpu 'torch>=" in commands[1]
    assert "ctranslate2==" in commands[2]
    assert "'transformers>=" in commands[2]
    assert commands[3].endswith(
        f"/ct2-transformers-converter --model {machine.models}/raw.source"
        f" --output_dir {machine.models}/.raw.convert/model --quantization int8"
    )
    # Whisper's engine needs tokenizer.json, which this repository does not have.
    assert "backend_tokenizer.save" in commands[4]
    assert commands[4].endswith("/.raw.convert/model/tokenizer.json")
    assert sorted(path.name for path in machine.models.iterdir()) == ["raw.source"]
    offline = machine.json("convert", "raw", "--dry-run", "--wheels", "/media/usb")["commands"]
    assert all("--no-index --find-links /media/usb" in command for command in offline[1:3])
    assert "pytorch.org" not in "".join(offline)


def test_what_is_kept_beside_the_weights(machine: Machine) -> None:
    machine.hub.repositories[LOOSE].files |= {"tokenizer.json": b"{}", "vocab.json": b"{}"}
    machine.fetch("raw")
    commands = machine.json("convert", "raw", "--dry-run")["commands"]
    assert len(commands) == 4
    assert commands[3].endswith("--quantization int8 --copy_files tokenizer.json vocab.json")


def test_a_voice_is_exported_by_the_script_beside_the_manifest(machine: Machine) -> None:
    machine.fetch("vits")
    commands = machine.json("convert", "vits", "--dry-run")["commands"]
    assert commands[-1].endswith(
        f"/bin/python {machine.manifest.parent}/vits-onnx/convert.py {machine.models}/vits.source"
        f" {machine.models}/.vits.convert/model --licence MIT"
    )


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [("base", 2, "base needs no conversion"), ("raw", 1, "raw is not here as published")],
)
def test_what_cannot_be_converted(machine: Machine, name: str, code: int, why: str) -> None:
    done = machine.run("convert", name)
    assert (done.returncode, why in done.stderr) == (code, True)


def wheel(house: Path, name: str, files: dict[str, str], scripts: str = "") -> None:
    version, module = "4.99" if name != "torch" else "2.99", name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    with zipfile.ZipFile(house / f"{module}-{version}-py3-none-any.whl", "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
        if scripts:
            archive.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{scripts}\n")


CONVERTER = """
import pathlib, sys
def main():
    given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    out = pathlib.Path(given["--output_dir"]); out.mkdir()
    weights = pathlib.Path(given["--model"], "pytorch_model.bin").read_bytes()
    print("converting", len(weights))
    (out / "model.bin").write_bytes(weights[:1000])
    (out / "config.json").write_text("{}")
"""
TOKENIZER = """
class AutoTokenizer:
    @classmethod
    def from_pretrained(cls, path): return cls()
    @property
    def backend_tokenizer(self): return self
    def save(self, path): open(path, "w").write("{}")
"""


def tools(folder: Path) -> Path:
    """Packages in the place of the public tools, which no test can fetch: the same steps run with them."""
    house = folder / "wheels"
    house.mkdir()
    wheel(
        house,
        "converter-stand-in",
        {"converter.py": CONVERTER},
        "ct2-transformers-converter = converter:main",
    )
    wheel(house, "torch", {"torch.py": ""})
    wheel(house, "transformers", {"transformers.py": TOKENIZER})
    for name in ("sentencepiece", "protobuf"):
        wheel(house, name, {f"{name}.py": ""})
    (made,) = house.glob("converter_stand_in*")
    wanted = version("ctranslate2")
    with (
        zipfile.ZipFile(made) as old,
        zipfile.ZipFile(house / f"ctranslate2-{wanted}-py3-none-any.whl", "w") as new,
    ):
        for path in old.namelist():
            content = (
                old.read(path).decode().replace("converter-stand-in", "ctranslate2").replace("4.99", wanted)
            )
            new.writestr(path.replace("converter_stand_in-4.99", f"ctranslate2-{wanted}"), content)
    made.unlink()
    return house


def test_a_conversion_in_an_environment_of_its_own(machine: Machine, tmp_path: Path) -> None:
    machine.fetch("raw")
    done = machine.run("convert", "raw", "--wheels", str(tools(tmp_path)))
    assert done.returncode == 0, done.stderr
    assert f"converting {len(BIG)}" in done.stderr
    assert "raw: step 4 of 5: convert to int8" in done.stderr
    assert done.stdout.startswith("raw is converted and installed.")
    assert machine.state("raw") == "installed"
    assert sorted(path.name for path in machine.models.iterdir()) == ["raw", "raw.source"]
    lock = json.loads((machine.models / "raw" / "lock.json").read_text())
    assert lock["converted"].startswith("ctranslate2 by ctranslate2 ")
    assert "torch 2.99" in lock["converted"]
    # On another server, the converted model is taken from a folder as it is.
    usb = tmp_path / "usb"
    shutil.move(machine.models / "raw", usb / "raw")
    shutil.rmtree(machine.models / "raw.source")
    assert machine.json("fetch", "raw", "--from", str(usb))["state"] == "installed"


@pytest.mark.parametrize(
    ("said", "code", "why"),
    [
        ("a\nValueError: No conversion is registered for FooConfig\n", 1, "ValueError: No conversion is"),
        ("OSError: [Errno 28] No space left on device", 1, "the disk is full"),
        ("loading", -9, "killed, most likely for want of memory"),
        (
            "WARNING: NewConnectionError: Temporary failure in name resolution",
            1,
            "is this server on the Internet",
        ),
        ("ERROR: No matching distribution found for torch", 1, "a package is not to be had"),
        ("", 3, "exit code 3"),
    ],
)
def test_why_a_conversion_failed(said: str, code: int, why: str) -> None:
    assert why in explain(said, code)


def test_tools_that_are_not_to_be_had(machine: Machine, tmp_path: Path) -> None:
    machine.fetch("raw")
    (tmp_path / "empty").mkdir()
    done = machine.run("convert", "raw", "--wheels", str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "install torch failed: a package is not to be had" in done.stderr
    assert sorted(path.name for path in machine.models.iterdir()) == ["raw.source"]


def test_a_missing_manifest_is_said(machine: Machine) -> None:
    machine.manifest.unlink()
    done = machine.run("list")
    assert done.returncode == 78
    assert "manifest.toml: cannot be read" in done.stderr
