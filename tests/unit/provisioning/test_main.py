"""The service as telephones meet it: over real HTTPS."""

import asyncio
import logging
import os
import signal
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from sipforge.infra.http import Tls
from sipforge.infra.provisioning.offers import Offer, Offers
from sipforge.infra.settings.host import check_settings
from sipforge.provisioning.__main__ import main, run
from tests.ports import free_port
from tests.unit.server_pair import write_pair

LINPHONE = {"X-Linphone-Provisioning": "1", "User-Agent": "LinphoneAndroid/6.0"}
BROWSER = {"Accept": "text/html,application/xhtml+xml", "User-Agent": "Mozilla/5.0"}
OFFER = Offer("1001", "application/xml", "<passwd>s3cret</passwd>")
MAC = "001565aabbcc"


class Visit:
    """A running service, and a telephone that trusts it."""

    def __init__(self, folder: Path, port: int, own_port: int, client: httpx.AsyncClient) -> None:
        self.offers = Offers(folder / "var/lib/sipforge/provisioning")
        self.folder, self.own_port, self.client = folder, own_port, client
        self.base = f"https://localhost:{port}"
        self.port = port

    def link(self, seconds: float = 60.0) -> str:
        now = time.time()
        return f"/p/{self.offers.put_link(OFFER, now, now + seconds)}"

    async def get(self, path: str, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
        return await self.client.get(f"{self.base}{path}", headers=headers or {"User-Agent": "x"}, **more)

    async def own(self, path: str) -> httpx.Response:
        return await self.client.get(f"http://127.0.0.1:{self.own_port}{path}")


def visit(folder: Path, look: Callable[[Visit], Awaitable[None]], **provisioning: object) -> None:
    """Run the whole service, look at it, and end it by SIGTERM."""
    certificate, key = write_pair(folder)
    port, own_port = free_port(), free_port()
    settings = check_settings(
        folder / "etc/sipforge/sipforge.toml",
        {"provisioning": {"port": port, "http_port": own_port, "requests_per_minute": 100, **provisioning}},
    )

    async def scenario() -> None:
        trusts = ssl.create_default_context(cafile=str(certificate))
        async with (
            asyncio.timeout(20),
            httpx.AsyncClient(verify=trusts, trust_env=False) as client,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(run(settings, Tls(certificate, key)))
            there = Visit(folder, port, own_port, client)
            while True:
                try:
                    await there.own("/health")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.01)
            try:
                await look(there)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)

    asyncio.run(scenario())


def test_a_telephone_fetches_its_link_once(tmp_path: Path) -> None:
    async def look(there: Visit) -> None:
        link = there.link()
        got = await there.get(link, LINPHONE)
        assert (got.status_code, got.text) == (200, OFFER.content)
        assert got.headers["content-type"].startswith("application/xml")
        assert (got.headers["cache-control"], got.headers["connection"]) == ("no-store", "close")
        again = await there.get(link, LINPHONE)
        assert again.status_code == 410
        assert "good once only" in again.text
        assert "sipforge user qr 1001" in again.text
        assert "s3cret" not in again.text

    visit(tmp_path, look)


def test_a_browser_is_told_what_to_do_and_uses_nothing_up(tmp_path: Path) -> None:
    async def look(there: Visit) -> None:
        link = there.link()
        for _ in range(2):
            page = await there.get(link, BROWSER)
            assert page.status_code == 200
            assert page.headers["content-type"].startswith("text/html")
            assert "in Linphone, choose to scan a QR code" in page.text
            assert "s3cret" not in page.text
        assert (await there.client.head(f"{there.base}{link}")).status_code == 405
        assert (await there.get(link, LINPHONE)).status_code == 200
        page = await there.get(link, BROWSER)
        assert page.status_code == 410
        assert page.text.startswith("<!doctype html>")

    visit(tmp_path, look)


def test_a_link_that_is_over_or_never_was(tmp_path: Path) -> None:
    async def look(there: Visit) -> None:
        over = await there.get(there.link(-1.0))
        assert (over.status_code, "has expired" in over.text) == (410, True)
        for guess in ("/p/x", "/p/" + "a" * 43, "/p/..%2f..%2fetc%2fpasswd"):
            assert (await there.get(guess)).status_code == 404

    visit(tmp_path, look)


def test_a_desk_telephone_gives_its_password(tmp_path: Path) -> None:
    async def look(there: Visit) -> None:
        there.offers.put_phone(MAC, Offer("1001", "text/plain", "account.1.enable = 1\n"), "the-password")
        path = f"/phones/{MAC.upper()}.cfg"
        asked = await there.get(path)
        assert (asked.status_code, asked.headers["www-authenticate"]) == (401, 'Basic realm="SipForge"')
        for _ in range(2):
            got = await there.get(path, auth=("1001", "the-password"))
            assert (got.status_code, got.text) == (200, "account.1.enable = 1\n")
        for name, auth in ((path, ("1001", "wrong")), ("/phones/001565aabbcd.cfg", ("1001", "the-password"))):
            assert (await there.get(name, auth=auth)).status_code == 401
        assert (await there.get("/phones/y000000000028.cfg")).status_code == 404

    visit(tmp_path, look)


def test_nothing_else_is_open(tmp_path: Path) -> None:
    async def look(there: Visit) -> None:
        for path in ("/", "/health", "/metrics", "/docs", "/openapi.json", "/phones/", "/p/", "/ca.pem"):
            assert (await there.get(path)).status_code == 404, path
        there.link()
        (there.folder / "var/lib/sipforge/provisioning/ca.pem").write_text("a certificate")
        assert (await there.get("/ca.pem")).text == "a certificate"
        with pytest.raises(httpx.RemoteProtocolError):
            await there.client.get(f"http://localhost:{there.port}/ca.pem")

    visit(tmp_path, look)


def test_who_asks_too_often_is_refused_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def look(there: Visit) -> None:
        codes = [(await there.get(f"/p/guess{number}")).status_code for number in range(12)]
        assert codes == [404] * 5 + [429] * 7
        refused = await there.get(there.link())
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        told = (await there.own("/metrics")).text
        assert 'sipforge_provisioning_refused_total{reason="unknown-link"} 5.0' in told
        assert 'sipforge_provisioning_refused_total{reason="too-many"} 8.0' in told

    with caplog.at_level(logging.INFO, "sipforge.provisioning"):
        visit(tmp_path, look, requests_per_minute=5)
    assert [record.__dict__["reason"] for record in caplog.records] == ["unknown-link", "too-many"]


def test_what_was_fetched_is_logged_and_no_secret_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    links: list[str] = []

    async def look(there: Visit) -> None:
        links.append(there.link())
        await there.get(links[0], LINPHONE)
        await there.get(links[0], LINPHONE)
        there.offers.put_phone(MAC, OFFER, "the-password")
        await there.get(f"/phones/{MAC}.cfg", auth=("1001", "the-password"))
        await there.get(f"/phones/{MAC}.cfg", auth=("1001", "wrong-password"))
        told = (await there.own("/metrics")).text
        assert 'sipforge_provisioning_fetched_total{kind="link"} 1.0' in told

    with caplog.at_level(logging.DEBUG):
        visit(tmp_path, look)
    own = [record for record in caplog.records if record.name == "sipforge.provisioning"]
    assert [record.getMessage() for record in own] == ["link fetched", "refused", "phone fetched", "refused"]
    assert own[0].__dict__["extension"] == "1001"
    assert own[0].__dict__["agent"] == "LinphoneAndroid/6.0"
    assert own[0].__dict__["address"] == "127.0.0.1"
    assert own[1].__dict__["reason"] == "used-link"
    written = "".join(str(record.__dict__) for record in own)
    for secret in (links[0].removeprefix("/p/"), "the-password", "s3cret"):
        assert secret not in written


def test_health_and_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    async def look(there: Visit) -> None:
        found = (await there.own("/health")).json()
        assert found == {"status": "ok", "checks": {"offers": "ok", "open_links": 0}}

    visit(tmp_path, look)
    folder = tmp_path / "var/lib/sipforge/provisioning"
    folder.mkdir(parents=True)
    (folder / "link-x.json").write_text("{")

    async def look_again(there: Visit) -> None:
        found = {"status": "ok"}
        for _ in range(500):
            if found["status"] != "ok":
                break
            await asyncio.sleep(0.01)
            found = (await there.own("/health")).json()
        assert found["status"] == "degraded"
        assert "link-x.json: is damaged" in found["checks"]["offers"]

    visit(tmp_path, look_again)


@pytest.mark.parametrize(
    ("certificate", "code", "says"),
    [(None, 78, "secret 'server.pem'"), ("nonsense", 1, "")],
)
def test_without_a_certificate_it_does_not_begin(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    certificate: str | None,
    code: int,
    says: str,
) -> None:
    if certificate is not None:
        (tmp_path / "server.pem").write_text("nonsense")
    settings = tmp_path / "sipforge.toml"
    settings.write_text(f"[provisioning]\nport = {free_port()}\nhttp_port = {free_port()}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["sipforge-provisioning", "--settings", str(settings)])
    assert main() == code
    assert says in capsys.readouterr().err
