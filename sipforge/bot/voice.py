"""An assistant's voice: text in, slin out, each sentence made once and kept on disk.

A sentence is kept under the sha256 of the voice's identity and the words spoken, so a changed voice, speed or
text is another file and nothing ever has to be invalidated. The cache may be deleted at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final, Protocol, cast

from sipforge.engines.protocols import RATE_HZ, Tts
from sipforge.infra.atomic_file import replace_file

_log = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 0.2
"""Silence after each sentence."""
MEMORY_SENTENCES: Final = 256
DISK_SENTENCES: Final = 4096
READABLE: Final = 0o644
"""Mode of sound files: Asterisk, another user, plays some of them."""
_PAUSE: Final = bytes(2 * int(PAUSE_SECONDS * RATE_HZ))


class Language(Protocol):
    """A module of sipforge.text."""

    def normalise(self, text: str) -> str:
        """`text` as words."""
        ...

    def sentences(self, text: str) -> list[str]:
        """`text` in pieces that can be spoken one after the other."""
        ...


def load_language(name: str) -> Language:
    """The module sipforge.text.<name>, or plain text for a language that has none."""
    try:
        module = importlib.import_module(f"sipforge.text.{name}")
    except ModuleNotFoundError:
        module = importlib.import_module("sipforge.text.plain")
    return cast(Language, module)


class Voice:
    """One voice for all calls of a bot."""

    def __init__(self, tts: Tts, language: Language, cache: Path | None) -> None:
        """`cache`: folder to keep sentences in; None keeps them in memory only."""
        self._tts = tts
        self._language = language
        self._cache = cache
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        # One sentence is made at a time, so two calls that want the same one make it once.
        self._making = asyncio.Lock()

    @property
    def identity(self) -> str:
        """What the voice sounds like, in one line."""
        return self._tts.identity

    async def speak(self, text: str) -> AsyncIterator[bytes]:
        """Slin at 16 kHz of `text`, a sentence at a time, each followed by a short pause.

        Raises:
            EngineError: synthesis failed.
        """
        for sentence in self._language.sentences(self._language.normalise(text)):
            yield await self._sentence(sentence) + _PAUSE

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
        return all(self._kept(self._key(sentence)) is not None for sentence in sentences)

    async def _sentence(self, sentence: str) -> bytes:
        key = self._key(sentence)
        kept = self._kept(key)
        if kept is not None:
            return kept
        async with self._making:
            kept = self._kept(key)
            return kept if kept is not None else await self._make(key, sentence)

    async def _make(self, key: str, sentence: str) -> bytes:
        slin = (await self._tts.synthesise(sentence)).astype("<i2").tobytes()
        self._remember(key, slin)
        if self._cache is not None:
            await asyncio.to_thread(_write, self._cache, key, slin)
        return slin

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

    def _key(self, sentence: str) -> str:
        return hashlib.sha256(f"{self._tts.identity}\n{sentence}".encode()).hexdigest()


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
