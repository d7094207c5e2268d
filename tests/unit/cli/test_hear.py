"""`sipforge hear` with real ears and real files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from sipforge.bot.hear import assistant_settings, main
from sipforge.infra.settings.host import SettingsError
from tests.models import FOLDER, REPOSITORY, model
from tests.phones.speech import english, kinyarwanda

KEYS = {
    *("file", "words", "confidence", "seconds", "accepted", "shares", "speech_seconds", "took_seconds"),
}


def settings(folder: Path, language: str = "english", more: str = "") -> Path:
    path = folder / f"{language}.toml"
    path.write_text(
        f'language = "{language}"\n'
        f'phrases = "{REPOSITORY}/roles/sipforge/files/phrases/{language}.toml"\n'
        f'knowledge = "{REPOSITORY}/inventory/knowledge/{language}.toml"\n{more}'
    )
    return path


@pytest.fixture(scope="module", autouse=True)
def models() -> None:
    model("whisper-base")
    model("silero-vad")


def hear(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, object]]:
    main([str(argument) for argument in arguments])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_file_is_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = english("When are you open?")
    samples, rate_hz = soundfile.read(question)
    again = tmp_path / "question.flac"
    soundfile.write(again, samples[::2], rate_hz // 2)
    common = ("--assistant", settings(tmp_path), "--models", FOLDER)
    first, second, yes = hear(capsys, *common, question, again, english("Yes, please."))
    assert set(first) == KEYS
    assert first["file"] == str(question)
    assert "open" in str(first["words"]) and "open" in str(second["words"])
    assert max(first["shares"], key=first["shares"].get) == "en"  # type: ignore[arg-type, attr-defined]
    assert 0.3 < float(first["speech_seconds"]) <= float(first["seconds"]) == len(samples) / rate_hz  # type: ignore[arg-type]
    assert (first["accepted"], yes["accepted"]) == ("hours", "yes")


def test_a_phrase_of_the_closed_set_is_accepted_by_its_topic(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = settings(tmp_path, "kinyarwanda", '[stt]\nengine = "whisper-phrases"\nlanguage = "sw"\n')
    common = ("--assistant", asked, "--models", FOLDER, "--line", "gentle")
    [heard] = hear(capsys, *common, kinyarwanda("Mukora ryari?"))
    assert (heard["words"], heard["accepted"]) == ("Mukora ryari?", "amasaha")


def test_silence_and_what_is_no_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soundfile.write(tmp_path / "silence.wav", [0.0] * 8000, 8000)
    (tmp_path / "notes.txt").write_text("no sound")
    common = ("--assistant", settings(tmp_path), "--models", FOLDER)
    files = [tmp_path / name for name in ("notes.txt", "missing.wav", "silence.wav")]
    assert main([str(one) for one in (*common, *files)]) == 1
    text, missing, silence = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert "cannot be read as sound" in text["error"]
    assert "no such file" in missing["error"]
    assert (silence["words"], silence["speech_seconds"], silence["shares"]) == ("", 0.0, {})


def test_what_is_wrong_with_the_settings_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = [str(english("Yes, please."))]
    assert main(["--assistant", str(tmp_path / "none.toml"), *common]) == 78
    assert "none.toml: cannot be read" in capsys.readouterr().err
    assert main(["--assistant", str(settings(tmp_path)), "--models", str(tmp_path), *common]) == 78
    assert f"the model in {tmp_path}/whisper-base cannot be loaded" in capsys.readouterr().err
    both = tmp_path / "both.toml"
    one = 'language = "english"\nextension = "200{}"\nhttp_port = {}\nphrases = "x"\nknowledge = "y"\n'
    both.write_text("[bots.a]\n" + one.format(1, 1) + "[bots.b]\n" + one.format(2, 2))
    with pytest.raises(SettingsError, match=r"name the assistant with --name; there are: a, b"):
        assistant_settings(both, "", None)
    assert assistant_settings(both, "b", None)[0].bots["b"].phrases == tmp_path / "x"
