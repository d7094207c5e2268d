"""`sipforge call-test`: Asterisk itself rings an assistant and records what it says."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Annotated

import typer

from sipforge.cli.calls import assistant_calls
from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.output import print_json, say

RECORD_SECONDS = 6
"""How long is listened; the dialplan's [self-test] records that long."""
RATE_HZ = 16000
LEAST_SPOKEN_SECONDS = 0.5
"""A click or a tone is not a greeting."""
CALLER = "selftest"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a test call."""

    spoken_seconds: float
    first_seconds: float | None
    """When the first word was heard; None if there was none."""
    problem: str
    """Empty if the assistant greeted."""


def call_test(
    context: typer.Context,
    extension: Annotated[str, typer.Argument(help="Of an assistant or the front desk, such as 2000.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")] = False,
) -> None:
    """Have Asterisk ring an assistant, and listen whether it greets.

    Exit code 1 if nothing is heard.
    """
    host: Host = context.obj
    names = host.settings.assistants
    if extension not in names:
        known = ", ".join(sorted(names)) or "none"
        raise CliError(f"{extension} is not the extension of an assistant; there are: {known}", Exit.USAGE)
    heard = ring(host, extension)
    if as_json or host.as_json:
        print_json(
            {
                "extension": extension,
                "assistant": names[extension],
                "ok": not heard.problem,
                "spoken_seconds": heard.spoken_seconds,
                "first_seconds": heard.first_seconds,
            }
        )
    elif not heard.problem:
        when = f"after {heard.first_seconds} s and speaks for {heard.spoken_seconds} s"
        say(f"{names[extension]} greets {when}.")
    if heard.problem:
        raise CliError(f"{names[extension]} was rung on {extension}: {heard.problem}", Exit.DEGRADED)


def ring(host: Host, extension: str) -> Heard:
    """Have Asterisk ring an assistant, and listen.

    Raises:
        CliError: Asterisk or the orchestrator cannot be reached.
    """
    from sipforge.core.audio.loudness import FRAME_SECONDS, loud_frames

    pcm, talked = _record(host, extension)
    loud = loud_frames(pcm, RATE_HZ)
    spoken_seconds = round(sum(loud) * FRAME_SECONDS, 2)
    first_seconds = round(loud.index(True) * FRAME_SECONDS, 2) if any(loud) else None
    problem = ""
    if not talked:
        # The apology that the dialplan plays instead is speech, too.
        problem = "the call did not reach it"
    elif spoken_seconds < LEAST_SPOKEN_SECONDS:
        problem = f"nothing was heard within {RECORD_SECONDS} s"
    return Heard(spoken_seconds, first_seconds, problem)


def _record(host: Host, extension: str) -> tuple[bytes, bool]:
    """What an extension says (16-bit little-endian mono at RATE_HZ), and whether the assistant was there."""
    talked = False
    recording = host.settings.asterisk_spool_directory / f"self-test-{uuid.uuid4()}.sln16"
    try:
        with host.asterisk() as manager:
            manager.action(
                "Originate",
                Channel=f"Local/{extension}@office",
                Context="self-test",
                Exten="s",
                Priority="1",
                CallerID=f'"Self-test" <{CALLER}>',
                Variable=f"SELF_TEST_FILE={recording},SELF_TEST_SECONDS={RECORD_SECONDS}",
                Async="true",
                Timeout="10000",
            )
        # Asterisk writes the end of the file when the call is over.
        whole = RECORD_SECONDS * RATE_HZ * 2
        deadline = time.monotonic() + RECORD_SECONDS + 10
        while time.monotonic() < deadline:
            if recording.exists() and recording.stat().st_size >= whole * 0.95:
                break
            talked = talked or any(
                (call.caller, call.dialled, call.state) == (CALLER, extension, "talking")
                for call in assistant_calls(host)
            )
            time.sleep(0.2)
        return recording.read_bytes() if recording.exists() else b"", talked
    except PermissionError as error:
        raise CliError(f"{recording}: run as root: sudo sipforge ...", Exit.UNREACHABLE) from error
    finally:
        recording.unlink(missing_ok=True)
