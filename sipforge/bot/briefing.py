"""What a colleague hears before a caller is put through: who calls and why, in a sound file for one call.

Asterisk plays it, as another user: the folder can be entered and not listed, and a file's name is its call's
id, which nobody can guess. A file is there for as long as the colleague may be rung, and systemd removes the
whole folder when the bot stops (RuntimeDirectory).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Final
from uuid import UUID

from sipforge.bot.prompts import READABLE
from sipforge.bot.voice import Voice
from sipforge.engines.protocols import EngineError, Stage
from sipforge.infra.atomic_file import replace_file

KEPT_SECONDS: Final = 900.0
"""As long as the orchestrator takes a caller back."""
ENTERABLE: Final = 0o711
"""Mode of the folder."""
_SLACK_SECONDS: Final = 1.0
"""The clock of file times and that of timers do not agree to the millisecond."""


async def write_briefing(
    voice: Voice, text: str, folder: Path, call_id: str, kept_seconds: float = KEPT_SECONDS
) -> Path:
    """Write `text` spoken as raw slin at 16 kHz to CALL_ID.sln16 in `folder`, over what is there.

    Args:
        voice: speaks it.
        text: one sentence or a few, in the colleague's language.
        folder: made if it is missing.
        call_id: a UUID.
        kept_seconds: the file is removed after this long.

    Raises:
        ValueError: the call id is no UUID.
        EngineError: synthesis failed, or there is nothing to say.
        OSError: the disk refused.
    """
    path = folder / f"{UUID(call_id)}.sln16"
    slin = b"".join([piece async for piece in voice.speak(text)])
    if not slin:
        raise EngineError(Stage.TTS, "the briefing is empty")
    await asyncio.to_thread(_write, path, slin)
    asyncio.get_running_loop().call_later(kept_seconds, _remove_old, folder, kept_seconds)
    return path


def _write(path: Path, slin: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(ENTERABLE)  # whatever the service's umask
    replace_file(path, slin, READABLE)


def _remove_old(folder: Path, kept_seconds: float) -> None:
    """By age, since a call may have got a newer briefing meanwhile."""
    for path in folder.glob("*.sln16"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime >= kept_seconds - _SLACK_SECONDS:
                path.unlink()
