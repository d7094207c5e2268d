import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sipforge.cli.__main__ import app
from tests.unit.certificate import make_certificate


class Host:
    """A host with an authority of its own, which has signed its certificate; the two are one here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca = folder / "etc/sipforge/ca"
        self.own(90)
        (folder / "etc/sipforge/sipforge.toml").write_text("")

    def own(self, days: int) -> None:
        made, _ = make_certificate(self.folder / "made", days=days)
        self.ca.mkdir(parents=True, exist_ok=True)
        for name in ("ca.crt", "server.crt"):
            (self.ca / name).write_bytes(made.read_bytes())

    def supplied(self) -> None:
        made, _ = make_certificate(self.folder / "made", "supplied.example")
        made.replace(self.ca / "server.crt")

    def program(self, script: str) -> None:
        path = self.folder / "opt/sipforge/make-certificates"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run(self, *arguments: str) -> Result:
        settings = self.folder / "etc/sipforge/sipforge.toml"
        return CliRunner().invoke(app, ["--settings", str(settings), "certificates", *arguments])


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_what_telephones_see(host: Host) -> None:
    shown = host.run("show")
    assert shown.exit_code == 0
    assert "Names:       pbx.example" in shown.stdout
    assert "Issuer:      CN=pbx.example (this server)" in shown.stdout
    assert "Days left:   89 (until " in shown.stdout
    told = json.loads(host.run("show", "--json").stdout)
    assert (told["own"], told["days_left"], told["problem"]) == (True, 89, "")
    assert told["fingerprint"] == told["ca_fingerprint"]
    assert told["fingerprint"] in shown.stdout


def test_a_supplied_one_is_told_and_not_renewed(host: Host) -> None:
    host.supplied()
    told = json.loads(host.run("show", "--json").stdout)
    assert (told["own"], told["ca_fingerprint"]) == (False, None)
    refused = host.run("renew")
    assert refused.exit_code == 2
    assert refused.stderr == (
        "sipforge: the certificate is a supplied one, by CN=supplied.example: the playbook brings a new one\n"
    )


def test_one_that_is_not_good_for_long(host: Host) -> None:
    host.own(10)
    shown = host.run("show")
    assert shown.exit_code == 1
    assert shown.stderr == "sipforge: the certificate expires in 9 days\n"


def test_renewed(host: Host) -> None:
    new, _ = make_certificate(host.folder / "new", days=300)
    host.program(f'[ "$1" = --renew ] && cp {new} {host.ca}/server.crt')
    renewed = host.run("renew", "--json")
    assert renewed.exit_code == 0, renewed.output
    assert json.loads(renewed.stdout)["days_left"] == 299


def test_what_keeps_it_from_being_renewed_is_told(host: Host) -> None:
    assert host.run("renew").exit_code == 3
    host.program("echo first >&2; echo 'no room on the disk' >&2; exit 1")
    failed = host.run("renew")
    assert (failed.exit_code, failed.stderr) == (3, "sipforge: not renewed: first\n")


def test_what_telephones_are_to_trust(host: Host) -> None:
    pem = (host.ca / "ca.crt").read_text()
    assert host.run("ca").stdout == pem
    assert json.loads(host.run("ca", "--json").stdout)["pem"] == pem
    (host.ca / "ca.crt").unlink()
    missing = host.run("ca")
    assert missing.exit_code == 3
    assert "cannot be read" in missing.stderr
