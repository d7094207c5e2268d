"""Rings a deployed appliance for an hour or so and writes report.md, report.json and plots.

Each part can be run alone: python -m tests.bench --parts reply,barge-in --turns 30
Ctrl-C ends the calls in order, and what was measured by then is in the report; a second one ends at once.
Exit code: 0 the report is whole, whatever the figures; 1 a part could not be measured; 2 nothing could;
130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sipforge.infra.models.download import ModelError
from tests.bench import (
    barge_in,
    cloud,
    kinyarwanda,
    load,
    local_model,
    playout,
    quality,
    reply,
    report,
    stages,
    turn_cuts,
    voice,
    word_errors,
)
from tests.bench.bench import Bench
from tests.bench.calls import EXTENSIONS, Callers
from tests.bench.findings import Findings
from tests.bench.host import describe, revision
from tests.bench.modes import restore
from tests.models import model
from tests.phones.appliance import Appliance, ApplianceError
from tests.phones.errors import PhoneError
from tests.phones.orderly import orderly_end
from tests.phones.recognise import MODEL

Part = Callable[[Bench], Findings]

PARTS: dict[str, tuple[Part, float]] = {
    "reply": (reply.run, 20.0),
    "playout": (playout.run, 0.2),
    "load": (load.run, 0.3),
    "stages": (stages.run, 0.0),
    "quality": (quality.run, 4.0),
    "barge-in": (barge_in.run, 20.0),
    "turn-cuts": (turn_cuts.run, 15.0),
    "local-model": (local_model.run, 9.0),
    "cloud": (cloud.run, 16.0),
    "kinyarwanda": (kinyarwanda.run, 22.0),
    "recognition": (word_errors.run, 16.0),
    "voice": (voice.run, 1.5),
}
"""By name, in the order they are run, with about how many minutes each takes; of those that
measure the same calls (`CONVERSATIONS`), the first makes them.
"""
MAILBOXES, BEGUN = "/var/spool/asterisk/voicemail/default", "/run/sipforge-bench"
CONVERSATIONS = ("reply", "playout", "load", "stages", "quality")
CONVERSATIONS_MINUTES = 17.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; see the module's text for the exit codes."""
    options = _options(arguments)
    begun, started = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")

    def say(line: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {line}", flush=True)

    recordings = options.folder / "calls"
    recordings.mkdir(parents=True, exist_ok=True)
    appliance = Appliance(options.server, options.ssh_port, options.ssh_key, options.ssh_user)
    load_before = os.getloadavg()
    found: list[Findings] = []
    interrupted = False

    def write() -> Path:
        seconds = time.monotonic() - begun
        about = report.About(started, seconds, revision(), describe(load_before), interrupted)
        return report.write(options.folder, about, found)

    say(
        f"{len(options.parts)} parts, about {estimate(options.parts):.0f} minutes: {', '.join(options.parts)}"
    )
    with orderly_end(), closing(Callers(appliance, options.sip_port, recordings)) as callers:
        try:
            model(MODEL, say)
            if restore(appliance):
                say("put back the settings that an earlier benchmark had left changed")
            appliance.wait_idle(30.0)
            appliance.run("touch", BEGUN)
            callers.phones(1)
        except (ApplianceError, PhoneError, ModelError) as error:
            say(f"the benchmark cannot begin: {error}")
            return 2
        bench = Bench(appliance, callers, options.turns, options.calls, options.folder, say)
        for name in options.parts:
            say(f"== {name}")
            try:
                found.append(PARTS[name][0](bench))
            except KeyboardInterrupt:
                interrupted = True
            except Exception as error:  # one part must not take the others' hour with it
                traceback.print_exc()
                found.append(Findings(name, name, "", broken=f"{type(error).__name__}: {error}"))
            interrupted = interrupted or callers.interrupted
            say(f"so far: {write()}")
            if interrupted:
                break
        # Some callers asked for a person, and were heard by a mailbox.
        appliance.run("find", MAILBOXES, "-name", "msg*", "-newer", BEGUN, "-delete", check=False)
    print((options.folder / "report.md").read_text(encoding="utf-8"))
    if interrupted:
        return 130
    return 1 if any(one.broken for one in found) else 0


def estimate(parts: Sequence[str]) -> float:
    """About how many minutes the parts take."""
    minutes = sum(PARTS[name][1] for name in parts)
    makes_calls = "reply" not in parts and any(name in CONVERSATIONS for name in parts)
    return minutes + (CONVERSATIONS_MINUTES if makes_calls else 0.0)


def _parts(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := [name for name in wanted if name not in PARTS]:
        raise argparse.ArgumentTypeError(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return [name for name in PARTS if name in wanted]


def _calls(text: str) -> list[int]:
    numbers = [int(number) for number in text.split(",") if number]
    if any(not 2 <= number <= len(EXTENSIONS) for number in numbers):
        raise argparse.ArgumentTypeError(f"from 2 to {len(EXTENSIONS)} callers")
    return numbers


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    key = os.environ.get("SIPFORGE_SSH_KEY")
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--parts", type=_parts, default=list(PARTS), help=f"of {','.join(PARTS)}; default: all"
    )
    parser.add_argument(
        "--turns", type=int, default=50, help="turns for each reply time, where there is a choice"
    )
    parser.add_argument(
        "--calls", type=_calls, default=[5, 10], help="callers at once, beside one alone: 5,10"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("recordings/bench"), help="for report and recordings"
    )
    parser.add_argument("--server", default=os.environ.get("SIPFORGE_HOST", "127.0.0.1"))
    parser.add_argument("--sip-port", type=int, default=int(os.environ.get("SIPFORGE_SIP_PORT", "5060")))
    parser.add_argument("--ssh-port", type=int, default=int(os.environ.get("SIPFORGE_SSH_PORT", "2222")))
    parser.add_argument("--ssh-key", type=Path, default=Path(key) if key else None)
    parser.add_argument("--ssh-user", default=os.environ.get("SIPFORGE_SSH_USER", "root"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
