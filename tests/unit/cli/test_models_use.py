"""`sipforge models use`: what is chosen, and going back."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sipforge.cli.errors import CliError
from sipforge.cli.models.switch import switch, table_with
from sipforge.infra.models.choices import Choice, choices_file, load_choices
from sipforge.infra.models.manifest import load_manifest
from sipforge.infra.settings.host import SettingsError, load_settings
from tests.standin.hub import Hub, serve
from tests.unit.ami_server import AmiServer
from tests.unit.cli.models_host import MANIFEST, SETTINGS, Machine, loose

SAID = {"engine": "whisper-phrases", "model": "base", "language": "sw"}
NEW = {"engines": ["whisper"], "model": "fresh", "language": "as"}
CHOICE = Choice("kinyarwanda", "stt", SAID, NEW)


class Services:
    """An appliance whose assistant comes up, or not, with the model that the settings name."""

    def __init__(self, settings: Path, *, dies_with: str = "", silent_with: str = "") -> None:
        self.settings = settings
        self.dies_with = dies_with
        self.silent_with = silent_with
        self.done: list[str] = []
        self.running = ""

    def restart(self, bot: str) -> None:
        self.running = load_settings(self.settings).bots[bot].stt.model
        self.done.append(f"restart with {self.running}")
        if self.running == self.dies_with:
            raise CliError("systemctl: Job for sipforge-bot failed", 3)  # type: ignore[arg-type]

    def ring(self, bot: str) -> str:
        self.done.append("ring")
        return "nothing was heard within 6 s" if self.running == self.silent_with else ""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "sipforge.toml"
    path.write_text(SETTINGS.format(ami=9, http=10))
    return path


def quiet(_: str) -> None:
    pass


def change(settings: Path, services: Services, choice: Choice | None = CHOICE) -> None:
    switch(settings, "kinyarwanda", "stt", choice, appliance=services, tell=quiet)


def test_a_model_that_works_stays(settings: Path) -> None:
    services = Services(settings)
    change(settings, services)
    assert services.done == ["restart with fresh", "ring"]
    stt = load_settings(settings).bots["kinyarwanda"].stt
    assert (stt.engines, stt.model, stt.language) == (("whisper",), "fresh", "as")
    assert load_settings(settings).bots["english"].stt.model == "base"


@pytest.mark.parametrize(
    ("fault", "why"),
    [({"silent_with": "fresh"}, "nothing was heard"), ({"dies_with": "fresh"}, "systemctl: Job")],
)
def test_a_model_that_does_not_work_goes(settings: Path, fault: dict[str, str], why: str) -> None:
    services = Services(settings, **fault)
    with pytest.raises(CliError, match=rf"does not work with it \({why}.*\); it is back with what it had"):
        change(settings, services)
    assert services.done[0] == "restart with fresh"
    assert services.done[-1] == "restart with base"
    assert not choices_file(settings).exists()


def test_going_back_is_to_the_choice_before(settings: Path) -> None:
    change(settings, Services(settings))
    other = Choice("kinyarwanda", "stt", SAID, {**NEW, "model": "bad"})
    with pytest.raises(CliError):
        change(settings, Services(settings, silent_with="bad"), other)
    assert load_settings(settings).bots["kinyarwanda"].stt.model == "fresh"


def test_when_going_back_fails_too_it_is_said(settings: Path) -> None:
    class Dead(Services):
        def restart(self, bot: str) -> None:
            super().restart(bot)
            raise CliError("dead", 3)  # type: ignore[arg-type]

    with pytest.raises(
        CliError, match=r"did not come up with them either.*journalctl -u sipforge-bot@kinyarwanda"
    ):
        change(settings, Dead(settings))
    assert load_settings(settings).bots["kinyarwanda"].stt.model == "base"


def test_ctrl_c_goes_back(settings: Path) -> None:
    class Interrupted(Services):
        def ring(self, bot: str) -> str:
            raise KeyboardInterrupt

    services = Interrupted(settings)
    with pytest.raises(CliError, match="interrupted"):
        change(settings, services)
    assert services.done == ["restart with fresh", "restart with base"]


def test_settings_that_would_be_wrong_are_not_written(settings: Path) -> None:
    services = Services(settings)
    wrong = Choice("kinyarwanda", "stt", SAID, {"engines": ["coqui"], "model": "x"})
    with pytest.raises(CliError, match=r"bots\.kinyarwanda\.stt\.engines.*nothing was changed"):
        change(settings, services, wrong)
    assert services.done == []
    assert not choices_file(settings).exists()


def test_undoing_is_tried_like_any_change(settings: Path) -> None:
    change(settings, Services(settings))
    services = Services(settings)
    change(settings, services, None)
    assert services.done == ["restart with base", "ring"]
    assert load_choices(settings) == ()


def test_a_choice_counts_while_the_inventory_says_the_same(settings: Path) -> None:
    change(settings, Services(settings))
    text = settings.read_text()
    # A playbook run that writes the same again, and something else elsewhere.
    settings.write_text("office = 'Another'\n" + text)
    assert load_settings(settings).bots["kinyarwanda"].stt.model == "fresh"
    # One that gives this stage something else wins.
    settings.write_text(text.replace('language = "sw"', 'language = "ps"'))
    stt = load_settings(settings).bots["kinyarwanda"].stt
    assert (stt.model, stt.language) == ("base", "ps")


def test_the_choices_are_for_whom_the_settings_are(settings: Path) -> None:
    settings.chmod(0o640)
    change(settings, Services(settings))
    assert choices_file(settings).stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("content", ["[1]", "{", '{"kinyarwanda": {"stt": {}}}'])
def test_a_broken_file_of_choices_is_named(settings: Path, content: str) -> None:
    choices_file(settings).write_text(content)
    with pytest.raises(SettingsError, match=r"model-choices\.json: is not what sipforge models use writes"):
        load_settings(settings)


MODELS = load_manifest(
    MANIFEST
    + loose("both", language_tokens={"en": "en", "rw": "ps"})
    + loose("chat", engine="ctranslate2", stage="dialogue", language_tokens={})
    + loose("nllb", engine="pivot", stage="dialogue", language_tokens={"rw": "kin_Latn", "en": "eng_Latn"})
)
BASE_TOKENS = MODELS["base"].language_tokens


def test_the_language_is_told_by_the_token_that_is_used_now() -> None:
    table = table_with(MODELS["both"], SAID, "whisper", BASE_TOKENS, "")
    assert table == {"engines": ["whisper"], "model": "both", "language": "ps"}
    english = {"engine": "whisper", "model": "base", "language": "en"}
    assert table_with(MODELS["both"], english, "whisper", BASE_TOKENS, "")["language"] == "en"
    assert table_with(MODELS["fresh"], SAID, "whisper", {}, "")["language"] == "as"


def test_a_language_that_a_model_does_not_know() -> None:
    with pytest.raises(CliError, match="fresh knows rw; say with --language"):
        table_with(MODELS["fresh"], {"engine": "whisper", "language": "en"}, "whisper", BASE_TOKENS, "")


def test_the_cloud_stays_before_the_local_engine() -> None:
    table = {"engines": ["openai", "piper"], "model": "voice", "voice": "en-us", "words_per_minute": 140}
    assert table_with(MODELS["other-voice"], table, "espeak", {}, "") == {
        "engines": ["openai", "espeak"],
        "model": "other-voice",
        "words_per_minute": 140,
    }
    kept = table_with(MODELS["voice"], table, "piper", {}, "")
    assert kept["voice"] == "en-us"


def test_a_chat_model_comes_after_the_written_answers() -> None:
    assert table_with(MODELS["chat"], {}, "ctranslate2", {}, "") == {
        "engines": ["answers", "ctranslate2"],
        "ctranslate2": {"model": "chat"},
    }
    before = {"engines": ["answers", "ctranslate2"], "ctranslate2": {"model": "old", "threads": 2}}
    assert table_with(MODELS["chat"], before, "ctranslate2", {}, "") == {
        "engines": ["answers", "ctranslate2"],
        "ctranslate2": {"model": "chat", "threads": 2},
    }


def test_a_translator_gets_its_tokens() -> None:
    table: dict[str, Any] = {"engines": ["answers"]}
    assert table_with(MODELS["nllb"], table, "pivot", {}, "") == {
        "engines": ["answers", "pivot"],
        "pivot": {"model": "nllb", "language": "kin_Latn", "english": "eng_Latn"},
    }


class Asterisk(AmiServer):
    """Rings whom it is asked to ring; the orchestrator, asked for its calls, then says that they talk."""

    greeting_heard = True

    def recording(self) -> Path:
        variables = self.rung()["Variable"]
        return Path(variables.split(",")[0].removeprefix("SELF_TEST_FILE="))

    def called(self) -> str:
        return self.rung()["Channel"].removeprefix("Local/").removesuffix("@office")

    def rung(self) -> dict[str, str]:
        return next(action for action in reversed(self.actions) if action["Action"] == "Originate")

    def record(self) -> None:
        loud = np.sin(np.arange(6 * 16000) * 0.1) * 8000 * self.greeting_heard
        self.recording().write_bytes(loud.astype("<i2").tobytes())


@pytest.fixture
def asterisk() -> Iterator[Asterisk]:
    answers = {"Originate": b"Response: Success\r\nMessage: Originate successfully queued\r\n\r\n"}
    with Asterisk(answers=answers) as running:
        yield running


@pytest.fixture
def orchestrator(asterisk: Asterisk) -> Iterator[int]:
    class Calls(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            call = {
                "call": "c",
                "bot": "b",
                "caller": "selftest",
                "dialled": asterisk.called(),
                "state": "talking",
            }
            body = json.dumps([call]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            asterisk.record()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Calls) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve() as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path, hub: Hub, asterisk: Asterisk, orchestrator: int) -> Machine:
    """A host whose systemctl notes what it is asked, and fails while the file `broken` names the model."""
    host = Machine(tmp_path, hub, asterisk.port, orchestrator)
    credential = tmp_path / "etc/sipforge/credentials/ami-cli"
    credential.parent.mkdir()
    credential.write_text("s3cret\n")
    (tmp_path / "var/spool/asterisk").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "systemctl"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n'
        f"broken=$(cat {tmp_path}/broken 2>/dev/null) || exit 0\n"
        f'grep -q "$broken" {host.choices} 2>/dev/null || exit 0\n'
        'echo "Job for sipforge-bot@kinyarwanda.service failed." >&2; exit 1\n'
    )
    program.chmod(0o755)
    host.environment["PATH"] = f"{program.parent}:{host.environment['PATH']}"
    host.put("base")
    host.put("fresh")
    return host


RESTART = "restart --no-ask-password sipforge-bot@kinyarwanda.service\n"


def test_use_as_a_program(machine: Machine, asterisk: Asterisk) -> None:
    done = machine.run("use", "kinyarwanda", "stt", "fresh")
    assert done.returncode == 0, done.stderr
    assert (machine.folder / "asked").read_text() == RESTART
    assert asterisk.names().count("Originate") == 1
    assert asterisk.called() == "3000"
    assert "kinyarwanda stt is fresh now, and kinyarwanda speaks." in done.stdout
    assert 'stt: {"model": "fresh", "language": "as", "engines": ["whisper"]}' in done.stdout
    assert load_settings(machine.settings).bots["kinyarwanda"].stt.model == "fresh"
    # It speaks, but what was put in the models' place does not run.
    assert "sipforge: kinyarwanda could not be measured: " in done.stderr
    assert "english could" not in done.stderr
    assert "kinyarwanda stt: chosen here" in machine.run("list").stdout
    back = machine.run("use", "kinyarwanda", "stt", "--undo")
    assert back.returncode == 0
    assert load_settings(machine.settings).bots["kinyarwanda"].stt.model == "base"


def test_use_goes_back_when_nothing_is_heard(machine: Machine, asterisk: Asterisk) -> None:
    asterisk.greeting_heard = False
    done = machine.run("use", "kinyarwanda", "stt", "fresh")
    assert done.returncode == 1
    assert "kinyarwanda does not work with it (nothing was heard within 6 s); it is back" in done.stderr
    assert (machine.folder / "asked").read_text() == RESTART * 2
    assert load_settings(machine.settings).bots["kinyarwanda"].stt.model == "base"


def test_use_goes_back_when_the_assistant_does_not_start(machine: Machine, asterisk: Asterisk) -> None:
    (machine.folder / "broken").write_text("fresh")
    done = machine.run("use", "kinyarwanda", "stt", "fresh")
    assert done.returncode == 1
    assert "(systemctl: Job for sipforge-bot@kinyarwanda.service failed.); it is back" in done.stderr
    assert (machine.folder / "asked").read_text() == RESTART * 2
    assert "Originate" not in asterisk.names()
    assert not machine.choices.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("kinyarwanda", "tts", "fresh"), 2, "fresh is for stt, not for 'tts'"),
        (("french", "stt", "fresh"), 2, "there is no assistant 'french'; there are: english, kinyarwanda"),
        (("kinyarwanda", "stt"), 2, "give the name of a model, or --undo"),
        (("kinyarwanda", "stt", "nothing"), 1, "there is no model 'nothing'"),
        (("kinyarwanda", "stt", "loose"), 1, "loose is not ready; run: sipforge models fetch loose"),
        (("english", "stt", "fresh"), 2, "fresh knows rw; say with --language"),
    ],
)
def test_use_refuses(machine: Machine, arguments: tuple[str, ...], code: int, why: str) -> None:
    done = machine.run("use", *arguments)
    assert (done.returncode, why in done.stderr) == (code, True), done.stderr
    assert not (machine.folder / "asked").exists()


def test_use_refuses_what_is_tampered_with(machine: Machine) -> None:
    (machine.models / "fresh" / "sub" / "config.json").write_bytes(b'{"a": 2}')
    done = machine.run("use", "kinyarwanda", "stt", "fresh")
    assert done.returncode == 1
    assert "fresh is not ready (sub/config.json has the wrong sha256" in done.stderr
