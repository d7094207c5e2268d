"""What every stream of pieces needs: to be closed in time, and to come in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

Piece = TypeVar("Piece")


@asynccontextmanager
async def closing(pieces: AsyncIterator[Piece]) -> AsyncIterator[AsyncIterator[Piece]]:
    """Give `pieces`, and end their making (a request, a lock) as soon as nobody wants more of them."""
    try:
        yield pieces
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


async def within(
    pieces: AsyncIterator[Piece], first_seconds: float, next_seconds: float
) -> AsyncIterator[Piece]:
    """`pieces`, each waited for no longer than its time; what is done with a piece costs none of it.

    Raises:
        TimeoutError: a piece did not come.
    """
    seconds = first_seconds
    async with closing(pieces):
        while True:
            async with asyncio.timeout(seconds):
                try:
                    piece = await anext(pieces)
                except StopAsyncIteration:
                    return
            yield piece
            seconds = next_seconds


class Begun(Generic[Piece]):
    """A stream of which the first piece is already there."""

    def __init__(self, first: Piece, rest: AsyncGenerator[Piece]) -> None:
        self._first = [first]
        self._rest = rest

    def __aiter__(self) -> AsyncIterator[Piece]:
        return self

    async def __anext__(self) -> Piece:
        return self._first.pop() if self._first else await anext(self._rest)

    async def aclose(self) -> None:
        """End the making of the rest; nothing comes any more."""
        self._first.clear()
        await self._rest.aclose()
