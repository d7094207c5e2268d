"""An assistant's voice: text in, slin out as it is made; the office's own sentences are made once and kept.

Kept are the sentences of the texts that the voice was told of (`Voice.prepare`, `Voice.owns`): phrases,
menus, written answers. Whatever else is spoken may hold what a caller said: it is made anew each time.

A sentence is kept under the sha256 of its engine's identity and the words spoken, so a changed voice, speed
or text is another file and nothing ever has to be invalidated. The cache may be deleted at any time. Only a
whole sentence is kept: one that was interrupted, or that broke off, never is.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence, Set
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

import numpy as np

from sipforge.engines.protocols import RATE_HZ, Slin, Tts
from sipforge.engines.runtime.fallback import FallbackTts
from sipforge.engines.runtime.streams import closing
from sipforge.infra.atomic_file import replace_file
from sipforge.text.language import Language

_log = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 0.2
"""Silence after each sentence."""
MEMORY_SENTENCES: Final = 256
DISK_SENTENCES: Final = 4096
_PRIVATE: Final = 0o600
"""Mode of the sentences' files."""
_PAUSE: Final = bytes(2 * int(PAUSE_SECONDS * RATE_HZ))


class KeptTts:
    """An engine that remembers what of the office it has said; a sentence that is kept needs no engine."""

    def __init__(self, tts: Tts, cache: Path | None, own: Set[str]) -> None:
        """An engine with a memory.

        Args:
            tts: the engine.
            cache: folder to keep sentences in; None keeps them in memory only.
            own: the office's sentences; may grow.
        """
        self._tts = tts
        self._cache = cache
        self._own = own
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        # Two calls that want the same sentence at once make it once: the second waits for the first.
        self._making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        if cache is not None:
            _drop_public(cache)

    @property
    def identity(self) -> str:
        """The engine's."""
        return self._tts.identity

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        """Speak `text`, one sentence: at once where it is kept, else piece by piece as it is made.

        Raises:
            EngineError: as the engine does.
        """
        if text not in self._own:
            async with closing(self._tts.synthesise(text)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        key = self._key(text)
        making = self._making.setdefault(key, asyncio.Lock())
        async with making:
            kept = self._kept(key)
            if kept is not None:
                yield np.frombuffer(kept, "<i2")
                return
            made: list[bytes] = []
            async with closing(self._tts.synthesise(text)) as pieces:
                async for piece in pieces:
                    made.append(piece.astype("<i2").tobytes())
                    yield piece
            if any(made):
                await self._keep(key, b"".join(made))

    async def _keep(self, key: str, slin: bytes) -> None:
        self._remember(key, slin)
        if self._cache is not None:
            await asyncio.to_thread(_write, self._cache, key, slin)

    def _kept(self, key: str) -> bytes | None:
        slin = self._memory.get(key)
        if self._cache is not None:
            # A local file of some 100 kB: less than handing the read to a thread.
            with contextlib.suppress(OSError):
                path = _path(self._cache, key)
                os.utime(path)  # what was unused longest goes first, whether or not memory had it
                slin = slin or path.read_bytes()
        if not slin or len(slin) % 2:
            return None
        self._remember(key, slin)
        return slin

    def _remember(self, key: str, slin: bytes) -> None:
        self._memory[key] = slin
        self._memory.move_to_end(key)
        if len(self._memory) > MEMORY_SENTENCES:
            self._memory.popitem(last=False)

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._tts.identity}\n{text}".encode()).hexdigest()


class Voice:
    """One voice for all calls of a bot."""

    def __init__(self, tts: Tts, language: Language, cache: Path | None, instead: Sequence[Tts] = ()) -> None:
        """A voice.

        Args:
            tts: the engine.
            language: how to say numbers and where to cut.
            cache: folder to keep sentences in; None keeps them in memory only.
            instead: engines that speak what `tts` cannot, in order.
        """
        self._own: set[str] = set()
        self._tts = FallbackTts([KeptTts(engine, cache, self._own) for engine in (tts, *instead)])
        self._language = language

    @property
    def identity(self) -> str:
        """What the voice sounds like, in one line."""
        return self._tts.identity

    async def speak(self, text: str) -> AsyncIterator[bytes]:
        """Slin at 16 kHz of `text`, in pieces as they are made, with a short pause after each sentence.

        Raises:
            EngineError: synthesis failed.
        """
        for sentence in self._spoken(text):
            async with closing(self._tts.synthesise(sentence)) as pieces:
                async for piece in pieces:
                    yield piece.astype("<i2").tobytes()
            yield _PAUSE

    def sentences(self, text: str) -> list[str]:
        """`text`, as written, in the pieces that are spoken one after the other."""
        return self._language.sentences(text)

    def owns(self, texts: Iterable[str]) -> None:
        """`texts` are the office's own, whoever calls: their sentences are kept once they were spoken."""
        self._own.update(sentence for text in texts for sentence in self._spoken(text))

    async def prepare(self, texts: Iterable[str]) -> None:
        """Make every sentence of `texts`, the office's own, that is not kept yet.

        Raises:
            EngineError: synthesis failed.
        """
        for text in texts:
            self.owns([text])
            async for _ in self.speak(text):
                pass

    def _spoken(self, text: str) -> list[str]:
        """The sentences of `text` as an engine gets them, whether it is given whole or cut before."""
        sentences, normalise = self._language.sentences, self._language.normalise
        return [said for piece in sentences(text) for said in sentences(normalise(piece))]


def _path(cache: Path, key: str) -> Path:
    return cache / f"{key}.sln16"


def _drop_public(cache: Path) -> None:
    """Remove what others may read: earlier versions kept whatever was spoken, callers' words among it."""
    try:
        for path in cache.glob("*.sln16"):
            if path.stat().st_mode & 0o077:
                path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("kept sentences could not be looked through: %s", error)


def _write(cache: Path, key: str, slin: bytes) -> None:
    """Keep a sentence; a full disk or a missing folder costs time later, never a call."""
    try:
        replace_file(_path(cache, key), slin, _PRIVATE)
        kept = sorted(cache.glob("*.sln16"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-DISK_SENTENCES]:
            path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("a sentence could not be kept: %s", error)
