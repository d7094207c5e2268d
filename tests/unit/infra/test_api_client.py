import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sipforge.infra.api_client import ApiError, fetch_json, get_health, get_json

PAGES: dict[str, tuple[int, bytes]] = {
    "/calls": (200, b'[{"call": "x"}]'),
    "/well/health": (200, b'{"status": "ok", "checks": {}}'),
    "/failed/health": (503, b'{"status": "failed", "checks": {"asterisk": "down"}}'),
    "/odd/health": (200, b"[]"),
    "/text": (200, b"<html>"),
    "/missing": (404, b"{}"),
    "/huge": (200, b'"' + b"x" * (4 * 1024 * 1024) + b'"'),
}


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        code, body = PAGES[self.path]
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_json(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A proxy of the environment is not for the loopback address.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert get_json(f"{url}/calls") == [{"call": "x"}]
    assert asyncio.run(fetch_json(f"{url}/calls")) == [{"call": "x"}]


def test_health_of_the_well_and_the_failed(url: str) -> None:
    assert get_health(f"{url}/well")["status"] == "ok"
    assert get_health(f"{url}/failed")["checks"] == {"asterisk": "down"}
    with pytest.raises(ApiError, match="is not a health report"):
        get_health(f"{url}/odd")


@pytest.mark.parametrize(
    ("page", "why"),
    [("/text", "did not answer with JSON"), ("/missing", "answered 404"), ("/huge", "more than")],
)
def test_a_bad_answer_is_an_error_with_its_address(url: str, page: str, why: str) -> None:
    with pytest.raises(ApiError, match=f"{url}{page}: .*{why}"):
        get_json(f"{url}{page}")
    with pytest.raises(ApiError, match=f"{url}{page}: .*{why}"):
        asyncio.run(fetch_json(f"{url}{page}"))


def test_nothing_listening() -> None:
    with pytest.raises(ApiError, match="nothing listens there"):
        get_json("http://127.0.0.1:1/calls")
