import asyncio
import logging
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from sipforge.core.asterisk.state import LiveState
from sipforge.infra.http import Status
from sipforge.infra.metrics import Metrics
from sipforge.monitor.api import health_of
from sipforge.monitor.certificate import CertificateWatch
from sipforge.monitor.reaper import Reaper
from sipforge.monitor.telemetry import Telemetry
from tests.unit.certificate import make_certificate
from tests.unit.monitor.test_watch import sample

CALL = "40325ec2-5efd-4bd3-805f-53576e581d13"
CHANNEL = f"AudioSocket/127.0.0.1:9092-{CALL}"


class Scene:
    """A reaper among an orchestrator and an Asterisk that do as they are told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.known: Collection[str] | None = ()
        self.asked = 0
        self.hung_up: list[str] = []
        self.state, self.metrics = LiveState(), Metrics()
        self.connected, self.problem = True, ""
        self.reaper = Reaper(
            self.state,
            Telemetry(self.metrics, self.state),
            known_calls=self._known_calls,
            hang_up=self._hang_up,
            clock=lambda: self.now,
            orphan_seconds=10,
        )

    async def _known_calls(self) -> Collection[str] | None:
        self.asked += 1
        return self.known

    async def _hang_up(self, channel: str) -> None:
        self.hung_up.append(channel)

    def channel(self, name: str = CHANNEL) -> None:
        self.state.apply({"Event": "Newchannel", "Uniqueid": name, "Linkedid": "1", "Channel": name})

    def look(self, now: float) -> None:
        self.now = now
        asyncio.run(self.reaper.look())


def test_without_media_channels_nobody_is_asked() -> None:
    scene = Scene()
    scene.channel("PJSIP/1001-00000001")
    scene.look(0)
    assert (scene.asked, scene.hung_up) == (0, [])


@pytest.mark.parametrize("known", [(), None])
def test_an_orphan_is_hung_up_with_one_line(
    known: Collection[str] | None, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene()
    scene.known = known
    scene.channel()
    with caplog.at_level(logging.WARNING):
        for now in (0, 5, 10, 11):
            scene.look(now)
    assert scene.hung_up == [CHANNEL]
    assert [record.__dict__["call"] for record in caplog.records] == [CALL]
    assert sample(scene.metrics, "sipforge_orphans_total") == 1


def test_a_call_that_the_orchestrator_knows_goes_on() -> None:
    scene = Scene()
    scene.known = {CALL}
    scene.channel()
    for now in (0, 20, 40):
        scene.look(now)
    assert scene.hung_up == []


def test_health(tmp_path: Path) -> None:
    scene = Scene()
    certificate = CertificateWatch(tmp_path / "server.crt", lambda: scene.now)

    def status() -> Status:
        return health_of(scene, scene.reaper, scene.state, (certificate,)).status

    assert status() is Status.OK
    scene.channel()
    scene.known = None
    scene.look(0)
    assert status() is Status.DEGRADED
    scene.state.clear()
    scene.look(1)
    assert status() is Status.OK
    scene.connected, scene.problem = False, "127.0.0.1:5038: Connection refused"
    health = health_of(scene, scene.reaper, scene.state, (certificate,))
    assert (health.status, health.checks["asterisk"]) == (Status.FAILED, "127.0.0.1:5038: Connection refused")


def test_a_certificate_that_expires_soon_degrades(tmp_path: Path) -> None:
    scene = Scene()
    path, _ = make_certificate(tmp_path, days=10)
    certificate = CertificateWatch(path, time.time)
    asyncio.run(certificate.look())
    health = health_of(scene, scene.reaper, scene.state, (certificate,))
    assert (health.status, health.checks["certificate_days_left"]) == (Status.DEGRADED, 9)
    scene.connected = False
    assert health_of(scene, scene.reaper, scene.state, (certificate,)).status is Status.FAILED
