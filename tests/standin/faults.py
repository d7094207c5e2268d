"""What can go wrong at the far end, chosen while the server runs.

POST /faults {"fault": "rate_limit", "stage": "chat", "seconds": 5, "times": 1} makes the next request of that
stage fail ("stage": "" is every stage, "times": 0 is until further notice); DELETE /faults mends everything.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

STAGES = ("chat", "transcriptions", "speech", "models")


class Fault(Enum):
    REFUSAL = "refusal"
    """401, as for a wrong key."""
    FORBIDDEN = "forbidden"
    """403, as for a country or project that may not."""
    RATE_LIMIT = "rate_limit"
    """429, with its headers."""
    SERVER_ERROR = "server_error"
    """500."""
    SLOW_FIRST = "slow_first_token"
    """Nothing for `seconds`, then the whole answer."""
    SLOW_BETWEEN = "slow_between"
    """`seconds` of nothing in the middle of a stream."""
    CUT_STREAM = "cut_stream"
    """The connection breaks in the middle of the answer."""
    UNREACHABLE = "unreachable"
    """The connection breaks before any answer."""


@dataclass(slots=True)
class Planned:
    fault: Fault
    stage: str = ""
    seconds: float = 10.0
    times: int = 0


class Faults:
    """The faults that are planned, oldest first."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []

    def plan(self, fault: Fault, stage: str = "", seconds: float = 10.0, times: int = 0) -> None:
        self._planned.append(Planned(fault, stage, seconds, times))

    def mend(self) -> None:
        self._planned.clear()

    def take(self, stage: str) -> Planned | None:
        """The fault that a request of `stage` meets."""
        for planned in self._planned:
            if planned.stage in {"", stage}:
                if planned.times == 1:
                    self._planned.remove(planned)
                planned.times -= 1
                return planned
        return None

    def shown(self) -> list[dict[str, Any]]:
        return [{**asdict(planned), "fault": planned.fault.value} for planned in self._planned]


ERRORS: dict[Fault, tuple[int, str, str, str]] = {
    Fault.REFUSAL: (401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
    Fault.FORBIDDEN: (
        403,
        "Not supported here.",
        "request_forbidden",
        "unsupported_country_region_territory",
    ),
    Fault.RATE_LIMIT: (429, "Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
    Fault.SERVER_ERROR: (500, "The server had an error.", "server_error", "server_error"),
}
_RATE_LIMIT_HEADERS = {
    "retry-after": "20",
    "retry-after-ms": "20000",
    "x-ratelimit-limit-requests": "3",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "20s",
}


def error(fault: Fault) -> JSONResponse:
    """The answer of OpenAI to what went wrong."""
    status, message, kind, code = ERRORS[fault]
    return JSONResponse(
        {"error": {"message": message, "type": kind, "param": None, "code": code}},
        status_code=status,
        headers=_RATE_LIMIT_HEADERS if fault is Fault.RATE_LIMIT else {},
    )


class _Plan(BaseModel):
    fault: Fault
    stage: str = ""
    seconds: float = 10.0
    times: int = 0


def fault_routes(faults: Faults) -> APIRouter:
    """How faults are chosen from another process."""
    router = APIRouter()

    @router.get("/faults")
    async def show() -> list[dict[str, Any]]:
        return faults.shown()

    @router.post("/faults")
    async def plan(wanted: _Plan) -> list[dict[str, Any]]:
        faults.plan(wanted.fault, wanted.stage, wanted.seconds, wanted.times)
        return faults.shown()

    @router.delete("/faults")
    async def mend() -> list[dict[str, Any]]:
        faults.mend()
        return faults.shown()

    return router
