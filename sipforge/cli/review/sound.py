"""What a reviewer hears: texts in an assistant's own voice, played or put into WAV files."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sipforge.cli.errors import CliError, Exit

if TYPE_CHECKING:
    from sipforge.cli.review.items import Item
    from sipforge.infra.settings.assistants import BotSettings
    from sipforge.infra.settings.host import Settings
    from sipforge.text.language import Language

PLAYERS: Final[Sequence[Sequence[str]]] = (("aplay", "-q"), ("pw-play",), ("paplay",), ("play", "-q"))
"""Commands that play a WAV file; the first that is installed is used."""
_PAUSE_SECONDS: Final = 0.2


class Speaker:
    """An assistant's voice, on this host."""

    def __init__(self, settings: Settings, bot: BotSettings, language: Language) -> None:
        """Load the voice.

        Raises:
            CliError: it cannot be loaded.
        """
        from sipforge.engines.protocols import EngineError
        from sipforge.engines.registry import SPEAKING, SpeakingNeeds, made

        directory = settings.model_directory / bot.tts.model if bot.tts.model else None
        try:
            needs = SpeakingNeeds(directory, bot.tts.voice, bot.tts.words_per_minute)
            self._tts, *_ = made(SPEAKING, bot.tts.engines, needs)
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


class Booth:
    """Where a reviewer hears the texts: each spoken into a WAV file, or played, or both."""

    def __init__(self, speaker: Speaker, folder: Path | None, player: Sequence[str]) -> None:
        """`folder` keeps the files, if it is given; `player` is as `find_player` gives it, empty for none."""
        self.folder = folder
        self._speaker = speaker
        self._player = player

    def write(self, items: Sequence[Item]) -> int:
        """Put all of `items` into the folder, numbered in their order; how many there are to be heard.

        Raises:
            CliError: one cannot be spoken.
            OSError: the disk refused.
        """
        folder = self.folder or Path()
        folder.mkdir(parents=True, exist_ok=True)
        heard = [(number, item) for number, item in enumerate(items, 1) if item.said]
        for number, item in heard:
            (folder / f"{number:03}-{item.id.replace('/', '-')}.wav").write_bytes(
                self._speaker.wav(item.said)
            )
        return len(heard)

    def play(self, item: Item) -> None:
        """Play one to its end.

        Raises:
            CliError: it cannot be spoken, or played, as where there is no sound card.
        """
        if not self._player or not item.said:
            return
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            file.write(self._speaker.wav(item.said))
            file.flush()
            done = subprocess.run([*self._player, file.name], capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            why = said[-1] if said else "failed"
            raise CliError(f"{self._player[0]}: {why}; use --wav FOLDER", Exit.UNREACHABLE)
