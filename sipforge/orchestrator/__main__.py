"""The orchestrator: `sipforge-orchestrator`. Builds its parts, serves until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sipforge.core.audiosocket import SLIN16_HZ
from sipforge.core.breaker import BreakerState, CircuitBreaker
from sipforge.core.capacity import Limit
from sipforge.core.office.hours import Hours
from sipforge.core.office.opening import parse_hours
from sipforge.infra.asterisk.agi import answer_agi
from sipforge.infra.asterisk.ami.service import AmiServiceClient
from sipforge.infra.call_store import CallStore
from sipforge.infra.capacity import limits
from sipforge.infra.heap import settle
from sipforge.infra.http import FastAPI, serve
from sipforge.infra.logs import configure_logging
from sipforge.infra.metrics import Metrics
from sipforge.infra.read_again import ReadAgain
from sipforge.infra.settings.host import DEFAULT_PATH, LOOPBACK, Settings, SettingsError, load_settings
from sipforge.infra.stream_server import serve_tcp
from sipforge.infra.systemd.credentials import CredentialError, find_credential, read_credential
from sipforge.infra.systemd.notify import Notifier, watchdog
from sipforge.orchestrator.api import make_api
from sipforge.orchestrator.audiosocket_server import AudioSocketServer
from sipforge.orchestrator.bot_link import BotDialler
from sipforge.orchestrator.calls import Call, Calls
from sipforge.orchestrator.line_watch import LineWatch
from sipforge.orchestrator.phone_leg import PhoneLeg
from sipforge.orchestrator.relay import Relay
from sipforge.orchestrator.routing import Router
from sipforge.orchestrator.telemetry import Telemetry
from sipforge.orchestrator.timing import Timing

EX_CONFIG = 78
EX_UNAVAILABLE = 69
AGI_CONNECTIONS = 128
AMI_ACCOUNT = "orchestrator"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """The orchestrator, put together and not yet running."""

    settings: Settings
    timing: Timing
    store: CallStore
    calls: Calls
    router: Router
    audiosocket: AudioSocketServer
    api: FastAPI
    ami: AmiServiceClient | None
    """Tells of holds and keys; None on a host without its secret."""


def build(
    settings: Settings, jwt_key: str, redis_password: str, timing: Timing, ami_secret: str | None = None
) -> Parts:
    """Put the orchestrator together; without `ami_secret` nobody tells of holds, and keys come by stream."""
    metrics = Metrics()
    telemetry = Telemetry(metrics)
    store = CallStore(settings.redis_socket, redis_password, settings.orchestrator.history_seconds)
    telemetry.watch_store(lambda: store.available, lambda: store.lost_entries)
    calls = Calls(store, timing)
    breakers = {name: CircuitBreaker() for name in settings.bots}
    for name, breaker in breakers.items():
        telemetry.watch_breaker(name, partial(_state_now, breaker))
        telemetry.watch_limit(name, partial(_limit_now, settings, name))
    watch = LineWatch()
    ami = None if ami_secret is None else _watcher(settings.ami.port, ami_secret, watch)
    telemetry.watch_lines(lambda: ami is not None and ami.connected)
    dialler = BotDialler(
        settings.bot_socket, jwt_key, settings.orchestrator.token_seconds, timing, clock=time.time
    )

    def make_relay(call: Call, phone: PhoneLeg) -> Relay:
        return Relay(
            call,
            phone,
            calls=calls,
            dialler=dialler,
            breaker=breakers[call.bot],
            apology=lambda bot: read_apology(settings.prompt_directory, bot, timing.apology_seconds),
            operator=settings.bots[call.bot].operator,
            watch=watch,
            telemetry=telemetry,
            timing=timing,
        )

    def socket_exists(bot: str) -> bool:
        return settings.bot_socket(bot).is_socket()

    router = Router(
        settings,
        calls=calls,
        breakers=breakers,
        limits=partial(limits, settings),
        socket_exists=socket_exists,
        telemetry=telemetry,
        clock=time.monotonic,
        hours=ReadAgain[Mapping[str, Hours]](settings.hours_file, parse_hours, {}),
    )
    return Parts(
        settings=settings,
        timing=timing,
        store=store,
        calls=calls,
        router=router,
        audiosocket=AudioSocketServer(calls, make_relay, telemetry, timing, clock=time.monotonic),
        api=make_api(
            calls,
            store,
            breakers,
            socket_exists=socket_exists,
            has_room=router.has_room,
            metrics=metrics,
            clock=time.monotonic,
        ),
        ami=ami,
    )


def _watcher(port: int, secret: str, watch: LineWatch) -> AmiServiceClient:
    # Its account sees calls and keys alone: that Asterisk has booted is not told, and not needed.
    return AmiServiceClient(
        LOOPBACK,
        port,
        AMI_ACCOUNT,
        secret,
        on_event=watch.on_event,
        on_up=watch.on_up,
        on_down=watch.on_down,
        boot_seconds=None,
    )


def read_apology(directory: Path, bot: str, longest_seconds: float) -> bytes:
    """The recorded apology of a bot, slin at 16 kHz; empty, with a warning, when there is none."""
    path = directory / bot / "unavailable.sln16"
    try:
        with path.open("rb") as file:
            pcm = file.read(int(longest_seconds * SLIN16_HZ) * 2)
    except OSError as error:
        _log.warning("no spoken apology: %s: %s", path, error.strerror)
        return b""
    return pcm[: len(pcm) // 2 * 2]


async def run(parts: Parts, stop: asyncio.Event, notifier: Notifier) -> None:
    """Serve until `stop`, then end every call in an orderly way.

    Raises:
        ExceptionGroup: a part failed, such as an OSError for a port that is taken.
    """
    conf = parts.settings.orchestrator
    answer = partial(answer_agi, routes=parts.router.agi_routes())
    listen, connections = parts.audiosocket.handle, 2 * (conf.max_calls + parts.timing.strangers_limit)
    agi_ready, audio_ready, http_ready = asyncio.Event(), asyncio.Event(), asyncio.Event()
    # Two groups, because what ended calls leave is still to be written.
    async with asyncio.TaskGroup() as outer:
        keeping = [outer.create_task(parts.store.keep()), outer.create_task(watchdog(notifier))]
        if parts.ami is not None:
            keeping.append(outer.create_task(parts.ami.run()))
        async with asyncio.TaskGroup() as inner:
            serving = [
                inner.create_task(part)
                for part in (
                    serve_tcp(LOOPBACK, conf.agi_port, answer, AGI_CONNECTIONS, agi_ready),
                    serve_tcp(LOOPBACK, conf.audiosocket_port, listen, connections, audio_ready),
                    serve(parts.api, LOOPBACK, conf.http_port, http_ready),
                    _sweep(parts),
                )
            ]
            for ready in (agi_ready, audio_ready, http_ready):
                await ready.wait()
            settle()
            _log.info("serving", extra={"bots": sorted(parts.settings.bots)})
            notifier.ready()
            await stop.wait()
            notifier.stopping()
            for task in serving:
                task.cancel()
        for call in parts.calls.live():
            parts.calls.end(call, time.monotonic())
        await parts.store.flush()
        for task in keeping:
            task.cancel()


async def _sweep(parts: Parts) -> None:
    while True:
        await asyncio.sleep(parts.timing.sweep_seconds)
        parts.calls.sweep(time.monotonic())


def _limit_now(settings: Settings, bot: str) -> Limit:
    return limits(settings)[bot]


def _state_now(breaker: CircuitBreaker) -> BreakerState:
    return breaker.state(time.monotonic())


async def _run_until_signal(parts: Parts) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run(parts, stop, Notifier())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the service; gives its exit code: 0 stopped, 69 port taken, 78 settings or a secret wrong."""
    parser = argparse.ArgumentParser(
        prog="sipforge-orchestrator",
        description="Routes calls to the voice assistants and carries audio between Asterisk and the bots. "
        "Normally started by systemd (sipforge-orchestrator.service).",
        epilog="It reads its secrets jwt-key, redis-password, ami-orchestrator from $CREDENTIALS_DIRECTORY "
        "(LoadCredential= of the unit; without the last it learns nothing of calls on hold), listens on the "
        "loopback ports of [orchestrator] in the settings, and reaches each bot by its Unix socket. Exit "
        "codes: 0 stopped, 69 a port is taken, 78 settings or a secret are wrong.",
    )
    parser.add_argument(
        "--settings",
        type=Path,
        default=DEFAULT_PATH,
        metavar="PATH",
        help="settings file (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    configure_logging("orchestrator")
    try:
        settings = load_settings(options.settings)
        parts = build(
            settings,
            read_credential("jwt-key"),
            read_credential("redis-password"),
            Timing(),
            find_credential("ami-orchestrator"),
        )
    except (SettingsError, CredentialError) as error:
        sys.stderr.write(f"sipforge-orchestrator: {error}\n")
        return EX_CONFIG
    failures: tuple[BaseException, ...] = ()
    try:
        asyncio.run(_run_until_signal(parts))
    except* OSError as group:
        failures = _leaves(group)
    for failure in failures:
        _log.critical("cannot serve: %s", failure)
    return EX_UNAVAILABLE if failures else 0


def _leaves(group: BaseExceptionGroup[BaseException]) -> tuple[BaseException, ...]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found.extend(_leaves(error) if isinstance(error, BaseExceptionGroup) else (error,))
    return tuple(found)


if __name__ == "__main__":
    sys.exit(main())
