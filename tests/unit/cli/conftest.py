"""The host that the office's commands are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.ami_server import AmiServer
from tests.unit.cli.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with AmiServer() as server:
        yield Machine(tmp_path, server)
