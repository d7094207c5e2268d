"""`sipforge-bot NAME`: one language's assistant, as a service."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from sipforge.bot.phrases import INTENTS, PhraseError, Phrases, load_phrases
from sipforge.bot.prompts import render_prompt
from sipforge.bot.service import BotMetrics, BotRules, BotService, Parts
from sipforge.bot.thinking import Thinking
from sipforge.bot.voice import Voice, load_language
from sipforge.core.endpointing import EndpointingRules
from sipforge.core.turns import Phrase
from sipforge.engines.answers import Knowledge, load_knowledge
from sipforge.engines.factory import make_dialogue, make_local_chat, make_stt, make_tts, make_vad
from sipforge.engines.protocols import RATE_HZ, Dialogue, EngineError
from sipforge.infra.credentials import CredentialError, read_credential
from sipforge.infra.http import Health, Status, build_app, serve
from sipforge.infra.logs import configure_logging
from sipforge.infra.metrics import Metrics
from sipforge.infra.settings import DEFAULT_PATH, BotSettings, Settings, SettingsError, load_settings
from sipforge.infra.systemd import Notifier, watchdog

_log = logging.getLogger(__name__)

EX_CONFIG: Final = 78
HTTP_HOST: Final = "127.0.0.1"

_DESCRIPTION: Final = """\
Runs the voice assistant NAME, which stands under [bots.NAME] in the settings file: it takes calls from the
orchestrator on a Unix socket, hears, understands, answers and speaks. systemd runs it as sipforge-bot@NAME.
"""
_EPILOGUE: Final = """\
examples:
  sipforge-bot english                      serve the English assistant
  sipforge-bot english --render-prompts     write the spoken apology that is played when it cannot answer
exit codes: 0 ended as asked, 78 a setting, secret, model or phrase is missing or wrong (it says which)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(
        prog="sipforge-bot",
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help="the assistant's name in the settings, such as english")
    parser.add_argument("--settings", type=Path, default=DEFAULT_PATH, help="settings file (%(default)s)")
    parser.add_argument(
        "--render-prompts",
        action="store_true",
        help="write the spoken apology, where its text or the voice changed, and end",
    )
    given = parser.parse_args(arguments)
    configure_logging(f"bot-{given.name}")
    try:
        asyncio.run(_run(given.name, given.settings, given.render_prompts))
    except asyncio.CancelledError:
        return 0
    except (SettingsError, CredentialError, PhraseError, EngineError) as error:
        sys.stderr.write(f"sipforge-bot: {error}\n")
        return EX_CONFIG
    except OSError as error:
        sys.stderr.write(f"sipforge-bot: {error}\n")
        return 1
    return 0


async def _run(name: str, path: Path, render: bool) -> None:
    """Serve, or render, until done; a signal cancels it."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run made it
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    settings = load_settings(path)
    bot = settings.bots.get(name)
    if bot is None:
        known = ", ".join(settings.bots) or "none"
        raise SettingsError(f"{path}: there is no bot {name!r}; there are: {known}")
    if render:
        await _render(name, settings, bot)
        return
    try:
        await _serve(name, settings, bot)
    except* OSError as problem:
        errors = problem
    else:
        return
    raise _first(errors)


async def _render(name: str, settings: Settings, bot: BotSettings) -> None:
    phrases = load_phrases(bot.phrases, settings.office)
    voice = await asyncio.to_thread(_make_voice, settings, bot)
    path = settings.prompt_directory / name / "unavailable.sln16"
    changed = await render_prompt(voice, phrases.texts[Phrase.UNAVAILABLE], path)
    sys.stdout.write("changed\n" if changed else "unchanged\n")


async def _serve(name: str, settings: Settings, bot: BotSettings) -> None:
    notifier = Notifier()
    notifier.status("loading models")
    key = read_credential("jwt-key")
    phrases = load_phrases(bot.phrases, settings.office)
    knowledge = load_knowledge(bot.knowledge)
    voice = await asyncio.to_thread(_make_voice, settings, bot)
    parts = await asyncio.to_thread(_make_parts, settings, bot, phrases, knowledge, voice)
    # The first utterance a model hears takes three times as long as the next.
    await parts.thinking.think(np.zeros(RATE_HZ, np.float32))
    await voice.prepare(phrases.texts.values())
    metrics = Metrics()
    service = BotService(_rules(name, bot), parts, BotMetrics(metrics), key)
    answers_ready = asyncio.Event()

    async def health() -> Health:
        return Health(Status.OK, {"calls": service.calls, "answers_spoken": answers_ready.is_set()})

    async def speak_answers() -> None:
        try:
            await voice.prepare(knowledge.answers())
            answers_ready.set()
        except EngineError as error:
            _log.warning("answers could not be spoken beforehand: %s", error)

    app = build_app(f"bot-{name}", health, metrics)
    taking, answering = asyncio.Event(), asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(service.serve(settings.bot_socket(name), taking))
            group.create_task(serve(app, HTTP_HOST, bot.http_port, answering))
            await taking.wait()
            await answering.wait()
            notifier.ready()
            notifier.status("taking calls")
            _log.info("taking calls", extra={"voice": voice.identity})
            group.create_task(speak_answers())
            group.create_task(watchdog(notifier))
    finally:
        notifier.stopping()


def _make_voice(settings: Settings, bot: BotSettings) -> Voice:
    directory = settings.model_directory / bot.tts.model if bot.tts.model else None
    tts = make_tts(bot.tts.engine, directory, bot.tts.voice, bot.tts.words_per_minute)
    # systemd gives a list; one is asked for.
    given = os.environ.get("CACHE_DIRECTORY", "").split(":")[0]
    return Voice(tts, load_language(bot.language), Path(given) if given else None)


def _make_parts(
    settings: Settings, bot: BotSettings, phrases: Phrases, knowledge: Knowledge, voice: Voice
) -> Parts:
    expected = knowledge.questions()
    for meaning in INTENTS:
        expected |= dict.fromkeys(phrases.intents[meaning], f"={meaning.value}")
    models = settings.model_directory
    stt = make_stt(bot.stt.engine, models / bot.stt.model, bot.stt.language, bot.stt.threads, expected)
    dialogues = [_make_dialogue(settings, bot, engine) for engine in bot.dialogue.engines]
    vad = make_vad(bot.vad.engine, models / bot.vad.model)
    return Parts(vad, Thinking(stt, dialogues, phrases), voice, phrases)


def _make_dialogue(settings: Settings, bot: BotSettings, engine: str) -> Dialogue:
    if engine != "ctranslate2":
        return make_dialogue(engine, bot.knowledge)
    chat = bot.dialogue.ctranslate2
    return make_local_chat(
        settings.model_directory / chat.model,
        bot.knowledge,
        office=settings.office,
        prompt=chat.prompt,
        template=chat.template,
        threads=chat.threads,
        max_tokens=chat.max_tokens,
    )


def _rules(name: str, bot: BotSettings) -> BotRules:
    return BotRules(
        name=name,
        operator=bot.operator,
        max_calls=bot.max_calls,
        prompt_again_seconds=bot.prompt_again_seconds,
        idle_limit_seconds=bot.idle_limit_seconds,
        endpointing=EndpointingRules(threshold=bot.vad.threshold, end_seconds=bot.end_of_turn_seconds),
    )


def _first(problem: BaseExceptionGroup[BaseException]) -> BaseException:
    error = problem.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


if __name__ == "__main__":
    sys.exit(main())
