"""An assistant's voice: text in, slin out as it is made, each sentence made once and kept on disk.

A sentence is kept under the sha256 of its engine's identity and the words spoken, so a changed voice, speed
or text is another file and nothing ever has to be invalidated. The cache may be deleted at any time. Only a
whole sentence is kept: one that was interrupted, or that broke off, never is.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
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
READABLE: Final = 0o644
"""Mode of sound files: Asterisk, another user, plays some of them."""
_PAUSE: Final = bytes(2 * int(PAUSE_SECONDS * RATE_HZ))


class KeptTts:
    """An engine that remembers what it has said; a sentence that is kept needs no engine."""

    def __init__(self, tts: Tts, cache: Path | None) -> None:
        """`cache`: folder to keep sentences in; None keeps them in memory only."""
        self._tts = tts
        self._cache = cache
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        # Two calls that want the same sentence at once make it once: the second waits for the first.
        self._making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def identity(self) -> str:
        """The engine's."""
        return self._tts.identity

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        """Speak `text`, one sentence: at once where it is kept, else piece by piece as it is made.

        Raises:
            EngineError: as the engine does.
        """
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

    def has(self, text: str) -> bool:
        """Whether `text`, one sentence, is kept."""
        return self._kept(self._key(text)) is not None

    async def _keep(self, key: str, slin: bytes) -> None:
        self._remember(key, slin)
        if self._cache is not None:
            await asyncio.to_thread(_write, self._cache, key, slin)

    def _kept(self, key: str) -> bytes | None:
        if key in self._memory:
            self._memory.move_to_end(key)
            return self._memory[key]
        if self._cache is None:
            return None
        # A local file of some 100 kB: less than handing the read to a thread.
        with contextlib.suppress(OSError):
            slin = _path(self._cache, key).read_bytes()
            if slin and len(slin) % 2 == 0:
                self._remember(key, slin)
                return slin
        return None

    def _remember(self, key: str, slin: bytes) -> None:
        self._memory[key] = slin
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
        self._kept = [KeptTts(engine, cache) for engine in (tts, *instead)]
        self._tts = FallbackTts(self._kept)
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
        for sentence in self._language.sentences(self._language.normalise(text)):
            async with closing(self._tts.synthesise(sentence)) as pieces:
                async for piece in pieces:
                    yield piece.astype("<i2").tobytes()
            yield _PAUSE

    def sentences(self, text: str) -> list[str]:
        """`text`, as written, in the pieces that are spoken one after the other."""
        return self._language.sentences(text)

    async def prepare(self, texts: Iterable[str]) -> None:
        """Make every sentence of `texts` that is not kept yet.

        Raises:
            EngineError: synthesis failed.
        """
        for text in texts:
            async for _ in self.speak(text):
                pass

    def has(self, text: str) -> bool:
        """Whether all of `text` can be spoken without synthesis."""
        sentences = self._language.sentences(self._language.normalise(text))
        return all(any(engine.has(sentence) for engine in self._kept) for sentence in sentences)


def _path(cache: Path, key: str) -> Path:
    return cache / f"{key}.sln16"


def _write(cache: Path, key: str, slin: bytes) -> None:
    """Keep a sentence; a full disk or a missing folder costs time later, never a call."""
    try:
        replace_file(_path(cache, key), slin, READABLE)
        kept = sorted(cache.glob("*.sln16"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-DISK_SENTENCES]:
            path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("a sentence could not be kept: %s", error)
