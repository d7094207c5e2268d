"""What the dialplan plays in an assistant's voice: the apology, the telephone system's words, menus; made
beforehand, kept as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sipforge.bot.voice import Voice
from sipforge.engines.protocols import EngineError, Stage
from sipforge.infra.atomic_file import replace_file

READABLE: Final = 0o644
"""Mode of the sounds that Asterisk, another user, plays."""


def menu_texts(path: Path, assistant: str) -> Mapping[str, str]:
    """What the office's menus say in an assistant's voice: prompt → text; none where there is no such file.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    if not path.exists():
        return {}
    texts = json.loads(path.read_text(encoding="utf-8")).get(assistant, {})
    return {str(prompt): str(text) for prompt, text in texts.items()}


async def render_prompt(voice: Voice, text: str, path: Path) -> bool:
    """Write `text` spoken as raw slin at 16 kHz to `path`; whether anything changed.

    A file beside it remembers which voice and words it was made from.

    Raises:
        EngineError: synthesis failed.
        OSError: the disk refused.
    """
    made_from = f"{voice.identity}\n{text}\n".encode()
    if _is_current(path, made_from):
        return False
    slin = b"".join([piece async for piece in voice.speak(text)])
    if not slin:
        raise EngineError(Stage.TTS, "the spoken apology is empty")
    _write(path, slin, made_from)
    return True


def _is_current(path: Path, made_from: bytes) -> bool:
    beside = _beside(path)
    return path.is_file() and beside.is_file() and beside.read_bytes() == made_from


def _write(path: Path, slin: bytes, made_from: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # First what it was made from goes, so that a crash in between is repaired by the next run.
    _beside(path).unlink(missing_ok=True)
    replace_file(path, slin, READABLE)
    replace_file(_beside(path), made_from, READABLE)


def _beside(path: Path) -> Path:
    return path.with_suffix(".made-from")
