"""Which telephones the calls of this process are made with.

Side by side, in processes of pytest-xdist, each process has telephones of its own in the office.
"""

from __future__ import annotations

import os

_OWN = (("1001", "1002", "1003"), ("1004", "1005", "1006"), ("1007", "1008", "1009"))
MOST_WORKERS = len(_OWN)
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
"""Name of this process among those side by side: gw0, gw1...; none where there is one process."""
_PLACE = int(WORKER.removeprefix("gw") or 0) % MOST_WORKERS
CALLER, COLLEAGUE, ABSENT = OWN = _OWN[_PLACE]
"""Who rings, whom the caller rings, and who has no telephone connected."""
OPERATOR = "1000"
"""Whom an assistant connects with: one for all, so the tests in `operator` run one by one."""
GROUP, OTHER_GROUP, MENU, ROOM = f"{4100 + _PLACE}", f"{4200 + _PLACE}", f"{5100 + _PLACE}", f"{800 + _PLACE}"
"""Numbers for what this process adds to the office, and its conference room."""


def named(what: str) -> str:
    """Name of something that this process adds to the office."""
    return f"{what}-of-{CALLER}"
