"""`sipforge hear`: what an assistant hears in sound files, one JSON object a file.

Each file is one utterance of a caller. It goes the way of the sound of a call: the voice activity network
notices it, and what was noticed is recognised and read. Nobody waits for the end of a turn, so that it is
faster than life.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sipforge.bot.build import make_recognisers, make_thinking
from sipforge.bot.call.listener import Listener
from sipforge.bot.phrases import PhraseError, load_phrases
from sipforge.bot.thinking import Thinking
from sipforge.core.conversation.endpointing import Endpointing, TurnRules
from sipforge.core.conversation.listening import BEFORE_SECONDS
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, LanguageId, Stt, Vad
from sipforge.engines.registry import VAD, made
from sipforge.engines.runtime.sound_files import SoundFileError, read_sound
from sipforge.engines.runtime.telephone_line import LINES, over_the_line
from sipforge.infra.settings.host import (
    DEFAULT_PATH,
    Settings,
    SettingsError,
    check_settings,
    load_settings,
    read_settings,
)

EX_CONFIG: Final = 78
_BEHIND_SECONDS: Final = 1.0
"""Silence behind each file, in which the end of what is said is noticed."""
_SHARES: Final = 5
"""Languages that are told, the likeliest first."""
_NO_HOST: Final = {"extension": "2000", "http_port": 1}
"""What a file that describes an assistant alone need not tell: no telephone reaches it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a file."""

    file: str
    words: str
    confidence: float
    """0 to 1; comparable only between files that one engine heard."""
    seconds: float
    """Length of the file."""
    accepted: str | None
    """What it was taken for: id of the topic of a phrase in the knowledge file, or the meaning of a short
    thing such as "yes"; None: it is neither."""
    shares: Mapping[str, float]
    """Language token → probability; empty where nothing was noticed, or the engine tells no languages."""
    speech_seconds: float
    """How much of it the voice activity network took for the caller's speech."""
    took_seconds: float
    """How long it took to hear."""


class Ear:
    """An assistant's ear."""

    def __init__(
        self,
        vad: Vad,
        thinking: Thinking,
        languages: LanguageId | None,
        topics: Mapping[str, str],
        rules: TurnRules,
    ) -> None:
        """Put the parts together; `topics`: phrase → the topic that it asks for."""
        self._vad = vad
        self._thinking = thinking
        self._languages = languages
        self._topics = topics
        self._rules = rules

    async def hear(self, name: str, samples: Floats) -> Heard:
        """What is heard in `samples` (16 kHz) of the file `name`.

        Raises:
            EngineError: the recogniser failed.
        """
        begun = time.monotonic()
        utterance, speech_seconds = self.noticed(samples)
        words, confidence, accepted = "", 0.0, None
        shares: Mapping[str, float] = {}
        if utterance.size:
            hearing = await self._thinking.hear(utterance, speech_seconds)
            words, confidence = hearing.transcript.text, hearing.transcript.confidence
            accepted = (hearing.transcript.accepted or "").removeprefix("=") or self._topics.get(words)
            if not accepted and words and hearing.meaning is not None:
                accepted = hearing.meaning.value
            if self._languages is not None:
                shares = await self._languages.language_shares(utterance)
        likeliest = sorted(shares.items(), key=lambda share: -share[1])[:_SHARES]
        return Heard(
            name,
            words,
            round(confidence, 4),
            round(samples.size / RATE_HZ, 3),
            accepted,
            {token: round(share, 4) for token, share in likeliest},
            round(min(speech_seconds, samples.size / RATE_HZ), 3),
            round(time.monotonic() - begun, 3),
        )

    def noticed(self, samples: Floats) -> tuple[Floats, float]:
        """What a call would take for the utterance, and the seconds of speech in it; empty: nothing."""
        listener, rules = Listener(self._vad), self._rules
        behind = np.zeros(round(_BEHIND_SECONDS * RATE_HZ), np.float32)
        slin = np.clip(np.rint(np.concatenate([samples, behind]) * 32767), -32768, 32767).astype("<i2")
        ears = Endpointing(rules)
        begun, last, speech_seconds = math.inf, 0.0, 0.0
        for window in listener.hear(slin.tobytes()):
            # A file is one utterance: nobody in it is the room, however softly they speak.
            ears.forget_level()
            ears.window(window)
            if ears.speech_seconds >= rules.start_seconds:
                begun = min(begun, ears.position - ears.speech_seconds)
                ears.begin()
            if ears.begun and ears.speech:
                speech_seconds += ears.speech_seconds if not last else window.seconds
                last = ears.position
        if not ears.begun:
            return np.zeros(0, np.float32), 0.0
        heard = listener.since(max(0.0, begun - BEFORE_SECONDS))
        left = ears.position - last - rules.pause_seconds
        return heard[: len(heard) - max(0, round(left * RATE_HZ))], speech_seconds


def make_ear(settings: Settings, name: str) -> Ear:
    """The ear of the assistant `name`.

    Raises:
        PhraseError, EngineError: a part of it is missing or wrong.
    """
    bot = settings.bots[name]
    others = {other: settings.bots[other].phrases for other in bot.others}
    phrases = load_phrases(bot.phrases, settings.office, bot.language, others)
    knowledge = load_knowledge(bot.knowledge)
    recognisers: list[Stt] = make_recognisers(settings, name, phrases, knowledge)
    return Ear(
        made(VAD, [bot.vad.engine], settings.model_directory / bot.vad.model)[0],
        make_thinking(bot, phrases, recognisers, ()),
        next((stt for stt in recognisers if isinstance(stt, LanguageId)), None),
        knowledge.questions(),
        TurnRules(threshold=bot.vad.threshold, start_seconds=bot.barge_in.start_seconds),
    )


def assistant_settings(path: Path, name: str, models: Path | None) -> tuple[Settings, str]:
    """The settings in a file, and the assistant's name there.

    Args:
        path: a host's settings file, or one that has the keys of a table [bots.NAME] alone. Files that
            it names are looked for beside it.
        name: of the assistant; empty where there is only one.
        models: the folder of the models; None: the host's.

    Raises:
        SettingsError: the file cannot be read, or something in it is wrong.
    """
    try:
        tables = read_settings(path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from error
    if "bots" not in tables:
        tables = {"bots": {name or "assistant": _NO_HOST | tables}}
    bots = tables["bots"]
    if isinstance(bots, dict):
        for bot in bots.values():
            if isinstance(bot, dict):
                files = {key: bot[key] for key in ("phrases", "knowledge") if isinstance(bot.get(key), str)}
                bot |= {key: str(path.parent / file) for key, file in files.items()}
    settings = check_settings(path, tables)
    return _chosen(settings.with_models(models) if models else settings, name)


def _chosen(settings: Settings, name: str) -> tuple[Settings, str]:
    names = ", ".join(settings.bots) or "none"
    if not name and len(settings.bots) == 1:
        return settings, next(iter(settings.bots))
    if name not in settings.bots:
        asked = f"there is no assistant {name!r}" if name else "name the assistant with --name"
        raise SettingsError(f"{asked}; there are: {names}")
    return settings, name


async def _run(given: argparse.Namespace) -> int:
    if given.assistant:
        settings, name = assistant_settings(given.assistant, given.name, given.models)
    else:
        settings, name = _chosen(load_settings(given.settings), given.name)
    ear = make_ear(settings, name)
    faults = 0
    for file in given.files:
        try:
            samples = read_sound(file)
            if given.line:
                samples = over_the_line(samples, LINES[given.line])
            told = asdict(await ear.hear(str(file), samples))
        except (SoundFileError, EngineError) as error:
            told = {"file": str(file), "error": str(error)}
            faults += 1
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 1 if faults else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(prog="sipforge hear")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--name", default="")
    parser.add_argument("--settings", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--assistant", type=Path)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--line", choices=sorted(LINES))
    try:
        return asyncio.run(_run(parser.parse_args(arguments)))
    except (SettingsError, PhraseError, EngineError) as error:
        sys.stderr.write(f"sipforge: {error}\n")
        return EX_CONFIG


if __name__ == "__main__":
    sys.exit(main())
