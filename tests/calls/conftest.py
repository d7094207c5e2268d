"""Call tests: real SIP phones against a deployed appliance, such as `make demo` leaves up.

Where it is: SIPFORGE_HOST (127.0.0.1), SIPFORGE_SSH_PORT (2222), SIPFORGE_SSH_KEY, SIPFORGE_SIP_PORT (5060).
SIPFORGE_RECORDINGS is a folder to keep the recordings in; otherwise they are in pytest's own.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.phones.appliance import Appliance, ApplianceError
from tests.phones.baresip import Phone
from tests.phones.conversation import Judge, Language
from tests.phones.recognise import Recogniser
from tests.phones.speech import english, kinyarwanda
from tests.phones.texts import Texts, load_texts

PhoneFactory = Callable[..., Phone]


MAILBOXES, BEGUN = "/var/spool/asterisk/voicemail/default", "/run/sipforge-call-tests"


@pytest.fixture(scope="session")
def appliance() -> Iterator[Appliance]:
    """The host; a run without one fails rather than passing. Messages left in mailboxes are removed."""
    host = Appliance.from_environment()
    try:
        host.wait_idle(30.0)
    except ApplianceError as error:
        pytest.exit(f"no appliance to test: {error}", returncode=1)
    host.run("touch", BEGUN)
    yield host
    host.run("find", MAILBOXES, "-name", "msg*", "-newer", BEGUN, "-delete", check=False)


@pytest.fixture(scope="session")
def office(appliance: Appliance) -> str:
    return appliance.office()


@pytest.fixture(scope="session")
def english_texts(office: str) -> Texts:
    return load_texts("english", office)


@pytest.fixture(scope="session")
def kinyarwanda_texts(office: str) -> Texts:
    return load_texts("kinyarwanda", office)


@pytest.fixture(scope="session")
def texts(english_texts: Texts, kinyarwanda_texts: Texts) -> Callable[[Language], Texts]:
    """What the assistant of a language says and knows."""
    by_name = {"english": english_texts, "kinyarwanda": kinyarwanda_texts}
    return lambda language: by_name[language.name]


@pytest.fixture(scope="session")
def recogniser() -> Recogniser:
    return Recogniser()


@pytest.fixture(scope="session")
def judge(recogniser: Recogniser) -> Judge:
    return Judge(recogniser)


@pytest.fixture(scope="session", autouse=True)
def voices() -> None:
    """The callers' voices are made before any call is timed."""
    english("Hello.")
    kinyarwanda("Muraho.")


@pytest.fixture(scope="session")
def secrets(appliance: Appliance) -> Callable[[str], str]:
    known: dict[str, str] = {}

    def secret(extension: str) -> str:
        if extension not in known:
            known[extension] = appliance.secret(extension)
        return known[extension]

    return secret


@pytest.fixture
def recordings(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The test's folder of recordings."""
    kept = os.environ.get("SIPFORGE_RECORDINGS")
    return Path(kept) / re.sub(r"[^\w.-]+", "-", request.node.name) if kept else tmp_path


@pytest.fixture
def phone(appliance: Appliance, secrets: Callable[[str], str], recordings: Path) -> Iterator[PhoneFactory]:
    """Makes registered phones; when the test is over they are gone and have left nothing behind."""
    with contextlib.ExitStack() as stack:

        def make(
            extension: str,
            *,
            secret: str | None = None,
            codecs: tuple[str, ...] = ("PCMU",),
            transport: str = "udp",
            auto_answer: bool = False,
            register: bool = True,
        ) -> Phone:
            made = stack.enter_context(
                Phone(
                    extension,
                    secrets(extension) if secret is None else secret,
                    server=appliance.host,
                    server_port=int(os.environ.get("SIPFORGE_SIP_PORT", "5060")),
                    transport=transport,
                    codecs=codecs,
                    auto_answer=auto_answer,
                    folder=recordings,
                )
            )
            if register:
                made.register()
            return made

        yield make
    appliance.wait_idle()
