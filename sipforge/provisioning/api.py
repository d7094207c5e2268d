"""What telephones ask for: `/p/TOKEN` once, `/phones/FILE` with a password, and `/ca.pem`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Final

from sipforge.core.provisioning.desk_phones import mac_asked_for
from sipforge.infra.http import (
    Depends,
    FastAPI,
    HTMLResponse,
    HTTPBasic,
    HTTPBasicCredentials,
    PlainTextResponse,
    Request,
    Response,
)
from sipforge.infra.provisioning.offers import NoSuchOffer, OfferGone, Offers, OffersError
from sipforge.provisioning import pages
from sipforge.provisioning.door import Door

_HEADERS: Final = {"Cache-Control": "no-store", "Connection": "close", "X-Content-Type-Options": "nosniff"}
"""No proxy keeps a password, and nobody keeps a connection."""
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="SipForge"'}
_log = logging.getLogger("sipforge.provisioning")
_basic = HTTPBasic(realm="SipForge", auto_error=False)


def phones_app(offers: Offers, door: Door, ca: Path, clock: Callable[[], float] = time.time) -> FastAPI:
    """The application.

    Args:
        offers: what there is to fetch.
        door: lets in and tells.
        ca: certificate of the office's own authority, which anybody may have; there need be none.
        clock: seconds since the epoch.
    """
    app = FastAPI(title="SipForge provisioning", docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def admit(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if not door.admits(_address(request), clock()):
            return _said(request, pages.TOO_MANY, 429, {"Retry-After": "60"})
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    @app.exception_handler(OffersError)
    async def trouble(request: Request, error: Exception) -> Response:
        _log.error("%s", error)
        return _said(request, pages.TROUBLE, 503)

    @app.get("/p/{token}")
    async def get_link(request: Request, token: str) -> Response:
        """A link behind a QR code: good once for a telephone, however often a browser opens it."""
        reads = _is_browser(request)
        now, address = clock(), _address(request)
        try:
            offer = await asyncio.to_thread(offers.see_link if reads else offers.take_link, token, now)
        except OfferGone as gone:
            door.refused(f"{gone.why}-link", address, now, gone.extension)
            return _said(request, pages.gone(gone.extension, gone.why), 410)
        except NoSuchOffer:
            door.refused("unknown-link", address, now)
            return _said(request, pages.UNKNOWN, 404)
        if reads:
            return _said(request, pages.OPEN, 200)
        door.fetched("link", offer.extension, address, _agent(request))
        return Response(offer.content, media_type=offer.content_type)

    @app.get("/phones/{file_name}")
    async def get_phone(
        request: Request,
        file_name: str,
        given: Annotated[HTTPBasicCredentials | None, Depends(_basic)],
    ) -> Response:
        """A desk telephone's file. Who has no password is not told which telephones there are."""
        mac = mac_asked_for(file_name)
        if mac is None:
            return PlainTextResponse("no such file\n", 404)
        if given is None:
            return PlainTextResponse("password wanted\n", 401, _CHALLENGE)
        now, address = clock(), _address(request)
        try:
            offer = await asyncio.to_thread(offers.see_phone, mac, given.username, given.password)
        except NoSuchOffer:
            door.refused("wrong-password", address, now, given.username)
            return PlainTextResponse("wrong user name or password\n", 401, _CHALLENGE)
        door.fetched("phone", offer.extension, address, _agent(request))
        return Response(offer.content, media_type=offer.content_type)

    @app.get("/ca.pem")
    async def get_ca() -> Response:
        """For telephones that have to be told whom to trust; it is no secret."""
        try:
            return Response(await asyncio.to_thread(ca.read_bytes), media_type="application/x-pem-file")
        except OSError:
            return PlainTextResponse("this office has no authority of its own\n", 404)

    return app


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _is_browser(request: Request) -> bool:
    return (
        "text/html" in request.headers.get("accept", "") and "x-linphone-provisioning" not in request.headers
    )


def _said(request: Request, text: str, code: int, headers: dict[str, Any] | None = None) -> Response:
    told = {**_HEADERS, **(headers or {})}
    if _is_browser(request):
        return HTMLResponse(pages.page(text), code, told)
    return PlainTextResponse(f"{text}\n", code, told)
