import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sipforge.cli.__main__ import app
from tests.unit.ami_server import ASSISTANT_TALKS, ONE_CONTACT, TWO_USERS_TALK, AmiServer
from tests.unit.certificate import make_certificate

# pyst2 uses old names of the threading module.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")

CALL = {
    "call": "40325ec2-5efd-4bd3-805f-53576e581d13",
    "bot": "english",
    "caller": "1001",
    "dialled": "2000",
    "state": "talking",
    "started": "2026-11-22T10:11:55.964+00:00",
    "seconds": 3.5,
}
UNIT = "NRestarts=0\nId=x\nLoadState=loaded\nActiveState={active}\nSubState={sub}\nActiveEnterTimestamp=Sun"


class Service:
    """One service's HTTP face."""

    def __init__(self, pages: dict[str, tuple[int, Any]]) -> None:
        self.pages = pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:
                code, document = pages[handler.path]
                body = json.dumps(document).encode()
                handler.send_response(code)
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Office:
    """A host with all its services, each of them real on the loopback address."""

    def __init__(self, folder: Path, server: AmiServer) -> None:
        self.folder, self.server = folder, server
        self.credential = folder / "etc/sipforge/credentials/ami-cli"
        asterisk = folder / "etc/asterisk"
        well = {"status": "ok", "checks": {}}
        self.orchestrator = Service(
            {"/health": (200, {"status": "ok", "checks": {"redis": "ok", "calls": 0}}), "/calls": (200, [])}
        )
        self.monitor = Service({"/health": (200, well)})
        self.provisioning = Service({"/health": (200, well)})
        self.english = Service({"/health": (200, well)})
        self.services = [self.orchestrator, self.monitor, self.provisioning, self.english]
        self.credential.parent.mkdir(parents=True)
        self.credential.write_text("s3cret")
        asterisk.mkdir()
        (asterisk / "rtp.conf").write_text("[general]\nrtpstart=10000\nrtpend=10100\n")
        self.settings = folder / "etc/sipforge/sipforge.toml"
        self.settings.write_text(
            f"[ami]\nport = {server.port}\n"
            f"[orchestrator]\nhttp_port = {self.orchestrator.port}\n"
            f"[monitor]\nhttp_port = {self.monitor.port}\n"
            f"[provisioning]\nhttp_port = {self.provisioning.port}\n"
            f'[bots.english]\nextension = "2000"\nlanguage = "english"\nhttp_port = {self.english.port}\n'
            'phrases = "/p"\nknowledge = "/k"\n'
        )
        self.certificate(90)
        self.units("active", "running")

    def certificate(self, days: int) -> None:
        """The host's certificate is good for so long."""
        made, _ = make_certificate(self.folder / "certificates", days=days)
        place = self.folder / "etc/sipforge/ca/server.crt"
        place.parent.mkdir(exist_ok=True)
        made.replace(place)

    def units(self, active: str, sub: str) -> None:
        """The last of the six units is in this state, the others run."""
        blocks = [UNIT.format(active="active", sub="running")] * 5 + [UNIT.format(active=active, sub=sub)]
        path = self.folder / "systemctl"
        path.write_text("#!/bin/sh\ncat <<'END'\n" + "\n\n".join(blocks) + "\nEND\n")
        path.chmod(0o755)

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["--settings", str(self.settings), *arguments])


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with AmiServer(answers={"PJSIPShowRegistrationInboundContactStatuses": ONE_CONTACT}) as server:
        made = Office(tmp_path, server)
        yield made
        for service in made.services:
            service.close()


def test_all_is_well(office: Office) -> None:
    result = office.run("status")
    assert result.exit_code == 0, result.output
    for words in (
        "sipforge-bot@english   active",
        "Asterisk 22.10.1+dfsg+~cs6.17.60671434-1, up since 2026-11-22 09:55:23",
        "1001       127.0.0.1:5090  NonQualified  baresip v1.0.0 (x86_64/linux)",
        "Calls in progress: 0 with an assistant, 0 other",
        "english takes 10 calls at once (default; see: sipforge capacity)",
        "RTP ports 10000-10100 allow 50 assistant calls or 25 calls between telephones at once",
        "The certificate for telephones is good for 89 days (see: sipforge certificates show)",
        "All is well.",
    ):
        assert words in result.stdout
    assert result.stderr == ""


def test_what_the_monitor_says_is_not_well_is_told_in_its_words(office: Office) -> None:
    told = [
        "trunk carrier: registration refused by the carrier",
        "mailbox 1003 takes no messages: less than 50 MB free",
    ]
    office.monitor.pages["/health"] = (200, {"status": "degraded", "checks": {"problems": told}})
    assert problems(office) == [f"monitor: {problem}" for problem in told]


def listing(*events: dict[str, str]) -> bytes:
    """A list as Asterisk gives it."""
    messages = [
        {"Response": "Success", "EventList": "start"},
        *events,
        {"Event": "End", "EventList": "Complete"},
    ]
    texts = ["".join(f"{key}: {value}\r\n" for key, value in message.items()) for message in messages]
    return "\r\n".join([*texts, ""]).encode()


def test_trunks_are_listed_with_what_the_log_says_of_a_refusal(office: Office) -> None:
    names = ("trunk-carrier", "trunk-gsm")
    endpoints = [{"Event": "EndpointList", "ObjectName": name, "DeviceState": "Not in use"} for name in names]
    registration = {"ObjectName": names[0], "ClientUri": "sip:office@carrier.example", "Status": "Rejected"}
    office.server.answers["PJSIPShowEndpoints"] = listing(*endpoints)
    office.server.answers["PJSIPShowRegistrationsOutbound"] = listing(
        {"Event": "OutboundRegistrationDetail", **registration}
    )
    log = office.folder / "var/log/asterisk/messages.log"
    log.parent.mkdir(parents=True)
    log.write_text(
        "WARNING[1] res_pjsip_outbound_registration.c: Temporal response '503' received from"
        " 'sip:carrier.example' on registration attempt to 'sip:office@carrier.example', retrying in '20'\n"
    )
    shown = office.run("status")
    assert (
        "Trunk    State\n  carrier  registration refused by the carrier (503)\n  gsm      reachable"
    ) in shown.stdout


def test_the_same_as_json(office: Office) -> None:
    office.orchestrator.pages["/calls"] = (200, [CALL])
    office.server.answers["CoreShowChannels"] = TWO_USERS_TALK
    result = office.run("status", "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert (report["status"], report["problems"], report["redis"]) == ("ok", [], "ok")
    assert [unit["name"] for unit in report["services"]] == [
        "asterisk",
        "redis-server",
        "sipforge-orchestrator",
        "sipforge-monitor",
        "sipforge-provisioning",
        "sipforge-bot@english",
    ]
    assert report["asterisk"]["calls_processed"] == 4
    assert report["phones"][0]["address"] == "127.0.0.1:5090"
    assert [call["bot"] for call in report["assistant_calls"]] == ["english"]
    assert [(call["caller"], call["dialled"]) for call in report["telephone_calls"]] == [("1001", "1002")]
    assert report["limits"] == {"english": {"calls": 10, "source": "default"}}
    assert report["rtp"]["assistant_calls"] == 50
    assert report["certificate"] == {"days_left": 89, "names": ["pbx.example"], "issuer": "CN=pbx.example"}


def problems(office: Office) -> list[str]:
    result = office.run("status", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["status"] == "degraded"
    found: list[str] = report["problems"]
    return found


def test_a_service_that_is_down(office: Office) -> None:
    office.units("failed", "failed")
    assert problems(office) == ["sipforge-bot@english: failed (failed)"]


def test_a_certificate_that_expires_soon_or_is_not_there(office: Office) -> None:
    office.certificate(10)
    assert problems(office) == [
        "the certificate that telephones see expires in 9 days; see: sipforge certificates show"
    ]
    place = office.folder / "etc/sipforge/ca/server.crt"
    place.unlink()
    assert problems(office) == [f"certificate: {place}: cannot be read: No such file or directory"]


def test_redis_that_is_down(office: Office) -> None:
    office.orchestrator.pages["/health"] = (200, {"status": "degraded", "checks": {"redis": "down"}})
    assert problems(office) == ["orchestrator: degraded", "redis: down"]


def test_a_failed_and_a_missing_service(office: Office) -> None:
    office.monitor.pages["/health"] = (503, {"status": "failed", "checks": {}})
    office.english.close()
    office.services.remove(office.english)
    assert problems(office) == [
        "monitor: failed",
        f"bot english: http://127.0.0.1:{office.english.port}/health: nothing listens there",
    ]


def test_asterisk_that_is_down_hides_nothing_else(office: Office) -> None:
    office.server.close()
    (problem,) = problems(office)
    assert problem.startswith("Asterisk does not answer at 127.0.0.1:")
    shown = office.run("status")
    assert "sipforge-monitor" in shown.stdout
    assert "Something is not well" in shown.stdout
    assert problem in shown.stderr


def test_no_secret_for_asterisk(office: Office) -> None:
    office.credential.unlink()
    (problem,) = problems(office)
    assert "ami-cli" in problem


def test_live_calls(office: Office) -> None:
    office.orchestrator.pages["/calls"] = (200, [CALL])
    office.server.answers["CoreShowChannels"] = TWO_USERS_TALK
    result = office.run("calls")
    assert result.exit_code == 0
    assert result.stdout == (
        "Calls in progress\n"
        "  From  To    Assistant  State    Duration  Call\n"
        "  1001  2000  english    talking  4 s       40325ec2-5efd-4bd3-805f-53576e581d13\n"
        "  1001  1002             up       62 s      1795341500.4\n"
    )


def test_an_assistants_call_is_listed_once(office: Office) -> None:
    office.orchestrator.pages["/calls"] = (200, [CALL])
    office.server.answers["CoreShowChannels"] = ASSISTANT_TALKS
    found = json.loads(office.run("calls", "--live", "--json").stdout)
    assert (len(found["assistant_calls"]), found["telephone_calls"], found["problems"]) == (1, [], [])


def test_live_calls_of_the_half_that_answers(office: Office) -> None:
    office.server.answers["CoreShowChannels"] = TWO_USERS_TALK
    office.orchestrator.pages["/calls"] = (200, {"odd": 1})
    result = office.run("calls")
    assert result.exit_code == 3
    assert "1001  1002" in result.stdout
    assert "is not a list of calls" in result.stderr


def test_calls_live_and_past_at_once_is_wrong_usage(office: Office) -> None:
    result = office.run("calls", "--live", "--past")
    assert (result.exit_code, "choose one" in result.stderr) == (2, True)


def test_past_calls_before_there_are_any(office: Office) -> None:
    result = office.run("calls", "--past")
    assert (result.exit_code, "no call records yet" in result.stderr) == (3, True)
