"""Which telephones the calls of this process are made with.

Side by side, in processes of pytest-xdist, each process has telephones of its own in the office.
"""

from __future__ import annotations

import os

_OWN = (("1001", "1002", "1003"), ("1004", "1005", "1006"), ("1007", "1008", "1009"))
MOST_WORKERS = len(_OWN)
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
"""Name of this process among those side by side: gw0, gw1...; none where there is one process."""
CALLER, COLLEAGUE, ABSENT = OWN = _OWN[int(WORKER.removeprefix("gw") or 0) % MOST_WORKERS]
"""Who rings, whom the caller rings, and who has no telephone connected."""
OPERATOR = "1000"
"""Whom an assistant connects with: one for all, so the tests in `operator` run one by one."""
