"""How long the certificate that telephones see is still good; read again when its file has changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from sipforge.core.certificates import Certificate
from sipforge.infra.certificates import CertificateError, read_certificate
from sipforge.monitor.subjects import Finding

_log = logging.getLogger(__name__)


class CertificateWatch:
    """Knows the host's certificate."""

    name = "certificate_days_left"

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        """Know nothing yet.

        Args:
            path: of the certificate.
            clock: seconds since 1970.
        """
        self._path = path
        self._clock = clock
        self._changed = 0
        self._certificate: Certificate | None = None

    @property
    def days_left(self) -> int | None:
        """Whole days, negative once it has expired; None where there is no certificate."""
        return None if self._certificate is None else self._certificate.days_left(self._clock())

    @property
    def problem(self) -> str:
        """What is wrong with it, as the end of a sentence; empty if nothing is, or it is not there."""
        return "" if self._certificate is None else self._certificate.problem(self._clock())

    def finding(self) -> Finding:
        """The days that are left."""
        problem = self.problem
        return Finding(self.days_left, (f"the certificate {problem}",) if problem else ())

    async def look(self) -> None:
        """Read it, unless it is what it was."""
        try:
            changed = self._path.stat().st_mtime_ns
        except OSError:
            self._changed, self._certificate = 0, None
            return
        if changed == self._changed:
            return
        self._changed = changed
        try:
            self._certificate = await asyncio.to_thread(read_certificate, self._path)
        except CertificateError as error:
            self._certificate = None
            _log.warning("%s", error)
