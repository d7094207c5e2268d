"""The provisioning service: `sipforge-provisioning`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from pathlib import Path
from typing import Final

from sipforge.infra.http import Health, Status, Tls, build_app, serve
from sipforge.infra.logs import configure_logging
from sipforge.infra.metrics import Metrics
from sipforge.infra.provisioning.offers import Offers, OffersError
from sipforge.infra.settings.host import DEFAULT_PATH, LOOPBACK, Settings, SettingsError, load_settings
from sipforge.infra.systemd.credentials import CredentialError, credential_path
from sipforge.infra.systemd.service import run_until_signal
from sipforge.provisioning.api import phones_app
from sipforge.provisioning.door import Door

_log = logging.getLogger("sipforge.provisioning")

EX_CONFIG: Final = 78
"""sysexits.h: the settings or a secret are wrong; starting again would not help."""
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104  # telephones come from the office's network
_SWEEP_SECONDS: Final = 60.0


def main() -> int:
    """Run the service until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="sipforge-provisioning",
        description="Hands telephones what they need to register, over HTTPS: what `sipforge user qr` and"
        " `sipforge user phone` have put in /var/lib/sipforge/provisioning.",
        epilog="Needs the secret server.pem, key and certificate, in $CREDENTIALS_DIRECTORY (systemd:"
        " LoadCredential=). Serves /health and /metrics on provisioning.http_port. Exit status: 0 ended by a"
        " signal, 1 failed, 78 settings or secret wrong.",
    )
    parser.add_argument(
        "--settings", type=Path, default=DEFAULT_PATH, help="settings file (default: %(default)s)"
    )
    arguments = parser.parse_args()
    configure_logging("provisioning")
    # Each connection too many, and each that speaks no HTTP, would be a line: anybody could fill the journal.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    try:
        settings = load_settings(arguments.settings)
        certificate = credential_path("server.pem")
    except (SettingsError, CredentialError) as error:
        print(f"sipforge-provisioning: {error}", file=sys.stderr)  # noqa: T201  # there is no service to log yet
        return EX_CONFIG
    try:
        asyncio.run(run(settings, Tls(certificate, certificate)))
    except OSError as error:
        _log.error("cannot serve: %s", error)
        return 1
    return 0


async def run(settings: Settings, tls: Tls) -> None:
    """Build the parts and run them until a signal."""
    metrics, offers = Metrics(), Offers(settings.offer_directory)
    keeper = Keeper(offers, metrics)
    door = Door(metrics, settings.provisioning.requests_per_minute)
    phones = phones_app(offers, door, settings.offer_directory / "ca.pem")
    own = build_app("provisioning", keeper.health, metrics)
    serving, telling = asyncio.Event(), asyncio.Event()
    await run_until_signal(
        [
            serve(phones, EVERYWHERE, settings.provisioning.port, serving, tls),
            serve(own, LOOPBACK, settings.provisioning.http_port, telling),
            keeper.run(),
        ],
        [serving, telling],
    )


class Keeper:
    """Ends the links that have expired, every minute, and knows how many are open."""

    def __init__(self, offers: Offers, metrics: Metrics) -> None:
        self._offers = offers
        self._problem = ""
        self._open = metrics.gauge("sipforge_provisioning_open_links", "Links that nobody has used yet")
        self._count = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                self._count = await asyncio.to_thread(self._offers.sweep, time.time())
                self._problem = ""
            except OffersError as error:
                if not self._problem:
                    _log.error("%s", error)
                self._problem = str(error)
            self._open.set(self._count)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def health(self) -> Health:
        """Degraded where the offers cannot be looked after."""
        status = Status.DEGRADED if self._problem else Status.OK
        return Health(status, {"offers": self._problem or "ok", "open_links": self._count})


if __name__ == "__main__":
    sys.exit(main())
