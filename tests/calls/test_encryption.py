"""SIP over TLS and SRTP: what is encrypted, what is refused, and that the wire shows no speech."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.calls.conftest import TLS_PORT
from tests.calls.talking import talk
from tests.calls.telephones import CALLER, COLLEAGUE
from tests.phones.by_hand import HandPhone
from tests.phones.errors import CallFailed, RegistrationFailed
from tests.phones.speech import english
from tests.phones.wire import Wire, evenness

pytestmark = pytest.mark.alone

FORTH = "Good morning. The meeting starts at nine in the large room."
BACK = "Thank you, I will be there in ten minutes."
ECHO = "600"
ENCRYPTED = {"transport": "tls", "encryption": "srtp-mand"}
APPLIANCES_PORTS = range(10000, 10101)


@pytest.fixture
def setting(appliance) -> Iterator[Callable[[str, str], None]]:
    """Gives a user another setting, until the test is over."""
    changed: set[str] = set()

    def change(extension: str, encryption: str) -> None:
        appliance.run("sipforge", "user", "set", extension, "--encryption", encryption)
        changed.add(extension)

    yield change
    for extension in changed:
        appliance.run("sipforge", "user", "set", extension, "--encryption", "offered")


def lines(appliance, cursor: str, words: str, seconds: float = 5.0) -> list[str]:
    """What the monitor has logged with these words in it, a second after the first such line."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(words in line for line in appliance.journal("sipforge-monitor", cursor)):
            break
        time.sleep(0.2)
    time.sleep(1.0)
    return [line for line in appliance.journal("sipforge-monitor", cursor) if words in line]


def test_who_must_encrypt_talks_with_a_colleague_who_need_not(phone, setting, judge):
    setting(CALLER, "required")
    caller, callee = phone(CALLER, **ENCRYPTED), phone(COLLEAGUE)
    caller.ring(COLLEAGUE)
    callee.wait_ringing()
    callee.accept()
    caller.wait_talking()
    talk(judge, caller, callee, FORTH, BACK, (CALLER, COLLEAGUE))


def test_who_must_encrypt_is_rung_by_a_colleague_who_need_not(phone, setting):
    setting(COLLEAGUE, "required")
    callee = phone(COLLEAGUE, **ENCRYPTED)
    caller = phone(CALLER)
    caller.ring(COLLEAGUE)
    callee.wait_ringing()
    callee.accept()
    caller.wait_talking()
    caller.say(english(FORTH), wait=False)
    assert callee.wait_reply().seconds > 2.0
    caller.hangup()
    callee.finish()


def test_who_must_encrypt_talks_with_an_assistant(phone, setting):
    setting(CALLER, "required")
    caller = phone(CALLER, **ENCRYPTED)
    with Wire(APPLIANCES_PORTS) as wire:
        caller.dial("2000")
        assert caller.wait_reply().seconds > 1.0
        caller.say(english("What are your opening hours?"))
        assert caller.wait_reply().seconds > 1.0
        caller.hangup()
    assert evenness(wire.sound) < 2.0


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_the_wire_shows_speech_only_where_nobody_encrypts(phone, judge, recordings, encrypted):
    caller = phone(CALLER, **(ENCRYPTED if encrypted else {}))
    with Wire(APPLIANCES_PORTS) as wire:
        caller.dial(ECHO)
        time.sleep(1.0)
        caller.say(english(FORTH))
        caller.wait_quiet(1.0, 10.0)
    recording = caller.hangup()
    assert len(wire.sound) > 3 * 8000  # 3 s
    heard = judge.heard_english(FORTH, wire.save(recordings / "wire.wav"))
    if encrypted:
        assert evenness(wire.sound) < 2.0
        assert not heard.ok, heard
    else:
        assert evenness(wire.sound) > 50.0
        assert heard.ok, heard
    # Whatever the wire shows, who talks is heard.
    assert judge.heard_english(FORTH, recording.heard).ok


@pytest.mark.parametrize("transport", ["udp", "tls"])
@pytest.mark.parametrize(("encryption", "even"), [("", False), ("srtp", True)])
def test_where_it_is_offered_the_telephone_decides(phone, transport, encryption, even):
    callee = phone(COLLEAGUE, transport=transport, encryption=encryption)
    caller = phone(CALLER, transport=transport, encryption=encryption)
    with Wire(APPLIANCES_PORTS) as wire:
        caller.ring(COLLEAGUE)
        callee.wait_ringing()
        callee.accept()
        caller.wait_talking()
        caller.say(english(FORTH))
    assert (evenness(wire.sound) < 2.0) == even
    caller.hangup()
    callee.finish()


def test_a_telephone_without_tls_is_refused_where_it_is_required(phone, setting, appliance):
    setting(CALLER, "required")
    cursor = appliance.journal_cursor()
    plain = phone(CALLER, register=False)
    with pytest.raises(RegistrationFailed, match=r"^40[13]"):
        plain.register()
    (line,) = lines(appliance, cursor, "login refused: not-encrypted")
    assert f'"account": "{CALLER}"' in line
    # One that says it comes by TCP is let in by some of the host's addresses; then its calls are refused.
    other = phone(CALLER, transport="tcp", encryption="srtp-mand", register=False)
    with contextlib.suppress(RegistrationFailed):
        other.register()
    with pytest.raises(CallFailed, match=r"^40[13]"):
        other.dial(ECHO)


def test_plain_sound_is_refused_where_encryption_is_required(phone, setting, appliance):
    setting(CALLER, "required")
    cursor = appliance.journal_cursor()
    caller = phone(CALLER, transport="tls")
    for _ in range(3):
        with pytest.raises(CallFailed, match=r"^488"):
            caller.dial(ECHO)
    (line,) = lines(appliance, cursor, "call refused")
    assert "it offers no encryption (RTP/AVP), which is required here" in line
    assert f'"caller": "{CALLER}"' in line
    assert f'"called": "{ECHO}"' in line


def test_srtp_is_refused_where_it_is_off(phone, setting, appliance):
    setting(CALLER, "off")
    cursor = appliance.journal_cursor()
    caller = phone(CALLER, **ENCRYPTED)
    with pytest.raises(CallFailed, match=r"^488"):
        caller.dial(ECHO)
    (line,) = lines(appliance, cursor, "call refused")
    assert "it insists on SRTP (RTP/SAVP), which is off here" in line


class OddPhone(HandPhone):
    """Offers sound that nobody speaks here."""

    def _sdp(self) -> str:
        return super()._sdp().replace("RTP/AVP 0 ", "RTP/AVP 18 ")


def test_a_codec_that_nobody_has_is_told(appliance, secrets):
    cursor = appliance.journal_cursor()
    with (
        OddPhone(CALLER, secrets(CALLER), server=appliance.host) as odd,
        pytest.raises(CallFailed, match=r"^488"),
    ):
        odd.dial(ECHO)
    (line,) = lines(appliance, cursor, "call refused")
    assert "it offers g729/8000, and nothing that is spoken here" in line


def certificate(server: str, authority: Path) -> str:
    """Fingerprint of the certificate that a telephone sees which connects now, and believes."""
    context = ssl.create_default_context(cafile=str(authority))
    with (
        socket.create_connection((server, TLS_PORT), timeout=5.0) as connection,
        context.wrap_socket(connection, server_hostname=server) as encrypted,
    ):
        seen = encrypted.getpeercert(binary_form=True)
    assert seen is not None
    return hashlib.sha256(seen).hexdigest()


def test_a_new_certificate_reaches_who_connects_and_no_call_notices(phone, appliance, authority, judge):
    before = certificate(appliance.host, authority)
    caller = phone(CALLER, **ENCRYPTED)
    caller.dial(ECHO)
    appliance.run("sipforge", "certificates", "renew")
    deadline = time.monotonic() + 10.0
    while certificate(appliance.host, authority) == before:
        assert time.monotonic() < deadline, "the old certificate is still there"
        time.sleep(0.2)
    phone(COLLEAGUE, **ENCRYPTED)  # registers
    caller.say(english(FORTH))
    caller.wait_quiet(1.0, 10.0)
    recording = caller.hangup()
    assert judge.heard_english(FORTH, recording.heard).ok


def test_a_telephone_that_trusts_another_authority_does_not_connect(phone, appliance, authority, tmp_path):
    with pytest.raises(ssl.SSLCertVerificationError):
        certificate(appliance.host, Path("/etc/ssl/certs/ca-certificates.crt"))
