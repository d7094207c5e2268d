from __future__ import annotations

import json
import os
import wave
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sipforge.cli.__main__ import app
from sipforge.cli.review.items import Collector, rule_items
from sipforge.text.kinyarwanda import normalisation as kinyarwanda

ROOT = Path(__file__).parents[3]
PHRASES = """
[phrases]
goodbye = { text = "Murabeho.", confidence = "M", source = "rule" }
greeting = { text = "{office}, muraho.", confidence = "H", source = "grammar" }
[samples]
numbers.texts = ["21", "21", "7:05"]
numbers.confidence = "H"
"""
KNOWLEDGE = """
[[topics]]
id = "amasaha"
english = "opening hours"
title = "amasaha"
questions = ["Mukora ryari?"]
answer = "Saa 2."
confidence = "M"
source = "by rule"
"""
RULES = """// Letters
.group b
\tb\tB
\tm) b (e\tb\t// Rwandan grammar
"""
TEXTS = 9
"""Two phrases, three of the topic, two samples, two rules."""


class Desk:
    """A reviewer's desk: a host's settings and the small files of one assistant."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.verdicts = folder / "var/lib/sipforge/review/kinyarwanda.jsonl"
        self.phrases, self.knowledge = folder / "phrases.toml", folder / "knowledge.toml"
        self.phrases.write_text(PHRASES)
        self.knowledge.write_text(KNOWLEDGE)
        (folder / "rules").mkdir()
        (folder / "rules" / "rw_rules").write_text(RULES)
        self.settings = folder / "etc/sipforge/sipforge.toml"
        self.settings.parent.mkdir(parents=True)
        self.settings.write_text(
            "office = 'Ibiro'\n"
            "[bots.kinyarwanda]\nextension = '3000'\nlanguage = 'kinyarwanda'\nhttp_port = 1\n"
            f"phrases = '{self.phrases}'\nknowledge = '{self.knowledge}'\n"
            "tts = { engine = 'espeak', model = 'espeak-rw', voice = 'rw' }\n"
        )

    def run(self, *arguments: str, answers: str = "") -> Result:
        rules = ("--rules", str(self.folder / "rules"))
        command = ["--settings", str(self.settings), "review", "kinyarwanda", *rules, *arguments]
        return CliRunner().invoke(app, command, input=answers)

    def lines(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.verdicts.read_text().splitlines()]

    def counts(self, *arguments: str) -> dict[str, dict[str, int]]:
        result = self.run("--summary", "--json", *arguments)
        assert result.exit_code == 0, result.output
        parts: dict[str, dict[str, int]] = json.loads(result.stdout)["parts"]
        return parts


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_each_text_is_shown_with_what_is_known_of_it_and_asked_about_once(desk: Desk) -> None:
    result = desk.run("--by", "Uwase", answers="r\n" * TEXTS)
    assert result.exit_code == 0, result.output
    for words in (
        f"{TEXTS} texts to judge, 0 judged before",
        "1/9  phrases.goodbye",
        "confidence M; rule",
        "knowledge.amasaha.answer  (opening hours)",
        "is spoken: saa mbiri.",
        "is spoken: makumyabiri na rimwe",
        "b → B",
        "m) b (e → b",
        "(as in mbiri)",
        "Rwandan grammar",
        "9 judged now, 0 open.",
    ):
        assert words in result.stdout, words
    assert [line["verdict"] for line in desk.lines()] == ["right"] * TEXTS
    assert {line["by"] for line in desk.lines()} == {"Uwase"}
    again = desk.run(answers="")
    assert f"0 texts to judge, {TEXTS} judged before" in again.stdout
    assert f"{TEXTS} texts to judge, 0 judged before" in desk.run("--all", answers="q\n").stdout


def test_a_review_goes_on_where_it_was_left(desk: Desk) -> None:
    first = desk.run(answers="r it is fine\ns\nw\nnobody says so\nq\n")
    assert "2 judged now, 7 open." in first.stdout
    assert [(line["verdict"], line["note"]) for line in desk.lines()] == [
        ("right", "it is fine"),
        ("wrong", "nobody says so"),
    ]
    # The one that was skipped comes first; what is no answer is asked again; input that ends, ends it.
    second = desk.run(answers="x\nr\n")
    assert "1/7  phrases.greeting" in second.stdout
    assert "1 judged now, 6 open." in second.stdout
    assert len(desk.lines()) == 3


def test_corrections_are_listed_until_the_text_is_changed(desk: Desk) -> None:
    desk.run("--only", "phrases.goodbye", answers="c\nMurabeho neza.\nmore polite\n")
    summary = desk.run("--summary")
    assert summary.exit_code == 0
    assert "phrases.goodbye\n    Murabeho.\n    Murabeho neza.\n    note: more polite\n" in summary.stdout
    assert desk.counts()["phrases"] == {"right": 0, "wrong": 0, "corrected": 1, "open": 1}
    desk.phrases.write_text(PHRASES.replace("Murabeho.", "Murabeho neza."))
    assert desk.counts()["phrases"] == {"right": 0, "wrong": 0, "corrected": 0, "open": 2}
    assert "To apply" not in desk.run("--summary").stdout
    assert "Murabeho neza." in desk.run(answers="q\n").stdout


def test_the_last_verdict_on_a_text_counts(desk: Desk) -> None:
    desk.run("--only", "menu", answers="")
    desk.run("--only", "phrases.goodbye", answers="w\n\n")
    desk.run("--only", "phrases.goodbye", "--all", answers="r\n")
    assert desk.counts()["phrases"] == {"right": 1, "wrong": 0, "corrected": 0, "open": 1}
    assert len(desk.lines()) == 2


def test_a_correction_that_changes_nothing_is_none(desk: Desk) -> None:
    result = desk.run("--only", "phrases.goodbye", answers="c\nMurabeho.\nc\n\nr\n")
    assert result.stdout.count("nothing was changed") == 2
    assert [line["verdict"] for line in desk.lines()] == ["right"]


def test_a_correction_of_a_number_is_of_how_it_is_spoken(desk: Desk) -> None:
    answers = "c\nmakumyabiri na rimwe\nc\nmakumyabiri na kamwe\n\nq\n"
    assert "nothing was changed" in desk.run("--only", "samples", answers=answers).stdout
    (line,) = desk.lines()
    assert (line["text"], line["spoken"], line["correction"]) == (
        "21",
        "makumyabiri na rimwe",
        "makumyabiri na kamwe",
    )
    assert "    21 (spoken: makumyabiri na rimwe)\n    makumyabiri na kamwe\n" in desk.run("--summary").stdout


def test_an_export_holds_todays_verdicts(desk: Desk) -> None:
    desk.run("--only", "phrases", answers="c\nMurabeho neza.\n\nr\n")
    out = desk.folder / "out.json"
    assert desk.run("--export", str(out)).exit_code == 0
    found = json.loads(out.read_text())["verdicts"]
    assert [(one["id"], one["verdict"], one["correction"]) for one in found] == [
        ("phrases.goodbye", "corrected", "Murabeho neza."),
        ("phrases.greeting", "right", ""),
    ]


def test_a_line_that_was_cut_off_loses_only_itself(desk: Desk) -> None:
    desk.run("--only", "phrases", answers="r\nr\n")
    whole = desk.verdicts.read_bytes()
    desk.verdicts.write_bytes(whole[:-20])
    assert desk.counts()["phrases"]["right"] == 1
    desk.run("--only", "phrases", answers="r\n")
    assert desk.counts()["phrases"]["right"] == 2


@pytest.mark.parametrize(
    "line", ['{"id": "a"}', '{"verdict": "maybe", "id": "a", "digest": "b", "text": "c"}', "[]}"]
)
def test_a_file_of_something_else_is_not_added_to(desk: Desk, line: str) -> None:
    desk.verdicts.parent.mkdir(parents=True)
    desk.verdicts.write_text(line + "\n")
    result = desk.run(answers="r\n" * TEXTS)
    assert result.exit_code == 1
    assert "line 1 is no verdict" in result.stderr
    assert desk.verdicts.read_text() == line + "\n"


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, with an espeak-ng that says the same whatever it is asked to."""
    folder = tmp_path / "tools"
    folder.mkdir()
    sound = tmp_path / "sound.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes(bytes(2 * 22050))
    tool(folder, "espeak-ng", f"cat > /dev/null; exec cat {sound}")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def test_texts_are_put_into_wav_files(desk: Desk, tools: Path) -> None:
    folder = desk.folder / "wavs"
    result = desk.run("--wav", str(folder), "--only", "phrases", answers="")
    assert result.exit_code == 0, result.output
    names = ["001-phrases.goodbye.wav", "002-phrases.greeting.wav"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert f"2 WAV files are in {folder}\n" in result.stdout
    with wave.open(str(folder / names[0])) as file:
        assert (file.getframerate(), file.getnchannels()) == (16000, 1)
        assert file.getnframes() / 16000 == pytest.approx(1.4, abs=0.02)  # a sentence and its pauses


def test_texts_are_played_before_they_are_asked_about(desk: Desk, tools: Path) -> None:
    tool(tools, "aplay", f'echo "$1 $(head -c 4 "$2")" >> {desk.folder}/played')
    assert desk.run("--play", "--only", "phrases", answers="r\nq\n").exit_code == 0
    played = (desk.folder / "played").read_text().splitlines()
    assert played == ["-q RIFF", "-q RIFF"]


def test_a_host_without_sound_says_so(desk: Desk, tools: Path) -> None:
    tool(tools, "aplay", "echo 'no soundcards found' >&2; exit 1")
    result = desk.run("--play", answers="r\n")
    assert result.exit_code == 3
    assert "no soundcards found; use --wav FOLDER" in result.stderr


def test_placeholders_are_filled_for_the_ear_and_do_not_change_what_a_verdict_binds_to() -> None:
    raw = {"phrases": {"greeting": "{office}, muraho."}}
    one, other = (
        Collector(kinyarwanda.normalise, {"{office}": office}).phrases(raw)[0]
        for office in ("Ibiro", "Isoko")
    )
    assert (one.said, other.said) == ("Ibiro, muraho.", "Isoko, muraho.")
    assert one.key == other.key


def test_a_word_of_the_lexicon_is_its_own_example() -> None:
    (item,) = rule_items("rw_list", "// words\nKigali\tcigali // place\n", [])
    assert (item.id, item.text, item.said, item.source) == (
        "lexicon.Kigali",
        "Kigali → cigali",
        "Kigali",
        "place",
    )


def test_an_assistant_that_there_is_not(desk: Desk) -> None:
    result = CliRunner().invoke(app, ["--settings", str(desk.settings), "review", "french"])
    assert result.exit_code == 2
    assert "there is no assistant 'french'; there are: kinyarwanda" in result.stderr


def test_everything_that_the_kinyarwanda_assistant_says_can_be_judged(desk: Desk) -> None:
    desk.phrases.write_text((ROOT / "roles/sipforge/files/phrases/kinyarwanda.toml").read_text())
    desk.knowledge.write_text((ROOT / "inventory/knowledge/kinyarwanda.toml").read_text())
    out = desk.run("--rules", str(ROOT / "models" / "espeak-rw"), "--summary", "--json")
    parts = {part: sum(count.values()) for part, count in json.loads(out.stdout)["parts"].items()}
    assert set(parts) >= {"phrases", "menu", "intents", "knowledge", "samples", "rules"}
    assert parts["knowledge"] >= 27 * 5
    assert parts["samples"] >= 100
    shown = desk.run("--only", "knowledge", answers="s\n" * parts["knowledge"]).stdout
    assert shown.count("confidence") == parts["knowledge"]
