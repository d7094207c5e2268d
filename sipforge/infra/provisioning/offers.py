"""What waits for telephones to fetch it, as files that whoever holds the offer's secret can read.

`sipforge user` (root) puts an offer here; the provisioning service hands it out. Two kinds:

- a link: its secret is the token in its address. It is good once, and until a time. Whoever renames its file
  has used it; what is left says why it is gone, for a week.
- a desk telephone's file: its secret is the password that the telephone gives. It is good until it is taken
  away.

Sealed with their secrets (`sipforge.infra.provisioning.sealing`), offers tell the service itself nothing
before a telephone comes for them. Time is an argument, in seconds since the epoch.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sipforge.infra.atomic_file import replace_file
from sipforge.infra.provisioning.sealing import WrongSecret, name_of, new_token, seal, unseal

_MODE = 0o640
_REMEMBERED_SECONDS = 7 * 86400
_FILE_BYTES = 256 * 1024


class OffersError(Exception):
    """The folder of offers, or a file in it, cannot be read or written; the message names it."""


class NoSuchOffer(Exception):
    """There is none of that name, or the secret is not its own."""


class OfferGone(Exception):
    """A link that was good once."""

    def __init__(self, extension: str, why: str) -> None:
        super().__init__(f"the link for {extension} is gone: {why}")
        self.extension, self.why = extension, why


@dataclass(frozen=True, slots=True)
class Offer:
    """A file for a telephone."""

    extension: str
    """Whose telephone."""
    content_type: str
    content: str

    def __repr__(self) -> str:
        return f"Offer(extension={self.extension!r})"  # the content holds a password


class Offers:
    """The offers of one host."""

    def __init__(self, directory: Path) -> None:
        """Nothing is read or written yet; `directory` belongs to the service."""
        self._directory = directory

    def put_link(self, offer: Offer, now: float, until: float) -> str:
        """Offer it once, until a time, in place of any link that its user has; its token.

        Raises:
            OffersError: it cannot be written.
        """
        self.drop_links(offer.extension, "replaced", now)
        token = new_token()
        self._write(self._link(token), {**_document(offer, token), "until": until})
        return token

    def put_phone(self, mac: str, offer: Offer, password: str) -> None:
        """Offer it to the desk telephone `mac`, in place of what it had; the same again is not written.

        Raises:
            OffersError: it cannot be written.
        """
        with contextlib.suppress(NoSuchOffer):
            if self.see_phone(mac, offer.extension, password) == offer:
                return
        self._write(self._phone(mac), _document(offer, password))

    def see_link(self, token: str, now: float) -> Offer:
        """What a link offers, which it does still afterwards.

        Raises:
            NoSuchOffer: there never was one, or it is forgotten.
            OfferGone: used, expired or replaced.
            OffersError: its file is damaged.
        """
        path = self._link(token)
        document = self._read(path)
        if document is None:
            left = self._read(_gone(path))
            if left is None:
                raise NoSuchOffer
            # Whoever took it has yet to write why: see `take_link`.
            raise OfferGone(str(left.get("extension")), str(left.get("why", "used")))
        if now >= document["until"]:
            self._end(path, document, "expired", now)
            raise OfferGone(document["extension"], "expired")
        return _opened(document, token)

    def take_link(self, token: str, now: float) -> Offer:
        """What a link offers, which is used by that.

        Raises:
            As `see_link`.
        """
        offer, path = self.see_link(token, now), self._link(token)
        try:
            path.rename(_gone(path))
        except FileNotFoundError:
            raise OfferGone(offer.extension, "used") from None  # by another, this very moment
        except OSError as error:
            raise _trouble(path, error) from error
        self._write(_gone(path), {"extension": offer.extension, "why": "used", "at": now})
        return offer

    def see_phone(self, mac: str, extension: str, password: str) -> Offer:
        """The file of a desk telephone that gives this user name and password.

        Raises:
            NoSuchOffer: there is none, or these are not its own.
            OffersError: its file is damaged.
        """
        document = self._read(self._phone(mac))
        if document is None or document["extension"] != extension:
            raise NoSuchOffer
        return _opened(document, password)

    def drop_links(self, extension: str, why: str, now: float) -> None:
        """End the links of a user.

        Raises:
            OffersError: that cannot be written.
        """
        for path, document in self._links():
            if document["extension"] == extension:
                self._end(path, document, why, now)

    def drop_phone(self, mac: str) -> None:
        """Offer a desk telephone nothing any more."""
        self._phone(mac).unlink(missing_ok=True)

    def sweep(self, now: float) -> int:
        """End the links that have expired and forget those long gone; how many are open.

        Raises:
            OffersError: the folder cannot be read or written.
        """
        still_open = 0
        for path, document in self._links():
            if now >= document["until"]:
                self._end(path, document, "expired", now)
            else:
                still_open += 1
        for path in self._directory.glob("link-*.gone"):
            left = self._read(path) or {}
            if now - left.get("at", 0.0) >= _REMEMBERED_SECONDS:
                path.unlink(missing_ok=True)
        return still_open

    def _links(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted(self._directory.glob("link-*.json")):
            document = self._read(path)
            if document is not None:
                yield path, document

    def _end(self, path: Path, document: dict[str, Any], why: str, now: float) -> None:
        self._write(_gone(path), {"extension": document["extension"], "why": why, "at": now})
        path.unlink(missing_ok=True)

    def _link(self, token: str) -> Path:
        return self._directory / f"link-{name_of(token)}.json"

    def _phone(self, mac: str) -> Path:
        return self._directory / f"phone-{mac}.json"

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            with path.open("rb") as file:
                document = json.loads(file.read(_FILE_BYTES))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _trouble(path, error) from error
        except ValueError as error:
            raise OffersError(f"{path}: is damaged: {error}") from error
        if not isinstance(document, dict):
            raise OffersError(f"{path}: is damaged")
        return document

    def _write(self, path: Path, document: dict[str, Any]) -> None:
        try:
            self._directory.mkdir(mode=0o750, parents=True, exist_ok=True)
            group_id = self._directory.stat().st_gid
            # The service, whose group it is, may give nothing away.
            given = None if group_id == os.getegid() else group_id
            replace_file(path, json.dumps(document).encode(), _MODE, given)
        except OSError as error:
            raise _trouble(path, error) from error


def _document(offer: Offer, secret: str) -> dict[str, Any]:
    return {
        "extension": offer.extension,
        "content_type": offer.content_type,
        "sealed": seal(offer.content, secret),
    }


def _opened(document: dict[str, Any], secret: str) -> Offer:
    try:
        return Offer(document["extension"], document["content_type"], unseal(document["sealed"], secret))
    except WrongSecret:
        raise NoSuchOffer from None


def _gone(path: Path) -> Path:
    return path.with_suffix(".gone")


def _trouble(path: Path, error: OSError) -> OffersError:
    hint = "; run as root: sudo sipforge ..." if isinstance(error, PermissionError) else ""
    return OffersError(f"{path}: {error.strerror or error}{hint}")
