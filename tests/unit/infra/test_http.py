"""The HTTP face of a service, over a real socket."""

import asyncio
import json
import socket
import ssl

import pytest

from sipforge.infra import http
from sipforge.infra.http import Health, Status, Tls, build_app, serve
from sipforge.infra.metrics import Metrics
from tests.ports import free_port
from tests.unit.server_pair import write_pair


async def get(port: int, path: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = (await asyncio.wait_for(reader.read(), 5)).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split()[1]), body


async def answers(health: Health, paths: list[str]) -> list[tuple[int, str]]:
    async def check() -> Health:
        return health

    metrics, port, ready = Metrics(), free_port(), asyncio.Event()
    metrics.counter("sipforge_things", "Things", ["kind"]).labels("good").inc(3)
    task = asyncio.create_task(serve(build_app("test", check, metrics), "127.0.0.1", port, ready))
    await ready.wait()
    found = [await get(port, path) for path in paths]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ConnectionRefusedError):
        await get(port, "/health")
    return found


@pytest.mark.parametrize(("status", "code"), [(Status.OK, 200), (Status.DEGRADED, 200), (Status.FAILED, 503)])
def test_health_says_what_was_found(status, code):
    ((found, body),) = asyncio.run(answers(Health(status, {"redis": "down"}), ["/health"]))
    assert found == code
    assert json.loads(body) == {"status": status.value, "checks": {"redis": "down"}}


def test_metrics_are_prometheus_text_with_the_process_in_them():
    (metrics, docs) = asyncio.run(answers(Health(Status.OK), ["/metrics", "/docs"]))
    assert 'sipforge_things_total{kind="good"} 3.0' in metrics[1]
    assert "process_resident_memory_bytes" in metrics[1]
    assert docs[0] == 404


def test_a_taken_port_is_an_error_and_not_the_end_of_the_process():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        async def try_it() -> None:
            await serve(build_app("test", lambda: asyncio.sleep(0), Metrics()), "127.0.0.1", port)

        with pytest.raises(OSError, match="in use"):
            asyncio.run(try_it())


def test_https_alone_where_there_is_a_certificate(tmp_path):
    certificate, key = write_pair(tmp_path)

    async def look() -> None:
        port, ready = free_port(), asyncio.Event()
        app = build_app("test", lambda: asyncio.sleep(0, Health(Status.OK)), Metrics())
        task = asyncio.create_task(serve(app, "127.0.0.1", port, ready, Tls(certificate, key)))
        await ready.wait()
        trusts = ssl.create_default_context(cafile=str(certificate))
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusts)
        writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 200")
        writer.close()
        with pytest.raises((ConnectionResetError, IndexError)):
            await get(port, "/health")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(look())


def test_a_certificate_that_does_not_fit_its_key_is_an_error_before_it_serves(tmp_path):
    certificate, key = write_pair(tmp_path)
    key.write_text("nonsense")

    async def try_it() -> None:
        ready = asyncio.Event()
        with pytest.raises(OSError):
            await serve(
                build_app("test", lambda: asyncio.sleep(0), Metrics()),
                "127.0.0.1",
                free_port(),
                ready,
                Tls(certificate, key),
            )
        assert not ready.is_set()

    asyncio.run(try_it())


@pytest.mark.parametrize("sent", [b"", b"GET /health HTTP/1.1\r\nHost:"])
def test_who_connects_and_asks_for_nothing_is_sent_away(monkeypatch, sent):
    monkeypatch.setattr(http, "SILENT_SECONDS", 0.2)

    async def look() -> None:
        port, ready = free_port(), asyncio.Event()
        app = build_app("test", lambda: asyncio.sleep(0, Health(Status.OK)), Metrics())
        task = asyncio.create_task(serve(app, "127.0.0.1", port, ready))
        await ready.wait()
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(70)]
        for _, writer in silent:
            writer.write(sent)
        for reader, writer in silent:
            assert await asyncio.wait_for(reader.read(), 5) == b""
            writer.close()
        assert (await get(port, "/health"))[0] == 200
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(look())


def test_who_holds_a_connection_over_tls_and_does_not_let_go_is_sent_away_too(monkeypatch, tmp_path):
    monkeypatch.setattr(http, "SILENT_SECONDS", 0.5)
    certificate, key = write_pair(tmp_path)
    trusts = ssl.create_default_context(cafile=str(certificate))

    def hold(port: int) -> ssl.SSLSocket:
        return trusts.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")

    def ask(port: int) -> bytes:
        with hold(port) as line:
            line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return line.recv(12)

    async def look() -> None:
        port, ready = free_port(), asyncio.Event()
        app = build_app("test", lambda: asyncio.sleep(0, Health(Status.OK)), Metrics())
        task = asyncio.create_task(serve(app, "127.0.0.1", port, ready, Tls(certificate, key)))
        await ready.wait()
        # They never read, so that they do not notice being sent away.
        held = [await asyncio.to_thread(hold, port) for _ in range(64)]
        answers = [await asyncio.to_thread(ask, port)]
        for _ in range(100):
            if answers[-1] == b"HTTP/1.1 200":
                break
            await asyncio.sleep(0.05)
            answers.append(await asyncio.to_thread(ask, port))
        assert (answers[0], answers[-1]) == (b"HTTP/1.1 503", b"HTTP/1.1 200")
        for line in held:
            line.close()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(look())
