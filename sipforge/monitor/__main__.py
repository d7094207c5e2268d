"""The monitor service: `sipforge-monitor`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Collection
from functools import partial
from pathlib import Path

from sipforge.core.assistant_calls import parse_calls
from sipforge.core.asterisk.state import Headers, LiveState
from sipforge.infra.api_client import ApiError, fetch_json
from sipforge.infra.asterisk.ami.messages import AmiError
from sipforge.infra.asterisk.ami.service import AmiServiceClient
from sipforge.infra.asterisk.hep import receive_sip
from sipforge.infra.asterisk.voicemail import free_bytes, mail_trouble
from sipforge.infra.http import serve
from sipforge.infra.logs import configure_logging
from sipforge.infra.metrics import Metrics
from sipforge.infra.settings.host import DEFAULT_PATH, LOOPBACK, Settings, SettingsError, load_settings
from sipforge.infra.systemd.credentials import CredentialError, read_credential
from sipforge.infra.systemd.service import run_until_signal
from sipforge.monitor.api import monitor_app
from sipforge.monitor.certificate import CertificateWatch
from sipforge.monitor.lamps import Lamps
from sipforge.monitor.mailboxes import LostMessages, Mail, MailboxRoom
from sipforge.monitor.reaper import Reaper
from sipforge.monitor.refused_calls import RefusedCalls
from sipforge.monitor.subjects import Subject, Variables, look_around
from sipforge.monitor.telemetry import Telemetry
from sipforge.monitor.trunks import Trunks
from sipforge.monitor.watch import Watch

_log = logging.getLogger("sipforge.monitor")

EX_CONFIG = 78
"""sysexits.h: the settings or a secret are wrong; starting again would not help."""


def main() -> int:
    """Run the service until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="sipforge-monitor",
        description="Watches Asterisk through its manager interface: channels, registered telephones,"
        " trunks, refused logins and calls, room for messages; and the certificate. Keeps the assistants'"
        " lamps. Hangs up assistant calls that the orchestrator has lost.",
        epilog="Needs the secret ami-monitor in $CREDENTIALS_DIRECTORY (systemd: LoadCredential=ami-monitor)."
        " Serves /health, /metrics and /channels on monitor.http_port. Exit status: 0 ended by a signal,"
        " 1 failed, 78 settings or secret wrong.",
    )
    parser.add_argument(
        "--settings", type=Path, default=DEFAULT_PATH, help="settings file (default: %(default)s)"
    )
    arguments = parser.parse_args()
    configure_logging("monitor")
    try:
        settings = load_settings(arguments.settings)
        secret = read_credential("ami-monitor")
    except (SettingsError, CredentialError) as error:
        print(f"sipforge-monitor: {error}", file=sys.stderr)  # noqa: T201  # before there is a service to log
        return EX_CONFIG
    try:
        asyncio.run(run(settings, secret))
    except OSError as error:
        _log.error("cannot serve: %s", error)
        return 1
    return 0


async def run(settings: Settings, secret: str) -> None:
    """Build the parts and run them until a signal."""
    metrics, state = Metrics(), LiveState()
    telemetry = Telemetry(metrics, state)
    assistants = settings.assistants
    watch = Watch(state, telemetry, assistants, time.monotonic)
    certificate = CertificateWatch(settings.certificate, time.time)
    telemetry.certificate(lambda: certificate.days_left)

    async def set_variable(name: str, value: str) -> None:
        await ami.action("Setvar", Variable=name, Value=value)

    async def listing(name: str) -> tuple[Headers, ...]:
        return await ami.listing(name)

    variables = Variables(set_variable)
    refused, lost = RefusedCalls(telemetry, time.monotonic), LostMessages(telemetry, time.monotonic)
    room = partial(free_bytes, settings.mailbox_directory)
    subjects: tuple[Subject, ...] = (
        Trunks(listing, telemetry),
        refused,
        MailboxRoom(room, settings.monitor.mailbox_free_megabytes, variables, telemetry),
        lost,
        Mail(partial(mail_trouble, settings.mail_failed_file)),
        certificate,
        Lamps(settings.bots, partial(_health, settings.orchestrator.http_port), variables),
    )

    def on_event(event: Headers) -> None:
        watch.on_event(event)
        refused.on_event(event)
        lost.on_event(event)

    async def on_up() -> None:
        await watch.on_up(ami)
        await variables.tell()

    def on_down() -> None:
        watch.on_down()
        variables.forget()

    ami = AmiServiceClient(
        LOOPBACK,
        settings.ami.port,
        "monitor",
        secret,
        on_event=on_event,
        on_up=on_up,
        on_down=on_down,
    )
    calls_url = f"http://{LOOPBACK}:{settings.orchestrator.http_port}/calls"

    async def known_calls() -> Collection[str] | None:
        try:
            return frozenset(call.call for call in parse_calls(await fetch_json(calls_url)))
        except (ApiError, ValueError) as error:
            _log.debug("no list of calls: %s", error)
            return None

    async def hang_up(channel: str) -> None:
        try:
            await ami.action("Hangup", Channel=channel, Cause="16")
        except AmiError as error:
            _log.warning("not hung up: %s", error, extra={"channel": channel})

    reaper = Reaper(
        state,
        telemetry,
        known_calls=known_calls,
        hang_up=hang_up,
        clock=time.monotonic,
        orphan_seconds=settings.monitor.orphan_seconds,
    )
    serving = asyncio.Event()
    app = monitor_app(ami, reaper, state, metrics, subjects)
    await run_until_signal(
        [
            serve(app, LOOPBACK, settings.monitor.http_port, serving),
            ami.run(),
            reaper.run(),
            receive_sip(LOOPBACK, settings.monitor.hep_port, watch.on_sip),
            look_around(subjects, variables),
        ],
        [serving],
    )


async def _health(port: int) -> object:
    """What a service says of itself; None where it does not answer."""
    try:
        return await fetch_json(f"http://{LOOPBACK}:{port}/health")
    except ApiError:
        return None


if __name__ == "__main__":
    sys.exit(main())
