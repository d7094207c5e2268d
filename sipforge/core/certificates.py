"""A certificate as openssl(1) describes it, and what is wrong with one. Time is an argument."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

WARN_DAYS: Final = 14
"""With fewer left something is wrong: a certificate of the host's own is renewed when 30 are left."""
DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says of itself."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """Names and addresses that it is good for."""
    valid_from: float
    """Seconds since 1970."""
    valid_until: float
    """Seconds since 1970."""
    fingerprint: str
    """SHA-256, as 32 pairs of hexadecimal digits with colons between."""

    def days_left(self, now: float) -> int:
        """Whole days; negative once it has expired."""
        return int((self.valid_until - now) // DAY_SECONDS)

    def problem(self, now: float) -> str:
        """What is wrong with it now, as the end of a sentence; empty if nothing is."""
        if now >= self.valid_until:
            return "has expired"
        if now < self.valid_from:
            return "is not valid yet"
        days = self.days_left(now)
        return f"expires in {days} days" if days < WARN_DAYS else ""


def parse_certificate(text: str, seconds: Callable[[str], float]) -> Certificate:
    """Read what `openssl x509 -subject -issuer -dates -fingerprint -ext subjectAltName` prints.

    Args:
        text: see above; the order of the parts does not matter, and there may be no names.
        seconds: a date as "Nov 27 06:48:00 2026 GMT" → seconds since 1970; ValueError for anything else.

    Raises:
        ValueError: something is missing, or is not a date.
    """
    fields = dict(re.findall(r"^([\w ]+?) ?= ?(.*)$", text, re.MULTILINE))
    prints = [value for key, value in fields.items() if key.lower().endswith("fingerprint")]
    missing = {"subject", "issuer", "notBefore", "notAfter"} - fields.keys()
    if missing or not prints:
        raise ValueError(f"no {', '.join(sorted(missing)) or 'fingerprint'}")
    return Certificate(
        subject=fields["subject"].strip(),
        issuer=fields["issuer"].strip(),
        # An address may stand there both as one and as a name.
        names=tuple(
            dict.fromkeys(name.strip() for name in re.findall(r"(?:DNS|IP Address):([^,\n]+)", text))
        ),
        valid_from=seconds(fields["notBefore"]),
        valid_until=seconds(fields["notAfter"]),
        fingerprint=prints[0].strip(),
    )
