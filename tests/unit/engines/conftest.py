from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.engines.far import Far, far


@pytest.fixture(scope="module")
def running() -> Iterator[Far]:
    with far() as stand:
        yield stand


@pytest.fixture
def stand(running: Far) -> Iterator[Far]:
    """The stand-in for OpenAI; a test's faults are mended after it."""
    yield running
    running.faults.mend()
