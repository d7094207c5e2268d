"""Asking SipForge's services over HTTP on the loopback address. Owns: httpx.

Every request is short, takes no proxy from the environment and reads at most a few megabytes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from typing import Any

import httpx

_ANSWER_BYTES = 4 * 1024 * 1024
_HEALTH_CODES = (200, 503)
"""/health answers 503 with the same JSON when a service has failed."""


class ApiError(Exception):
    """A service cannot be reached, or did not answer as it should; the message names the address."""


def get_json(url: str, timeout_seconds: float = 2.0) -> Any:
    """GET a JSON document.

    Raises:
        ApiError: unreachable, too slow, not 200, too long, or not JSON.
    """
    return asyncio.run(fetch_json(url, timeout_seconds))


def get_health(base_url: str, timeout_seconds: float = 2.0) -> Mapping[str, Any]:
    """What a service's /health says: {"status": "ok" | "degraded" | "failed", "checks": {...}}.

    Raises:
        ApiError: as for `get_json`; a failed service that says so is no error.
    """
    url = f"{base_url}/health"
    found = asyncio.run(fetch_json(url, timeout_seconds, _HEALTH_CODES))
    if not isinstance(found, dict) or not isinstance(found.get("status"), str):
        raise ApiError(f"{url}: is not a health report")
    return found


async def fetch_json(url: str, timeout_seconds: float = 2.0, codes: Collection[int] = (200,)) -> Any:
    """`get_json` for a service's event loop; `codes` are those of an answer that counts.

    Raises:
        ApiError: as for `get_json`.
    """
    body = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=timeout_seconds, trust_env=False) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code not in codes:
                raise ApiError(f"{url}: answered {response.status_code}")
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _ANSWER_BYTES:
                    raise ApiError(f"{url}: answered more than {_ANSWER_BYTES} bytes")
        return json.loads(body)
    except httpx.HTTPError as error:
        raise _api_error(url, error) from error
    except ValueError as error:
        raise ApiError(f"{url}: did not answer with JSON") from error


def _api_error(url: str, error: httpx.HTTPError) -> ApiError:
    if isinstance(error, httpx.TimeoutException):
        return ApiError(f"{url}: no answer in time")
    if isinstance(error, httpx.ConnectError):
        return ApiError(f"{url}: nothing listens there")
    return ApiError(f"{url}: {str(error) or type(error).__name__}")
