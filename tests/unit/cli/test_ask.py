import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = (
    *("--knowledge", str(ROOT / "inventory" / "knowledge" / "english.toml")),
    *("--phrases", str(ROOT / "roles" / "sipforge" / "files" / "phrases" / "english.toml")),
)


def ask(*arguments: str, said: str = "") -> tuple[int, list[dict[str, object]], str]:
    command = [sys.executable, "-m", "sipforge.cli", "ask", *arguments]
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_each_question_is_a_call_of_its_own() -> None:
    code, answers, _ = ask(*FILES, said="When do you open?\nand on Saturday\n")
    assert code == 0
    assert [answer["answered"] for answer in answers] == [["hours"], ["saturday"]]
    assert set(answers[0]) == {"question", "answered", "asked_back", "said", "why"}
    assert answers[0]["question"] == "When do you open?"
    assert str(answers[0]["said"]).startswith("We open at eight")


def test_a_dialogue_goes_through_the_policy_and_the_keys_work() -> None:
    said = "Do you sell pianos?\nyes\n\nWho is your director?\n8\n1\n"
    _, answers, _ = ask("--dialogue", *FILES, said=said)
    assert [answer["answered"] for answer in answers] == [[], [], ["director"], [], ["hours"]]
    assert "Shall I connect you" in str(answers[0]["said"])
    assert "connecting you" in str(answers[1]["said"])


def test_an_assistant_of_a_host(tmp_path: Path) -> None:
    settings = tmp_path / "sipforge.toml"
    settings.write_text(
        '[bots.english]\nextension = "2000"\nlanguage = "english"\nhttp_port = 1\n'
        f'knowledge = "{FILES[1]}"\nphrases = "{FILES[3]}"\n'
    )
    program = [sys.executable, "-m", "sipforge.cli", "--settings", str(settings), "ask", "english"]
    done = subprocess.run([*program, "Where are you?"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(done.stdout)["answered"] == ["address"]


@pytest.mark.parametrize(
    ("arguments", "code"), [((), 2), (("--knowledge", "x.toml"), 2), (("--settings", "x", "english"), 2)]
)
def test_wrong_usage(arguments: tuple[str, ...], code: int) -> None:
    assert ask(*arguments)[0] == code


def test_a_wrong_file_is_named() -> None:
    code, _, said = ask("--knowledge", "no.toml", "--phrases", FILES[3], said="Hello?\n")
    assert code == 78
    assert "no.toml" in said
