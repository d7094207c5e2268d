"""What the carrier saw: its dialplan adds a line to a file for each call that came, ended, or was placed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SEPARATOR = "|"
CALLED, ENDED, PLACED = "called", "ended", "placed"
COLUMNS = {
    CALLED: (
        "${UNIQUEID}",
        "${EXTEN}",
        "${CALLERID(num)}",
        "${CALLERID(num-pres)}",
        "${CHANNEL(audionativeformat)}",
        "${CHANNEL(pjsip,secure)}",
        "${CHANNEL(endpoint)}",
        "${PJSIP_HEADER(read,From)}",
    ),
    ENDED: ("${UNIQUEID}", "${CHANNEL(rtp,secure,audio)}"),
    PLACED: ("${TAG}", "${TO}", "${DIALSTATUS}", "${HANGUPCAUSE}", "${ANSWEREDTIME}"),
}
"""What a line of each kind tells, as the dialplan writes it; the last may hold anything."""


@dataclass(frozen=True, slots=True)
class Called:
    """A call from an office."""

    number: str
    caller: str
    """Empty: none was shown."""
    hidden: bool
    codecs: str
    """Asterisk's names of those that both know, such as (alaw|ulaw)."""
    over_tls: bool
    account: str
    sender: str
    """The header From."""
    over: bool
    encrypted: bool
    """Whether its sound was SRTP; told when it is over."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A call of the carrier's own that is over."""

    number: str
    status: str
    """Asterisk's DIALSTATUS: ANSWER, BUSY, CONGESTION, NOANSWER, CHANUNAVAIL, CANCEL."""
    cause: int
    """Of Q.850: why it ended."""
    seconds: int
    """How long it was talked."""


class Seen:
    """The file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def called(self, number: str = "") -> list[Called]:
        """The offices' calls so far, of one number or of all."""
        ended = {unique: secure == "1" for unique, secure in self._rows(ENDED)}
        return [
            Called(
                dialled,
                "" if caller.lower() == "anonymous" else caller,
                not presentation.startswith("allowed"),
                codecs,
                tls == "1",
                account,
                sender,
                unique in ended,
                ended.get(unique, False),
            )
            for unique, dialled, caller, presentation, codecs, tls, account, sender in self._rows(CALLED)
            if number in ("", dialled)
        ]

    def placed(self, tag: str) -> list[Placed]:
        """Those of the calls placed under one name that are over."""
        return [
            Placed(number, status, int(cause or 0), int(seconds or 0))
            for told, number, status, cause, seconds in self._rows(PLACED)
            if told == tag
        ]

    def forget(self) -> None:
        """Begin anew."""
        self.path.write_text("", encoding="utf-8")

    def _rows(self, kind: str) -> list[list[str]]:
        lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        rows = [line.split(SEPARATOR, len(COLUMNS[kind])) for line in lines if line.startswith(kind)]
        return [row[1:] for row in rows if len(row) == len(COLUMNS[kind]) + 1]


def noting(path: str, kind: str) -> str:
    """The application of a dialplan that adds a line."""
    return f"Set(FILE({path},,,al,u)={SEPARATOR.join((kind, *COLUMNS[kind]))})"
