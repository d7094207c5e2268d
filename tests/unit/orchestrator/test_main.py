"""The service as a process: its exit codes, and what it says to systemd and to the administrator."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.ports import free_port

SETTINGS = """
[orchestrator]
http_port = {http}
agi_port = {agi}
audiosocket_port = {audio}
"""


class Service:
    """A folder with all that the service needs, and the service."""

    def __init__(self, directory):
        self.directory = directory
        self.ports = [free_port() for _ in range(3)]
        http, agi, audio = self.ports
        self.settings = directory / "etc/sipforge/sipforge.toml"
        self.settings.parent.mkdir(parents=True)
        self.settings.write_text(SETTINGS.format(http=http, agi=agi, audio=audio))
        self.credentials = directory / "credentials"
        self.credentials.mkdir()
        for name in ("jwt-key", "redis-password"):
            (self.credentials / name).write_text("secret" * 8)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(directory / "notify"))
        self.notify.settimeout(20)

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "sipforge.orchestrator", "--settings", str(self.settings), *arguments],
            env={
                **os.environ,
                "CREDENTIALS_DIRECTORY": str(self.credentials),
                "NOTIFY_SOCKET": str(self.directory / "notify"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=20)
        return process.returncode, out, err


@pytest.fixture
def service(tmp_path):
    service = Service(tmp_path)
    yield service
    service.notify.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_serves_and_ends_in_an_orderly_way(service, number):
    process = service.start()
    assert service.notify.recv(100) == b"READY=1"
    for port in service.ports:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    process.send_signal(number)
    assert service.notify.recv(100) == b"STOPPING=1"
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "Traceback" not in err


def test_wrong_settings_are_one_plain_sentence(service):
    service.settings.write_text("[orchestrator]\nagi_port = 'x'\n")
    code, _, err = service.run()
    assert code == 78
    assert len(err.splitlines()) == 1
    assert "orchestrator.agi_port" in err


def test_a_missing_secret_is_named(service):
    (service.credentials / "jwt-key").unlink()
    code, _, err = service.run()
    assert code == 78
    assert len(err.splitlines()) == 1
    assert "jwt-key" in err


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_taken_port_ends_it_with_a_reason(service, which):
    with socket.create_server(("127.0.0.1", service.ports[which])):
        code, _, err = service.run()
    assert code == 69
    assert str(service.ports[which]) in err or "in use" in err
    assert "Traceback" not in err


def test_help_teaches(service):
    code, out, _ = service.run("--help")
    assert code == 0
    assert "jwt-key" in out
    assert "78" in out
