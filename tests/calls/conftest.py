"""Call tests: real SIP phones against a deployed appliance, such as `make demo` leaves up.

Most can run side by side (pytest-xdist; see tests/calls/run): each process has its own telephones and sees
its own calls. Those of the folder `operator` ring the operator, who has one telephone: one process takes
them all. Those marked `alone` stop a service or time packets: they come after.

Where it is: SIPFORGE_HOST (127.0.0.1), SIPFORGE_SSH_PORT (2222), SIPFORGE_SSH_KEY, SIPFORGE_SIP_PORT (5060),
SIPFORGE_TLS_PORT (5061).
SIPFORGE_RECORDINGS is a folder to keep the recordings in; otherwise they are in pytest's own.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from sipforge.core.office.forwarding import DISTURB_FAMILY, When
from tests.calls.arranging import Arrange, arranging
from tests.calls.telephones import OPERATOR, OWN, WORKER
from tests.models import model
from tests.phones.appliance import Appliance, ApplianceError
from tests.phones.audio import Segment
from tests.phones.baresip import Phone
from tests.phones.by_hand import HandPhone
from tests.phones.conversation import Judge, Language
from tests.phones.lamp import Lamp
from tests.phones.recognise import MODEL, Choice, Recogniser
from tests.phones.speech import english, kinyarwanda
from tests.phones.texts import Texts, load_texts

PhoneFactory = Callable[..., Phone]
HandPhoneFactory = Callable[..., HandPhone]


SIP_PORT = int(os.environ.get("SIPFORGE_SIP_PORT", "5060"))
TLS_PORT = int(os.environ.get("SIPFORGE_TLS_PORT", "5061"))
MAILBOXES, BEGUN = "/var/spool/asterisk/voicemail/default", "/run/sipforge-call-tests"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Once, however many processes there are: a run without an idle host fails rather than passing."""
    if WORKER or session.config.option.collectonly:
        return
    host = Appliance.from_environment()
    try:
        host.wait_idle(30.0)
        host.run("touch", BEGUN)
    except ApplianceError as error:
        pytest.exit(f"no appliance to test: {error}", returncode=1)
    # Made once, before any call is timed, and not by several processes at once.
    english("Hello.")
    kinyarwanda("Muraho.")
    model(MODEL)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """All calls together have left nothing behind; messages left in mailboxes are removed."""
    if WORKER or session.config.option.collectonly:
        return
    host = Appliance.from_environment()
    try:
        host.wait_idle()
        host.run("find", MAILBOXES, "-name", "msg*", "-newer", BEGUN, "-delete", check=False)
    except ApplianceError as error:
        print(f"\nafter all calls: {error}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest calls begin first, so that no process waits for another at the end."""
    items.sort(key=lambda item: "keypad_alone" not in item.name)


class OperatorsInOneProcess(LoadScopeScheduling):
    """Whoever is free takes the next call; those that ring the operator are one piece of work."""

    def _split_scope(self, nodeid: str) -> str:
        return "operator" if "/operator/" in nodeid else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OperatorsInOneProcess:
    return OperatorsInOneProcess(config, log)


@pytest.fixture(scope="session")
def host() -> Appliance:
    """The host, seen whole."""
    return Appliance.from_environment()


@pytest.fixture
def appliance(host: Appliance, request: pytest.FixtureRequest) -> Appliance:
    """The host; beside other calls only this test's own are seen."""
    if not WORKER:
        return host
    return host.seen_by((*OWN, OPERATOR) if request.path.parent.name == "operator" else OWN)


@pytest.fixture(scope="session")
def office(host: Appliance) -> str:
    return host.office()


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


class OneAtATime(Recogniser):
    """Judges while no other process does, on one core: the calls beside it have the other."""

    def __init__(self, lock: Path) -> None:
        super().__init__(threads=1)
        self._lock = lock

    def write(self, recording: Path, part: Segment | None = None) -> str:
        with self._turn():
            return super().write(recording, part)

    def choose(
        self, recording: Path, texts: Sequence[str], part: Segment | None = None, token: str = "sw"
    ) -> Choice:
        with self._turn():
            return super().choose(recording, texts, part, token)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go of when the file is closed, however that comes
            yield


@pytest.fixture(scope="session")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Recogniser:
    if not WORKER:
        return Recogniser()
    return OneAtATime(tmp_path_factory.getbasetemp().parent / "judging")


@pytest.fixture(scope="session")
def judge(recogniser: Recogniser) -> Judge:
    return Judge(recogniser)


@pytest.fixture(scope="session")
def secrets(host: Appliance) -> Callable[[str], str]:
    known: dict[str, str] = {}

    def secret(extension: str) -> str:
        if extension not in known:
            known[extension] = host.secret(extension)
        return known[extension]

    return secret


@pytest.fixture(scope="session")
def authority(host: Appliance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate that telephones are told to trust."""
    path = tmp_path_factory.mktemp("authority") / "ca.crt"
    path.write_text(host.run("sipforge", "certificates", "ca"))
    return path


@pytest.fixture
def recordings(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The test's folder of recordings."""
    kept = os.environ.get("SIPFORGE_RECORDINGS")
    return Path(kept) / re.sub(r"[^\w.-]+", "-", request.node.name) if kept else tmp_path


@pytest.fixture
def phone(
    appliance: Appliance, secrets: Callable[[str], str], recordings: Path, authority: Path
) -> Iterator[PhoneFactory]:
    """Makes registered phones; when the test is over they are gone and have left nothing behind."""
    with contextlib.ExitStack() as stack:

        def make(
            extension: str,
            *,
            secret: str | None = None,
            codecs: tuple[str, ...] = ("PCMU",),
            transport: str = "udp",
            encryption: str = "",
            auto_answer: bool = False,
            register: bool = True,
        ) -> Phone:
            made = stack.enter_context(
                Phone(
                    extension,
                    secrets(extension) if secret is None else secret,
                    server=appliance.host,
                    server_port=TLS_PORT if transport == "tls" else SIP_PORT,
                    transport=transport,
                    encryption=encryption,
                    trusted=authority if transport == "tls" else None,
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


@pytest.fixture
def by_hand(appliance: Appliance, secrets: Callable[[str], str]) -> Iterator[HandPhoneFactory]:
    """Makes telephones by hand; when the test is over they are gone and have left nothing behind."""
    with contextlib.ExitStack() as stack:

        def make(extension: str, *, hidden: bool = False) -> HandPhone:
            secret = secrets(extension)
            made = HandPhone(extension, secret, server=appliance.host, port=SIP_PORT, hidden=hidden)
            return stack.enter_context(made)

        yield make
    appliance.wait_idle()


@pytest.fixture
def lamp(appliance: Appliance, secrets: Callable[[str], str]) -> Iterator[Callable[[str, str], Lamp]]:
    """Makes lamps: of whose telephone, and what they watch."""
    with contextlib.ExitStack() as stack:

        def make(extension: str, watched: str) -> Lamp:
            made = Lamp(extension, secrets(extension), server=appliance.host, port=SIP_PORT)
            stack.enter_context(made)
            made.watch(watched)
            return made

        yield make


@pytest.fixture
def arrange(host: Appliance) -> Iterator[Arrange]:
    """Adds something to the office: `arrange("group", NAME, OPTIONS)`; it is gone when the test is over."""
    with arranging(host) as add:
        yield add


@pytest.fixture
def undisturbed(host: Appliance) -> Iterator[None]:
    """What this process's telephones have set by codes is gone when the test is over."""
    yield
    families = {DISTURB_FAMILY, *(when.family for when in When)}
    for line in host.asterisk("database show").splitlines():
        family, _, key = line.partition(":")[0].strip().removeprefix("/").partition("/")
        if family in families and key in OWN:
            host.asterisk(f"database del {family} {key}")
        elif family == "CustomDevstate" and key[-4:] in OWN and not line.rstrip().endswith("NOT_INUSE"):
            host.asterisk(f"devstate change Custom:{key} NOT_INUSE")
