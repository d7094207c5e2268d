"""A carrier that refuses everything in one way, or says nothing at all; what no real Asterisk would do."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from tests.phones.carrier.network import Cable, CarrierError, addresses, host_root

_PROGRAM = """
import re, socket, sys
address, status = sys.argv[1:]
line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.bind((address, 5060))
while True:
    request, sender = line.recvfrom(65536)
    request = request.decode(errors="replace")
    if request.startswith(("ACK", "SIP/2.0")):
        continue
    own = "200 OK" if request.startswith("OPTIONS") else status + " No"
    kept = [one for one in request.split("\\r\\n") if re.match("(Via|From|To|Call-ID|CSeq):", one)]
    if own.startswith("401"):
        kept.append('WWW-Authenticate: Digest realm="carrier", nonce="%d", algorithm=MD5' % len(request))
    line.sendto("\\r\\n".join(["SIP/2.0 " + own, *kept, "Content-Length: 0", "", ""]).encode(), sender)
"""


class Refuser:
    """One, from `with` to its end; it answers OPTIONS, so that it is there, unless it is silent."""

    def __init__(self, status: int | None, *, number: int) -> None:
        """Nothing is started yet.

        Args:
            status: of all its answers; None: it does not answer.
            number: among carriers, from 0.
        """
        self.address = addresses(number)[1]
        self._number = number
        program = ["/usr/bin/python3", "-c", _PROGRAM, self.address, str(status)]
        self._command = ["/usr/bin/sleep", "3600"] if status is None else program

    def __enter__(self) -> Self:
        self._cable = Cable(self._number, host_root(), "asterisk", self._command)
        time.sleep(0.3)
        if not self._cable.alive:
            self._cable.close()
            raise CarrierError("the carrier that refuses does not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cable.close()
