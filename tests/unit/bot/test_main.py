from __future__ import annotations

from pathlib import Path

import pytest

from sipforge.bot.__main__ import EX_CONFIG, main

PHRASES = Path(__file__).parents[3] / "roles" / "sipforge" / "files" / "phrases"

SETTINGS = """
[bots.english]
extension = "2000"
language = "english"
http_port = 18991
phrases = "{phrases}"
knowledge = "{folder}/absent.toml"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "etc/sipforge/sipforge.toml"
    path.parent.mkdir(parents=True)
    path.write_text(SETTINGS.format(folder=tmp_path, phrases=PHRASES / "english.toml"))
    return path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_missing_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["english", "--settings", str(tmp_path / "absent.toml")]) == EX_CONFIG
    assert "absent.toml: cannot be read" in said(capsys)


def test_unknown_bot(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["swahili", "--settings", str(settings)]) == EX_CONFIG
    assert said(capsys).endswith("there is no bot 'swahili'; there are: english")


def test_missing_credential(
    settings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert main(["english", "--settings", str(settings)]) == EX_CONFIG
    assert "jwt-key" in said(capsys)


def test_missing_knowledge(
    settings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.parent / "jwt-key").write_text("k" * 48)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(settings.parent))
    assert main(["english", "--settings", str(settings)]) == EX_CONFIG
    assert "absent.toml" in said(capsys)


def test_missing_phrases(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.write_text(settings.read_text().replace("english.toml", "gone.toml"))
    assert main(["english", "--settings", str(settings), "--render-prompts"]) == EX_CONFIG
    assert "gone.toml" in said(capsys)


def test_prompts_are_rendered_once(
    settings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a stand-in for espeak-ng."""
    program = settings.parent / "espeak-ng"
    wav = settings.parent / "out"
    wav.write_bytes(
        b"RIFF" + bytes(20) + (16000).to_bytes(4, "little") + bytes(8) + b"data" + bytes(4) + b"\1\2" * 999
    )
    program.write_text(f"#!/bin/sh\ncat {wav}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{settings.parent}:/usr/bin:/bin")
    arguments = ["english", "--settings", str(settings), "--render-prompts"]
    assert main(arguments) == 0
    assert capsys.readouterr().out == "changed\n"
    assert main(arguments) == 0
    assert capsys.readouterr().out == "unchanged\n"
    assert (
        settings.parents[2] / "var/lib/sipforge/prompts/english" / "unavailable.sln16"
    ).stat().st_size > 2000


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--render-prompts" in capsys.readouterr().out
