"""What calls need in the office besides its telephones."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from tests.phones.appliance import Appliance

Arrange = Callable[..., None]


@contextlib.contextmanager
def arranging(host: Appliance) -> Iterator[Arrange]:
    """Adds something to the office: `add("group", NAME, OPTIONS)`; all of it is removed at the end."""
    added: list[tuple[str, str]] = []

    def add(kind: str, name: str, *options: str) -> None:
        host.run("sipforge", kind, "add", name, *options)
        added.append((kind, name))

    try:
        yield add
    finally:
        for kind, name in reversed(added):
            host.run("sipforge", kind, "remove", name, "--yes", check=False)
