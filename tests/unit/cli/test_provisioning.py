"""`sipforge user qr` and `sipforge user phone`, and what becomes of telephones when their users change."""

import json
import stat
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sipforge.cli.__main__ import app
from sipforge.infra.certificates import read_certificate
from sipforge.infra.provisioning.offers import NoSuchOffer, OfferGone, Offers
from tests.unit.ami_server import AmiServer
from tests.unit.server_pair import write_pair

# pyst2 uses old names of the threading module.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")

YEALINK = ("--mac", "00:15:65:aa:bb:cc", "--model", "yealink")
GRANDSTREAM = ("--mac", "00-0B-82-AA-BB-CC", "--model", "grandstream")
PJSIP = "[udp]\ntype = transport\nprotocol = udp\nbind = 0.0.0.0:5070\n"
TLS = "[tls]\ntype = transport\nprotocol = tls\nbind = 0.0.0.0:5071\n"
USERS = [{"extension": "1001", "name": "Ange"}, {"extension": "1002", "name": "Jean"}]


class Machine:
    """A host in a folder, with an Asterisk that runs."""

    def __init__(self, folder: Path, server: AmiServer) -> None:
        self.etc, self.asterisk = folder / "etc/sipforge", folder / "etc/asterisk"
        self.offered = folder / "var/lib/sipforge/provisioning"
        self.offers = Offers(self.offered)
        self.settings = self.etc / "sipforge.toml"
        self.asterisk.mkdir(parents=True)
        self.offered.parent.mkdir(parents=True)
        (self.etc / "credentials").mkdir(parents=True)
        (self.etc / "credentials" / "ami-cli").write_text("s3cret\n")
        (self.asterisk / "pjsip.conf").write_text(PJSIP)
        self.settings.write_text(
            f"[ami]\nport = {server.port}\n"
            '[provisioning]\nhost = "pbx.example"\nport = 9443\nlink_hours = 2\n'
        )
        self.apply(USERS)

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, ["--settings", str(self.settings), *arguments], input=stdin)

    def json(self, *arguments: str, stdin: str | None = None) -> Any:
        result = self.run(*arguments, "--json", stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def apply(self, users: list[dict[str, Any]]) -> Any:
        return self.json("user", "apply", "--file", "-", stdin=json.dumps(users))

    def secret(self, extension: str) -> str:
        return str(self.json("user", "show", extension, "--secret")["secret"])

    def own_authority(self) -> Path:
        folder = self.etc / "ca"
        folder.mkdir()
        certificate, _ = write_pair(folder)
        (folder / "server.crt").write_bytes(certificate.read_bytes())
        return certificate.rename(folder / "ca.crt")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with AmiServer() as server:
        yield Machine(tmp_path, server)


def token(link: str) -> str:
    head, _, found = link.rpartition("/")
    assert head == "https://pbx.example:9443/p"
    return found


def test_behind_the_link_stands_the_user_s_account(machine: Machine) -> None:
    made = machine.json("user", "qr", "1001")
    assert (made["server"], made["port"], made["transport"], made["encryption"]) == (
        "pbx.example",
        5070,
        "udp",
        "off",
    )
    assert made["ca_sha256"] is None
    offer = machine.offers.take_link(token(made["link"]), time.time())
    found = {
        entry.attrib["name"]: entry.text for section in ET.fromstring(offer.content) for entry in section
    }
    assert (found["username"], found["passwd"]) == ("1001", machine.secret("1001"))
    assert found["reg_proxy"] == "<sip:pbx.example:5070;transport=udp>"


def test_a_link_is_good_for_as_long_as_is_set(machine: Machine) -> None:
    link = machine.json("user", "qr", "1001")["link"]
    assert machine.offers.see_link(token(link), time.time() + 2 * 3600 - 60).extension == "1001"
    with pytest.raises(OfferGone, match="expired"):
        machine.offers.see_link(token(link), time.time() + 2 * 3600 + 1)


def test_the_text_has_the_code_the_link_and_what_to_type(machine: Machine) -> None:
    shown = machine.run("user", "qr", "1001").stdout
    assert shown.count("█") > 200
    for words in (
        "To set up a telephone of 1001 (Ange), scan this with Linphone:",
        "  Link:         https://pbx.example:9443/p/",
        "  Good:         once, until 20",
        "  Server / domain:  pbx.example   (port 5070, UDP)",
        "  User name:        1001   (also as authentication name)",
        "sipforge user show 1001 --secret",
        "  Media encryption: off",
    ):
        assert words in shown
    assert machine.secret("1001") not in shown
    assert "Authority" not in shown


def test_the_host_s_own_authority_is_told_and_handed_out(machine: Machine) -> None:
    certificate = machine.own_authority()
    shown = machine.run("user", "qr", "1001").stdout
    assert f"its SHA-256:  {read_certificate(certificate).fingerprint}" in shown
    assert "Authority:    https://pbx.example:9443/ca.pem" in shown
    assert (machine.offered / "ca.pem").read_bytes() == certificate.read_bytes()
    assert machine.json("user", "qr", "1001")["ca_sha256"] == read_certificate(certificate).fingerprint


def test_a_name_that_is_not_the_certificate_s_is_told(machine: Machine) -> None:
    machine.own_authority()
    for command in (("qr", "1001"), ("phone", "1001", *YEALINK)):
        assert "not for pbx.example: set provisioning.host" in machine.run("user", *command).stderr
    machine.settings.write_text(machine.settings.read_text().replace("pbx.example", "localhost"))
    assert machine.run("user", "qr", "1001").stderr == ""


def test_an_authority_that_has_not_signed_what_telephones_see_is_none_of_theirs(
    machine: Machine, tmp_path: Path
) -> None:
    machine.own_authority()
    another = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    public = [*another, "-subj", "/CN=Another", "-keyout", str(tmp_path / "key")]
    subprocess.run([*public, "-out", str(machine.etc / "ca/server.crt")], check=True, capture_output=True)
    assert "Authority" not in machine.run("user", "qr", "1001").stdout
    assert machine.json("user", "phone", "1001", *YEALINK)["ca_url"] is None
    assert not (machine.offered / "ca.pem").exists()


def test_the_code_as_a_picture(machine: Machine, tmp_path: Path) -> None:
    path = tmp_path / "1001.png"
    shown = machine.run("user", "qr", "1001", "--png", str(path)).stdout
    assert (str(path) in shown, "█" in shown) == (True, False)
    assert path.read_bytes().startswith(b"\x89PNG")
    failed = machine.run("user", "qr", "1001", "--png", str(tmp_path / "nowhere" / "1001.png"))
    assert (failed.exit_code, "No such file" in failed.stderr) == (3, True)


def test_a_desk_telephone_s_file_is_behind_its_password(machine: Machine) -> None:
    machine.own_authority()
    made = machine.json("user", "phone", "1001", *YEALINK)
    assert made["provisioning_server"] == "https://pbx.example:9443/phones/"
    assert (made["mac"], made["file"], made["user_name"]) == ("001565aabbcc", "001565aabbcc.cfg", "1001")
    content = machine.offers.see_phone("001565aabbcc", "1001", made["password"]).content
    assert f"account.1.password = {machine.secret('1001')}\n" in content
    assert "static.trusted_certificates.url = https://pbx.example:9443/ca.pem\n" in content
    assert stat.S_IMODE((machine.etc / "phones.json").stat().st_mode) == 0o600


def test_both_makes_are_listed_and_told_how(machine: Machine) -> None:
    yealink = machine.run("user", "phone", "1001", *YEALINK).stdout
    assert "Auto Provision" in yealink
    assert "  Server:     https://pbx.example:9443/phones/" in yealink
    assert "Config via HTTPS" in machine.run("user", "phone", "1001", *GRANDSTREAM).stdout
    listed = machine.run("user", "phone", "1001").stdout
    assert "000b82aabbcc  grandstream  cfg000b82aabbcc.xml" in listed
    assert "001565aabbcc  yealink      001565aabbcc.cfg" in listed
    assert machine.json("user", "phone", "1002")["phones"] == []
    assert "password" not in json.dumps(machine.json("user", "phone", "1001"))


def test_given_again_a_telephone_has_a_new_password_and_a_new_user(machine: Machine) -> None:
    first = machine.json("user", "phone", "1001", *YEALINK)["password"]
    second = machine.json("user", "phone", "1002", *YEALINK)["password"]
    with pytest.raises(NoSuchOffer):
        machine.offers.see_phone("001565aabbcc", "1001", first)
    assert machine.offers.see_phone("001565aabbcc", "1002", second).extension == "1002"
    assert machine.json("user", "phone", "1001")["phones"] == []


def test_a_telephone_is_taken_away(machine: Machine) -> None:
    password = machine.json("user", "phone", "1001", *YEALINK)["password"]
    other = machine.run("user", "phone", "1002", "--mac", YEALINK[1], "--remove")
    assert (other.exit_code, "1002 has no telephone 001565aabbcc" in other.stderr) == (1, True)
    assert machine.run("user", "phone", "1001", "--mac", YEALINK[1], "--remove").exit_code == 0
    assert machine.json("user", "phone", "1001")["phones"] == []
    with pytest.raises(NoSuchOffer):
        machine.offers.see_phone("001565aabbcc", "1001", password)


def test_a_changed_user_is_told_to_the_desk_telephone_and_ends_the_link(machine: Machine) -> None:
    password = machine.json("user", "phone", "1001", *YEALINK)["password"]
    link = machine.json("user", "qr", "1001")["link"]
    other = machine.json("user", "qr", "1002")["link"]
    machine.apply([{"extension": "1001", "name": "Ange", "secret": "another-s3cret-1001"}])
    assert "another-s3cret-1001" in machine.offers.see_phone("001565aabbcc", "1001", password).content
    with pytest.raises(OfferGone, match="replaced"):
        machine.offers.see_link(token(link), time.time())
    assert machine.offers.see_link(token(other), time.time()).extension == "1002"


def test_a_changed_port_is_told_to_the_desk_telephone(machine: Machine) -> None:
    password = machine.json("user", "phone", "1001", *YEALINK)["password"]
    (machine.asterisk / "pjsip.conf").write_text(PJSIP.replace("5070", "5080"))
    machine.apply(USERS)
    content = machine.offers.see_phone("001565aabbcc", "1001", password).content
    assert "account.1.sip_server.1.port = 5080" in content


def test_a_user_who_must_encrypt_is_told_to_and_an_older_link_is_over(machine: Machine) -> None:
    password = machine.json("user", "phone", "1001", *YEALINK)["password"]
    link = machine.json("user", "qr", "1001")["link"]
    (machine.asterisk / "pjsip.conf").write_text(PJSIP + TLS)
    assert machine.run("user", "set", "1001", "--encryption", "required").exit_code == 0
    content = machine.offers.see_phone("001565aabbcc", "1001", password).content
    assert "account.1.srtp_encryption = 2\n" in content
    assert "account.1.sip_server.1.port = 5071\n" in content
    with pytest.raises(OfferGone, match="replaced"):
        machine.offers.see_link(token(link), time.time())
    made = machine.json("user", "qr", "1001")
    assert (made["transport"], made["port"], made["encryption"]) == ("tls", 5071, "required")
    assert "Media encryption: SRTP, forced" in machine.run("user", "qr", "1001").stdout


def test_who_must_encrypt_is_not_set_up_without_tls(machine: Machine) -> None:
    assert machine.run("user", "set", "1001", "--encryption", "required").exit_code == 0
    result = machine.run("user", "qr", "1001")
    assert (result.exit_code, "Asterisk has no SIP transport tls" in result.stderr) == (2, True)


def test_a_user_who_goes_takes_links_and_telephones_along(machine: Machine) -> None:
    password = machine.json("user", "phone", "1001", *YEALINK)["password"]
    kept = machine.json("user", "phone", "1002", *GRANDSTREAM)["password"]
    link = machine.json("user", "qr", "1001")["link"]
    assert machine.run("user", "remove", "1001", "--yes").exit_code == 0
    with pytest.raises(NoSuchOffer):
        machine.offers.see_phone("001565aabbcc", "1001", password)
    with pytest.raises(OfferGone):
        machine.offers.see_link(token(link), time.time())
    assert machine.offers.see_phone("000b82aabbcc", "1002", kept).extension == "1002"


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("qr", "1009"), 1, "there is no user '1009'"),
        (("phone", "1009", *YEALINK), 1, "there is no user '1009'"),
        (("phone", "1009"), 1, "there is no user '1009'"),
        (("phone", "1001", "--mac", "00:15:65", "--model", "yealink"), 2, "MAC address '00:15:65': must be"),
        (("phone", "1001", "--mac", YEALINK[1], "--model", "snom"), 2, "there are: yealink, grandstream"),
        (("phone", "1001", "--mac", YEALINK[1]), 2, "give --model yealink or --model grandstream"),
        (("phone", "1001", "--model", "yealink"), 2, "give --mac, such as"),
        (("phone", "1001", "--remove"), 2, "give --mac, such as"),
    ],
)
def test_bad_input_is_one_sentence(machine: Machine, arguments: tuple[str, ...], code: int, why: str) -> None:
    result = machine.run("user", *arguments)
    assert (result.exit_code, why in result.stderr) == (code, True), result.stderr
    assert result.stderr.count("\n") == 1
    assert not (machine.etc / "phones.json").exists()


def test_without_asterisk_s_configuration_nothing_is_promised(machine: Machine) -> None:
    (machine.asterisk / "pjsip.conf").unlink()
    result = machine.run("user", "qr", "1001")
    assert (result.exit_code, "pjsip.conf: No such file" in result.stderr) == (3, True)
    assert not machine.offered.exists()
