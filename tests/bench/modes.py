"""Other settings of the appliance for a while: the local language model, the cloud's stand-in.

The tables below name the settings' keys; the rest of the benchmark knows nothing of them.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.models import REPOSITORY
from tests.phones.appliance import API, SETTINGS, Appliance, ApplianceError
from tests.ports import free_port

BOT = "sipforge-bot@english"
KEY = "sk-bench-standin"
KEY_FILE = "/etc/sipforge/credentials/openai-api-key"
"""Where the appliance keeps the key of the cloud's services."""
MODELS = "/var/lib/sipforge/models"
DROP_IN = "/etc/systemd/system/sipforge-bot@.service.d/openai.conf"
HANDS_THE_KEY = f"[Service]\nLoadCredential=openai-api-key:{KEY_FILE}\n"
"""As the role does it where there is a key."""
BACKUP_SUFFIX = ".before-bench"
READY_SECONDS = 120.0
STANDIN_READY_SECONDS = 60.0
FAULTS = (
    "refusal",
    "rate_limit",
    "server_error",
    "slow_first_token",
    "slow_between",
    "cut_stream",
    "unreachable",
)
"""Of the stand-in, by the names that it knows them by."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A way in which the English assistant answers."""

    name: str
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Section of the settings file → key → value (None takes the key out); missing sections are added."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path on the host → content, such as a credential."""


LOCAL_MODEL_FOLDER = "smollm2-135m-ct2"
"""In the folders of models, here and on the host."""
LOCAL_MODEL = Mode(
    "local model",
    {
        "bots.english.dialogue": {"engines": ["ctranslate2"]},
        "bots.english.dialogue.ctranslate2": {"model": LOCAL_MODEL_FOLDER},
    },
)


def cloud(base_url: str, name: str = "cloud stand-in", *, key: bool = True) -> Mode:
    """Every stage by the services at `base_url`, with the local engine of each stage behind it."""
    return Mode(
        name,
        {
            "openai": {"base_url": base_url},
            "bots.english.stt": {"engine": None, "engines": ["openai", "whisper"]},
            "bots.english.dialogue": {"engines": ["openai", "answers"]},
            "bots.english.tts": {"engine": None, "engines": ["openai", "piper"]},
        },
        {KEY_FILE: KEY, DROP_IN: HANDS_THE_KEY} if key else {},
    )


_EDIT = """
import json, os, pathlib, re, sys
path, suffix, mode = pathlib.Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
names = [str(path), *mode["files"]]
left = [name for name in names for end in ("", ".absent") if os.path.exists(name + suffix + end)]
if left:
    sys.exit(f"an earlier benchmark's copies are there: {left}")
for name in names:
    file, before = pathlib.Path(name), pathlib.Path(name + suffix)
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        pathlib.Path(name + suffix + ".absent").touch()
        continue
    before.touch(mode=0o600)
    before.write_bytes(file.read_bytes())
    os.chown(before, file.stat().st_uid, file.stat().st_gid)
    before.chmod(file.stat().st_mode & 0o777)
for name, content in mode["files"].items():
    file = pathlib.Path(name)
    file.touch(mode=0o600)
    file.write_text(content)
text = "\\n" + path.read_text()
for section, values in mode["settings"].items():
    lines = "".join(f"{key} = {json.dumps(value)}\\n" for key, value in values.items() if value is not None)
    head, mark, tail = text.partition(f"\\n[{section}]\\n")
    if not mark:
        text = f"{text.rstrip()}\\n\\n[{section}]\\n{lines}"
        continue
    own, bracket, rest = re.match(r"(?s)(.*?)(^\\[|\\Z)(.*)", tail, re.M).groups()
    kept = [line for line in own.splitlines(True) if line.partition("=")[0].strip() not in values]
    text = head + mark + lines + "".join(kept) + bracket + rest
path.write_text(text[1:])
"""
_RESTORE = """
import pathlib, sys
for name in sys.argv[2:]:
    before, absent = (pathlib.Path(name + sys.argv[1] + end) for end in ("", ".absent"))
    if before.exists():
        before.replace(name)
    if absent.exists():
        pathlib.Path(name).unlink(missing_ok=True)
        absent.unlink()
"""


@contextlib.contextmanager
def configured(appliance: Appliance, mode: Mode) -> Iterator[None]:
    """The English assistant in `mode`; as it was, afterwards.

    Raises:
        ApplianceError: the host would not, or the assistant does not come up with these settings.
    """
    names = [SETTINGS, *mode.files]
    wanted = json.dumps({"settings": mode.settings, "files": mode.files})
    try:
        appliance.run("python3", "-", SETTINGS, BACKUP_SUFFIX, wanted, script=_EDIT)
        _restart(appliance)
        yield
    finally:
        appliance.run("python3", "-", BACKUP_SUFFIX, *names, script=_RESTORE)
        _restart(appliance)


def restore(appliance: Appliance) -> bool:
    """Undo what a benchmark that was killed left in the settings; returns whether there was anything.

    Raises:
        ApplianceError: the host would not.
    """
    if not appliance.shell(f"ls {SETTINGS}{BACKUP_SUFFIX}* 2>/dev/null", check=False).strip():
        return False
    appliance.run("python3", "-", BACKUP_SUFFIX, SETTINGS, KEY_FILE, DROP_IN, script=_RESTORE)
    _restart(appliance)
    return True


def _restart(appliance: Appliance) -> None:
    """Restart the assistant and wait until calls are let through to it again."""
    appliance.run("systemctl", "daemon-reload")
    appliance.run("systemctl", "restart", BOT)
    deadline = time.monotonic() + READY_SECONDS
    while appliance.get(f"{API}/health")["status"] != "ok":
        if time.monotonic() > deadline:
            raise ApplianceError(f"{BOT} was restarted and is not ready after {READY_SECONDS:g} s")
        time.sleep(1.0)


@contextlib.contextmanager
def installed(appliance: Appliance, folder: Path) -> Iterator[None]:
    """A model of this machine on the host as well, unless it is there already.

    Raises:
        ApplianceError: the host would not.
    """
    there = f"{MODELS}/{folder.name}"
    if appliance.shell(f"ls -d {there} 2>/dev/null", check=False).strip():
        yield
        return
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(folder, folder.name)
    unpack = f"base64 -d | tar -x -C {MODELS} --no-same-owner && chmod -R a+rX {there}"
    try:
        appliance.run("sh", "-c", unpack, script=base64.b64encode(packed.getbuffer()).decode())
        yield
    finally:
        appliance.run("rm", "-rf", "--", there)


@dataclass(frozen=True, slots=True)
class Standin:
    """A running stand-in."""

    port: int

    @property
    def base_url(self) -> str:
        """As a client is given it."""
        return f"http://127.0.0.1:{self.port}/v1"

    def asked(self) -> list[str]:
        """Stages of what it was asked so far: "models", "transcriptions", "chat", "speech".

        Raises:
            OSError: it does not answer.
        """
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/requests", timeout=5.0) as answer:
            return [request["stage"] for request in json.load(answer)]

    def break_down(self, fault: str) -> None:
        """Every request meets a fault from now on; empty: none does.

        Raises:
            OSError: it does not answer.
        """
        url = f"http://127.0.0.1:{self.port}/faults"
        urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=5.0).close()
        if fault:
            content = json.dumps({"fault": fault}).encode()
            request = urllib.request.Request(url, content, {"Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=5.0).close()


@contextlib.contextmanager
def standin() -> Iterator[Standin]:
    """A server of this machine with the cloud's API.

    Raises:
        ApplianceError: it does not start.
    """
    port = free_port()
    command = [sys.executable, "-m", "tests.standin", "--port", str(port), "--key", KEY]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_listening(process, port)
        yield Standin(port)
    finally:
        process.terminate()
        try:
            process.wait(10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_listening(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + STANDIN_READY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
            return
        except OSError as error:
            if process.poll() is not None:
                raise ApplianceError(f"the stand-in ended with {process.returncode}") from error
            if time.monotonic() > deadline:
                raise ApplianceError("the stand-in does not listen") from error
            time.sleep(0.2)
