"""The scripts that run on the host, run here on files of a test."""

import json
import subprocess
import sys
import tomllib

import pytest

from tests.bench.modes import _EDIT, _RESTORE, cloud

SETTINGS = """\
# by Ansible
office = "Kigali"

[bots.english]
extension = "2000"

[bots.english.dialogue]
engines = ["answers"]
temperature = 1
[bots.english.tts]
engine = "piper"
"""


def script(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-", *arguments], input=text, capture_output=True, text=True, check=False
    )


def edit(path, mode):
    return script(_EDIT, str(path), ".before", json.dumps(mode))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sipforge.toml"
    path.write_text(SETTINGS)
    path.chmod(0o640)
    return path


def test_settings_are_changed_and_put_back(path, tmp_path):
    key, other = tmp_path / "key", tmp_path / "other"
    other.write_text("before")
    files = {str(key): "secret", str(other): "after"}
    mode = {
        "settings": {
            "bots.english.dialogue": {"engines": ["openai", "answers"]},
            "openai": {"base_url": "http://x"},
        },
        "files": files,
    }
    done = edit(path, mode)
    assert done.returncode == 0, done.stderr
    found = tomllib.loads(path.read_text())
    assert found["bots"]["english"]["dialogue"] == {"engines": ["openai", "answers"], "temperature": 1}
    assert found["bots"]["english"]["tts"] == {"engine": "piper"}
    assert found["openai"] == {"base_url": "http://x"}
    assert found["office"] == "Kigali"
    assert (key.read_text(), other.read_text()) == ("secret", "after")
    assert key.stat().st_mode & 0o777 == 0o600
    # A second change would lose what was there first.
    assert "earlier benchmark" in edit(path, mode).stderr
    done = script(_RESTORE, ".before", str(path), *files)
    assert done.returncode == 0, done.stderr
    assert path.read_text() == SETTINGS
    assert path.stat().st_mode & 0o777 == 0o640
    assert other.read_text() == "before"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["other", "sipforge.toml"]


def test_a_section_at_the_very_beginning_and_one_at_the_end(path):
    path.write_text("[first]\na = 1\n[last]\nb = 2")
    assert edit(path, {"settings": {"first": {"a": 2}, "last": {"c": "x"}}, "files": {}}).returncode == 0
    assert tomllib.loads(path.read_text()) == {"first": {"a": 2}, "last": {"b": 2, "c": "x"}}


def test_putting_back_what_was_not_changed_changes_nothing(path, tmp_path):
    assert script(_RESTORE, ".before", str(path), str(tmp_path / "key")).returncode == 0
    assert path.read_text() == SETTINGS


def test_a_key_is_taken_out_and_another_put_in(path):
    mode = {"settings": {"bots.english.tts": {"engine": None, "engines": ["openai", "piper"]}}, "files": {}}
    assert edit(path, mode).returncode == 0
    assert tomllib.loads(path.read_text())["bots"]["english"]["tts"] == {"engines": ["openai", "piper"]}


def test_the_cloud_has_a_local_engine_behind_each_stage():
    mode = cloud("http://127.0.0.1:1/v1")
    assert mode.settings["openai"] == {"base_url": "http://127.0.0.1:1/v1"}
    for stage in ("stt", "dialogue", "tts"):
        first, last = mode.settings[f"bots.english.{stage}"]["engines"]
        assert first == "openai" != last
    assert mode.files
    assert not cloud("http://127.0.0.1:1/v1", key=False).files
