"""What a reviewer hears: texts in an assistant's own voice, played or put into WAV files."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from sipforge.cli.errors import CliError, Exit

if TYPE_CHECKING:
    from sipforge.infra.settings import BotSettings, Settings

# ruff: noqa: PLC0415 - what is imported inside functions costs up to 0.3 s

PLAYERS: Final[Sequence[Sequence[str]]] = (("aplay", "-q"), ("pw-play",), ("paplay",), ("play", "-q"))
"""Commands that play a WAV file; the first that is installed is used."""
_PAUSE_SECONDS: Final = 0.2


class Language(Protocol):
    """A module of sipforge.text."""

    def normalise(self, text: str) -> str:
        """`text` as words."""
        ...

    def sentences(self, text: str) -> list[str]:
        """`text` in pieces that can be spoken one after the other."""
        ...


class Speaker:
    """An assistant's voice, on this host."""

    def __init__(self, settings: Settings, bot: BotSettings, language: Language) -> None:
        """Load the voice.

        Raises:
            CliError: it cannot be loaded.
        """
        from sipforge.engines.factory import make_tts
        from sipforge.engines.protocols import EngineError

        engine = next(name for name in bot.tts.engines if name != "openai")
        directory = settings.model_directory / bot.tts.model if bot.tts.model else None
        try:
            self._tts = make_tts(engine, directory, bot.tts.voice, bot.tts.words_per_minute)
        except EngineError as error:
            raise CliError(str(error), Exit.UNREACHABLE) from error
        self._language = language

    def wav(self, words: str) -> bytes:
        """A WAV file (16-bit mono) of `words`, with a short pause after each sentence.

        Raises:
            CliError: it cannot be spoken.
        """
        from sipforge.engines.protocols import RATE_HZ, EngineError

        async def speak() -> bytes:
            sound = b""
            for sentence in self._language.sentences(words):
                async for piece in self._tts.synthesise(sentence):
                    sound += piece.astype("<i2").tobytes()
                sound += bytes(2 * int(_PAUSE_SECONDS * RATE_HZ))
            return sound

        try:
            slin = asyncio.run(speak())
        except EngineError as error:
            raise CliError(str(error), Exit.UNREACHABLE) from error
        made = io.BytesIO()
        with wave.open(made, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(slin)
        return made.getvalue()


def find_player() -> Sequence[str]:
    """The command that plays a WAV file.

    Raises:
        CliError: none is installed.
    """
    for command in PLAYERS:
        if shutil.which(command[0]):
            return command
    names = ", ".join(command[0] for command in PLAYERS)
    raise CliError(f"nothing here plays sound ({names}); use --wav FOLDER", Exit.UNREACHABLE)


def play(player: Sequence[str], path: Path) -> None:
    """Play a WAV file to its end.

    Raises:
        CliError: the player failed, as where there is no sound card.
    """
    done = subprocess.run([*player, str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise CliError(f"{player[0]}: {said[-1] if said else 'failed'}; use --wav FOLDER", Exit.UNREACHABLE)
