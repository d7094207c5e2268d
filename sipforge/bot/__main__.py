"""`sipforge-bot NAME`: one language's assistant, as a service."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sipforge.bot.conversation import Company
from sipforge.bot.phrases import INTENTS, PhraseError, Phrases, load_phrases
from sipforge.bot.prompts import render_prompt
from sipforge.bot.service import BotMetrics, BotRules, BotService, Parts
from sipforge.bot.thinking import Thinking
from sipforge.bot.voice import Voice, load_language, load_turn_judgement
from sipforge.core.course import CourseRules, Phrase
from sipforge.core.turn_taking import TurnRules
from sipforge.engines.answers import Knowledge, load_knowledge
from sipforge.engines.factory import (
    make_dialogue,
    make_openai,
    make_openai_dialogue,
    make_openai_stt,
    make_openai_tts,
    make_stt,
    make_tts,
    make_vad,
)
from sipforge.engines.fallback import FallbackStt
from sipforge.engines.protocols import RATE_HZ, Dialogue, EngineError, Stage, Stt, Tts
from sipforge.infra.credentials import CredentialError, find_credential, read_credential
from sipforge.infra.http import Health, Status, build_app, serve
from sipforge.infra.logs import configure_logging
from sipforge.infra.metrics import Metrics
from sipforge.infra.settings import DEFAULT_PATH, BotSettings, Settings, SettingsError, load_settings
from sipforge.infra.systemd import Notifier, watchdog

if TYPE_CHECKING:
    from sipforge.engines.openai_service import OpenAiService

_log = logging.getLogger(__name__)

EX_CONFIG: Final = 78
RENDERED: Final = (Phrase.UNAVAILABLE, Phrase.INVITATION)
"""What others play in this assistant's voice: the dialplan, and the assistants of other languages."""
HTTP_HOST: Final = "127.0.0.1"

_DESCRIPTION: Final = """\
Runs the voice assistant NAME, which stands under [bots.NAME] in the settings file: it takes calls from the
orchestrator on a Unix socket, hears, understands, answers and speaks. systemd runs it as sipforge-bot@NAME.
"""
_EPILOGUE: Final = """\
examples:
  sipforge-bot english                      serve the English assistant
  sipforge-bot english --render-prompts     write what others play in its voice, such as its apology
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
        help="write the spoken apology and invitation, where text or voice changed, and end",
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
    voice = await asyncio.to_thread(_make_voice, settings, bot, None)
    changed = False
    for phrase in RENDERED:
        path = settings.prompt_directory / name / f"{phrase.value}.sln16"
        changed = await render_prompt(voice, phrases.texts[phrase], path) or changed
    sys.stdout.write("changed\n" if changed else "unchanged\n")


async def _serve(name: str, settings: Settings, bot: BotSettings) -> None:
    notifier = Notifier()
    notifier.status("loading models")
    key = read_credential("jwt-key")
    phrases = load_phrases(bot.phrases, settings.office)
    knowledge = load_knowledge(bot.knowledge)
    metrics = Metrics()
    openai = _make_openai(settings, bot, metrics)
    voice = await asyncio.to_thread(_make_voice, settings, bot, openai)
    parts = await asyncio.to_thread(_make_parts, settings, bot, phrases, knowledge, voice, openai=openai)
    # The first utterance a model hears takes three times as long as the next.
    await parts.thinking.hear(np.zeros(RATE_HZ, np.float32))
    await voice.prepare(phrases.texts.values())
    service = BotService(_rules(name, bot), parts, BotMetrics(metrics), key)
    answers_ready = asyncio.Event()

    async def health() -> Health:
        checks = {"calls": service.calls, "answers_spoken": answers_ready.is_set()}
        if openai is None:
            return Health(Status.OK, checks)
        status = Status.OK if openai.remote.reachable else Status.DEGRADED
        return Health(status, {**checks, "openai_reachable": openai.remote.reachable})

    async def speak_answers() -> None:
        try:
            if openai is not None:
                # What is spoken until the first probe is over is spoken by the local voice.
                await openai.remote.settled.wait()
                await voice.prepare(phrases.texts.values())
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
            if openai is not None:
                group.create_task(openai.remote.watch())
            await taking.wait()
            await answering.wait()
            notifier.ready()
            notifier.status("taking calls")
            _log.info("taking calls", extra={"voice": voice.identity})
            group.create_task(speak_answers())
            group.create_task(watchdog(notifier))
    finally:
        notifier.stopping()


def _make_openai(settings: Settings, bot: BotSettings, metrics: Metrics) -> OpenAiService | None:
    """The service that the engines `openai` use; None where none is named, or the host has no key."""
    named = {*bot.stt.engines, *bot.dialogue.engines, *bot.tts.engines}
    key = find_credential("openai-api-key") if "openai" in named else None
    if key is None:
        return None
    requests = metrics.counter(
        "sipforge_bot_openai_requests", "Requests to OpenAI by how they went", ["stage", "outcome"]
    )
    reachable = metrics.gauge("sipforge_bot_openai_reachable", "1 while OpenAI answers")

    def observe(stage: Stage, outcome: str) -> None:
        requests.labels(stage.value, outcome).inc()

    persona = settings.openai.persona.replace("{office}", settings.office)
    openai = make_openai({**settings.openai.model_dump(), "persona": persona}, key, observe)
    reachable.set_function(lambda: float(openai.remote.reachable))
    return openai


def _usable(engines: Sequence[str], openai: OpenAiService | None) -> list[str]:
    return [engine for engine in engines if engine != "openai" or openai is not None]


def _make_voice(settings: Settings, bot: BotSettings, openai: OpenAiService | None) -> Voice:
    directory = settings.model_directory / bot.tts.model if bot.tts.model else None

    def make(engine: str) -> Tts:
        if engine == "openai" and openai is not None:
            return make_openai_tts(openai)
        return make_tts(engine, directory, bot.tts.voice, bot.tts.words_per_minute)

    tts, *instead = [make(engine) for engine in _usable(bot.tts.engines, openai)]
    # systemd gives a list; one is asked for.
    given = os.environ.get("CACHE_DIRECTORY", "").split(":")[0]
    return Voice(tts, load_language(bot.language), Path(given) if given else None, instead)


def _make_parts(
    settings: Settings,
    bot: BotSettings,
    phrases: Phrases,
    knowledge: Knowledge,
    voice: Voice,
    *,
    openai: OpenAiService | None,
) -> Parts:
    expected = knowledge.questions()
    for meaning in INTENTS:
        expected |= dict.fromkeys(phrases.intents[meaning], f"={meaning.value}")
    models = settings.model_directory

    def make_hearing(engine: str) -> Stt:
        if engine == "openai" and openai is not None:
            return make_openai_stt(openai, bot.stt.language)
        return make_stt(engine, models / bot.stt.model, bot.stt.language, bot.stt.threads, expected)

    def make_answering(engine: str) -> Dialogue:
        if engine == "openai" and openai is not None:
            told = "\n".join(f"- {topic.questions[0]} {topic.answer}" for topic in knowledge.topics)
            return make_openai_dialogue(openai, told, bot.departments)
        return make_dialogue(engine, bot.knowledge)

    stt = FallbackStt([make_hearing(engine) for engine in _usable(bot.stt.engines, openai)])
    dialogues = [make_answering(engine) for engine in _usable(bot.dialogue.engines, openai)]
    vad = make_vad(bot.vad.engine, models / bot.vad.model)
    completeness, is_backchannel = load_turn_judgement(bot.language)
    thinking = Thinking(
        stt,
        dialogues,
        phrases,
        completeness=completeness,
        backchannel=is_backchannel,
        departments=bot.departments,
    )
    return Parts(vad, thinking, voice, phrases, _company(settings, bot), hour=lambda: datetime.now().hour)


def _company(settings: Settings, bot: BotSettings) -> Company:
    if not bot.other:
        return Company()
    path = settings.prompt_directory / bot.other / f"{Phrase.INVITATION.value}.sln16"
    return Company(settings.bots[bot.other].extension, path.read_bytes)


def _rules(name: str, bot: BotSettings) -> BotRules:
    return BotRules(
        name=name,
        max_calls=bot.max_calls,
        course=CourseRules(
            operator=bot.operator,
            other_language=bool(bot.other),
            prompt_again_seconds=bot.prompt_again_seconds,
            idle_limit_seconds=bot.idle_limit_seconds,
            idle_warning_seconds=bot.idle_warning_seconds,
        ),
        turns=TurnRules(
            threshold=bot.vad.threshold,
            finished_seconds=bot.turns.finished_seconds,
            unsure_seconds=bot.turns.unsure_seconds,
            open_seconds=bot.turns.open_seconds,
        ),
        filler_seconds=bot.filler_seconds,
    )


def _first(problem: BaseExceptionGroup[BaseException]) -> BaseException:
    error = problem.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


if __name__ == "__main__":
    sys.exit(main())
