"""The HTTP face of a service, over a real socket."""

import asyncio
import json
import socket

import pytest

from sipforge.infra.http import Health, Status, build_app, serve
from sipforge.infra.metrics import Metrics
from tests.ports import free_port


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
