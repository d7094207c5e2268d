"""What was measured, as it is kept, and the limits that follow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sipforge.core.capacity import Limit, Source
from sipforge.infra.capacity import (
    Measurement,
    current_measurements,
    limits,
    load_measurements,
    measured_for,
    processor_cores,
    save_measurements,
)
from sipforge.infra.settings.host import Settings, load_settings

BOT = """
[bots.{name}]
extension = "{extension}"
language = "{name}"
http_port = {extension}
phrases = "p"
knowledge = "k"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("etc/sipforge", "var/lib/sipforge", "opt/sipforge"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "opt/sipforge/installed").write_text("Python 3.14.0\n1 2 sipforge.tar\n")
    return tmp_path


def host(root: Path, more: str = "") -> Settings:
    """With an English assistant, of which `more` tells more, and a Kinyarwanda one."""
    path = root / "etc/sipforge/sipforge.toml"
    english = BOT.format(name="english", extension=2000)
    path.write_text(english + more + BOT.format(name="kinyarwanda", extension=3000))
    return load_settings(path)


def measured(settings: Settings, calls: int) -> Measurement:
    return Measurement(measured_for(settings, "english"), 0.5, calls)


def test_a_number_that_is_set_wins_then_what_was_measured_then_the_default(root: Path) -> None:
    settings = host(root)
    assert set(limits(settings).values()) == {Limit(10, Source.DEFAULT)}
    save_measurements(settings, {"english": measured(settings, 24)})
    assert limits(settings) == {
        "english": Limit(24, Source.MEASURED),
        "kinyarwanda": Limit(10, Source.DEFAULT),
    }
    assert limits(host(root, "max_calls = 3"))["english"] == Limit(3, Source.SET)


def test_what_was_written_is_read_by_everybody(root: Path) -> None:
    settings = host(root)
    kept = {"english": measured(settings, 24)}
    save_measurements(settings, kept)
    assert load_measurements(settings) == current_measurements(settings) == kept
    assert settings.capacity_file == root / "var/lib/sipforge/capacity.json"
    assert settings.capacity_file.stat().st_mode & 0o777 == 0o644
    told = json.loads(settings.capacity_file.read_text())["english"]["measured_for"]
    assert (told["cores"], told["program"]) == (processor_cores(), "Python 3.14.0 1 2 sipforge.tar")
    assert told["processor"]
    assert (told["stt"]["model"], told["tts"]["engines"]) == ("whisper-base", ["espeak"])


@pytest.mark.parametrize(
    "more", ['stt = { model = "another" }', 'tts = { engine = "piper", model = "x" }', "max_calls = 3", ""]
)
def test_it_holds_for_the_engines_and_models_that_it_was_measured_with(root: Path, more: str) -> None:
    save_measurements(host(root), {"english": measured(host(root), 24)})
    assert bool(current_measurements(host(root, more))) == (more in {"max_calls = 3", ""})


def test_it_does_not_hold_for_another_program(root: Path) -> None:
    settings = host(root)
    save_measurements(settings, {"english": measured(settings, 24)})
    (root / "opt/sipforge/installed").write_text("Python 3.14.0\n3 4 sipforge.tar\n")
    assert current_measurements(settings) == {}


def test_nor_for_an_assistant_that_is_gone(root: Path) -> None:
    save_measurements(host(root), {"french": measured(host(root), 24)})
    assert current_measurements(host(root)) == {}


def kept(turn_seconds: str, calls: str) -> str:
    return f'{{"english": {{"measured_for": {{}}, "turn_seconds": {turn_seconds}, "calls": {calls}}}}}'


BROKEN = (
    *("", "[1]", '{"english": 1}', '{"english": {"calls": 3}}', "\ud800", "[" * 100_000),
    *(kept("0", "0"), kept("1", "0.5"), kept("1", "Infinity"), kept("9" * 400, "5")),
)


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_is_none(root: Path, content: str) -> None:
    settings = host(root)
    settings.capacity_file.write_bytes(content.encode("utf-8", "surrogatepass"))
    assert load_measurements(settings) == {}
    assert limits(settings)["english"] == Limit(10, Source.DEFAULT)
