import asyncio
import logging
import os
import time
from pathlib import Path

import pytest

from sipforge.core.certificates import DAY_SECONDS
from sipforge.monitor.certificate import CertificateWatch
from tests.unit.certificate import make_certificate


def test_days_go_by_and_a_new_file_is_noticed(tmp_path: Path) -> None:
    path, _ = make_certificate(tmp_path, days=90)
    now = [time.time()]
    watch = CertificateWatch(path, lambda: now[0])
    assert watch.days_left is None
    asyncio.run(watch.look())
    assert (watch.days_left, watch.problem) == (89, "")
    now[0] += 80 * DAY_SECONDS
    assert (watch.days_left, watch.problem) == (9, "expires in 9 days")
    other, _ = make_certificate(tmp_path / "new", days=300)
    other.replace(path)
    asyncio.run(watch.look())
    assert (watch.days_left, watch.problem) == (219, "")


def test_none_or_a_broken_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "server.crt"
    watch = CertificateWatch(path, time.time)
    asyncio.run(watch.look())
    assert (watch.days_left, watch.problem) == (None, "")
    path.write_text("nothing")
    os.utime(path, ns=(1, 1))
    with caplog.at_level(logging.WARNING):
        asyncio.run(watch.look())
        asyncio.run(watch.look())
    assert [record.getMessage() for record in caplog.records] == [f"{path}: is not a certificate in PEM"]
    assert watch.days_left is None
