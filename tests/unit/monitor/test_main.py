import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sipforge.infra.api_client import ApiError, fetch_json
from sipforge.infra.settings.host import Settings
from sipforge.monitor.__main__ import main, run
from tests.ports import free_port
from tests.unit.ami_server import ASSISTANT_TALKS, ONE_CONTACT, AmiServer

ENGLISH = {"phrases": "/p", "knowledge": "/k"}
CALL = "40325ec2-5efd-4bd3-805f-53576e581d13"


class Orchestrator(BaseHTTPRequestHandler):
    calls: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        bots = {"english": {"socket": True, "breaker": "closed", "calls": 0, "room": True}}
        health = {"status": "ok", "checks": {"bots": bots}}
        body = json.dumps(health if self.path == "/health" else self.calls).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def serve_and_look(
    look: Callable[[AmiServer, str], Awaitable[None]], calls: list[dict[str, str]], asterisk_runs: bool = True
) -> None:
    """Run the whole service beside an Asterisk and an orchestrator, look at it, and end it by SIGTERM."""
    Orchestrator.calls = calls
    folder = Path(tempfile.mkdtemp())
    (folder / "var/spool/asterisk/voicemail/default/1001").mkdir(parents=True)
    orchestrator = ThreadingHTTPServer(("127.0.0.1", 0), Orchestrator)
    thread = threading.Thread(target=orchestrator.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    answers = {
        "CoreShowChannels": ASSISTANT_TALKS,
        "PJSIPShowRegistrationInboundContactStatuses": ONE_CONTACT,
    }
    port = free_port()

    async def scenario(server: AmiServer) -> None:
        settings = Settings.model_validate(
            {
                "ami": {"port": server.port},
                "orchestrator": {"http_port": orchestrator.server_port},
                "bots": {"english": {"extension": "2000", "language": "english", "http_port": 1, **ENGLISH}},
                "monitor": {"http_port": port, "hep_port": free_port(), "orphan_seconds": 0.2},
            }
        )
        settings._root = folder
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(run(settings, "s3cret"))
            await look(server, f"http://127.0.0.1:{port}")
            os.kill(os.getpid(), signal.SIGTERM)

    try:
        with AmiServer(answers=answers) as server:
            if not asterisk_runs:
                server.close()
            asyncio.run(scenario(server))
    finally:
        orchestrator.shutdown()
        thread.join()
        orchestrator.server_close()
        shutil.rmtree(folder)


async def eventually(url: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask again until the answer is as it should be; the caller's time limit bounds it."""
    while True:
        try:
            found: dict[str, Any] = await fetch_json(url)
            if condition(found):
                return found
        except ApiError:
            pass  # not serving yet
        await asyncio.sleep(0.02)


def test_a_lost_call_is_hung_up_and_the_service_ends_in_order() -> None:
    async def look(server: AmiServer, url: str) -> None:
        found = await eventually(f"{url}/channels", lambda found: bool(found["channels"]))
        assert [channel["caller"] for channel in found["channels"]] == ["2000", "1001"]
        assert [contact["address"] for contact in found["contacts"]] == ["127.0.0.1:5090"]
        health = await eventually(f"{url}/health", lambda found: found["checks"]["assistants"] != {})
        assert (health["status"], health["checks"]["assistants"]) == ("ok", {"english": "free"})
        told = [action for action in server.actions if action["Action"] == "Setvar"]
        assert {(action["Variable"], action["Value"]) for action in told} >= {
            ("SIPFORGE_FULL_1001", ""),
            ("DEVICE_STATE(Custom:sipforge-english)", "NOT_INUSE"),
        }
        assert await asyncio.to_thread(server.hung_up.wait, 5)
        hangup = next(action for action in server.actions if action["Action"] == "Hangup")
        assert hangup["Channel"] == f"AudioSocket/127.0.0.1:9092-{CALL}"

    serve_and_look(look, [])


def test_a_call_of_the_orchestrator_is_left_alone() -> None:
    async def look(server: AmiServer, url: str) -> None:
        await eventually(f"{url}/channels", lambda found: bool(found["channels"]))
        await asyncio.sleep(0.5)  # more than twice the time an orphan has
        assert "Hangup" not in server.names()
        await eventually(f"{url}/health", lambda found: found["status"] == "ok")

    serve_and_look(look, [{"call": CALL}])


def test_without_asterisk_it_serves_and_says_so() -> None:
    async def look(server: AmiServer, url: str) -> None:
        with pytest.raises(ApiError, match="answered 503"):
            while True:
                try:
                    await fetch_json(f"{url}/health")
                except ApiError as error:
                    if "nothing listens" not in str(error):
                        raise
                await asyncio.sleep(0.02)
        assert (await fetch_json(f"{url}/channels"))["connected"] is False

    serve_and_look(look, [], asterisk_runs=False)


@pytest.mark.parametrize("secret", [True, False])
def test_wrong_settings_or_no_secret_end_with_78_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], secret: bool
) -> None:
    settings = tmp_path / "sipforge.toml"
    settings.write_text("nonsense = 1\n" if secret else "")
    monkeypatch.setattr(sys, "argv", ["sipforge-monitor", "--settings", str(settings)])
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert main() == 78
    told = capsys.readouterr().err
    assert told.startswith("sipforge-monitor: ")
    assert ("nonsense" if secret else "ami-monitor") in told
