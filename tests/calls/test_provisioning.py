"""A phone that is told nothing but a link, or a MAC address and a password: it registers, and rings."""

from __future__ import annotations

import contextlib
import json
import ssl
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from base64 import b64encode

import pytest

from tests.calls.telephones import CALLER
from tests.phones.baresip import Phone
from tests.phones.errors import RegistrationFailed
from tests.phones.speech import english

WORDS = "Good morning. The meeting starts at nine in the large room."
MAC = "02:15:65:aa:bb:cc"


@pytest.fixture
def fetch(host):
    """Gets what a telephone that trusts the host's own authority would get: status and text."""
    trusts = ssl.create_default_context(cadata=host.run("cat", "/etc/sipforge/ca/ca.crt"))

    def get(address: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(
            address, headers={name.replace("_", "-"): headers[name] for name in headers}
        )
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusts)
        )
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    return get


def rings_the_echo(judge, recordings, server: str, user: str, secret: str, transport: str, srtp: str) -> None:
    """A phone that has only these registers, rings 600 and hears itself."""
    host, _, port = server.partition(":")
    with Phone(
        user,
        secret,
        server=host,
        server_port=int(port),
        transport=transport,
        encryption=srtp,
        codecs=("opus", "PCMU"),
        folder=recordings,
    ) as phone:
        phone.register()
        phone.dial("600")
        time.sleep(1.0)  # what is said before the echo begins does not come back
        phone.say(english(WORDS))
        phone.wait_quiet(1.0, 10.0)
        recording = phone.hangup("600-provisioned")
    verdict = judge.heard_english(WORDS, recording.heard)
    assert verdict.ok, verdict


def test_a_phone_set_up_by_its_link_rings(host, appliance, fetch, judge, recordings):
    cursor = host.journal_cursor()
    link = json.loads(host.run("sipforge", "--json", "user", "qr", CALLER))["link"]
    status, text = fetch(link, X_Linphone_Provisioning="1", User_Agent="LinphoneTest/1.0")
    assert status == 200
    found = {
        (section.attrib["name"], entry.attrib["name"]): entry.text or ""
        for section in ET.fromstring(text)
        for entry in section
    }
    server, _, transport = (
        found["proxy_0", "reg_proxy"].strip("<>").removeprefix("sip:").partition(";transport=")
    )
    secret = found["auth_info_0", "passwd"]
    srtp = {"none": "", "srtp": "srtp"}[found["sip", "media_encryption"]]
    rings_the_echo(judge, recordings, server, found["auth_info_0", "username"], secret, transport, srtp)
    appliance.wait_idle()

    status, text = fetch(link, X_Linphone_Provisioning="1")
    assert status == 410
    assert f"sipforge user qr {CALLER}" in text
    logged = [
        json.loads(line)
        for line in host.run(
            "journalctl", "-t", "sipforge-provisioning", "-o", "cat", "--after-cursor", cursor
        ).splitlines()
        if line.startswith("{")
    ]
    assert [(line["message"], line.get("reason")) for line in logged if CALLER in str(line)] == [
        ("link made", None),
        ("link fetched", None),
        ("refused", "used-link"),
    ]
    for told in (link.rpartition("/")[2], secret):
        assert told not in json.dumps(logged)


def test_a_desk_phone_fetches_its_file_by_its_password(host, appliance, fetch, judge, recordings):
    made = json.loads(
        host.run("sipforge", "--json", "user", "phone", CALLER, "--mac", MAC, "--model", "yealink")
    )
    try:
        basic = b64encode(f"{made['user_name']}:{made['password']}".encode()).decode()
        address = made["provisioning_server"] + made["file"]
        assert fetch(address)[0] == 401
        status, text = fetch(address, Authorization=f"Basic {basic}")
        assert status == 200
        found = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)
        line = {key.removeprefix("account.1."): value for key, value in found.items()}
        transport = {"0": "udp", "1": "tcp", "2": "tls"}[line["sip_server.1.transport_type"]]
        server = f"{line['sip_server.1.address']}:{line['sip_server.1.port']}"
        srtp = {"0": "", "1": "srtp", "2": "srtp-mand"}[line["srtp_encryption"]]
        rings_the_echo(judge, recordings, server, line["auth_name"], line["password"], transport, srtp)
        appliance.wait_idle()
    finally:
        host.run("sipforge", "user", "phone", CALLER, "--mac", MAC, "--remove")
    assert fetch(address, Authorization=f"Basic {basic}")[0] == 401


def test_what_a_link_tells_is_what_lets_a_phone_in(host, fetch, recordings):
    """Another password than the link's is refused, so that it is the link's that counted above."""
    link = json.loads(host.run("sipforge", "--json", "user", "qr", CALLER))["link"]
    _, text = fetch(link)
    (secret,) = (entry.text for entry in ET.fromstring(text).iter() if entry.attrib.get("name") == "passwd")
    with (
        Phone(CALLER, f"{secret}x", server=host.host, folder=recordings) as phone,
        pytest.raises(RegistrationFailed),
    ):
        phone.register()


@pytest.mark.alone
def test_a_renewed_certificate_is_what_telephones_see(host, fetch):
    link = json.loads(host.run("sipforge", "--json", "user", "qr", CALLER))["link"]
    place = (link.split("/")[2].partition(":")[0], int(link.split("/")[2].partition(":")[2]))
    before = ssl.get_server_certificate(place)
    host.run("sipforge", "certificates", "renew")
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if ssl.get_server_certificate(place) != before:
                break
        time.sleep(0.2)
    status, _ = fetch(link)
    assert (status, ssl.get_server_certificate(place) != before) == (200, True)
