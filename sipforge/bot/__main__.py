"""`sipforge-bot NAME`: one language's assistant, as a service."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sipforge.bot.build import at_once, make_openai, make_parts, make_rules, make_voice
from sipforge.bot.measure import turn_seconds
from sipforge.bot.phrases import PhraseError, load_phrases
from sipforge.bot.prompts import menu_texts, render_prompt
from sipforge.bot.service import BotMetrics, BotService, Parts
from sipforge.core.conversation.actions import Phrase
from sipforge.engines.answering.knowledge import Knowledge, load_knowledge
from sipforge.engines.protocols import RATE_HZ, EngineError
from sipforge.infra.heap import settle
from sipforge.infra.http import Health, Status, build_app, serve
from sipforge.infra.logs import configure_logging
from sipforge.infra.metrics import Metrics
from sipforge.infra.settings.assistants import BotSettings
from sipforge.infra.settings.host import DEFAULT_PATH, LOOPBACK, Settings, SettingsError, load_settings
from sipforge.infra.systemd.credentials import CredentialError, read_credential
from sipforge.infra.systemd.notify import Notifier, watchdog

if TYPE_CHECKING:
    from sipforge.engines.runtime.openai_service import OpenAiService

_log = logging.getLogger(__name__)

EX_CONFIG: Final = 78
RENDERED: Final = (Phrase.UNAVAILABLE, Phrase.LINES_BUSY, Phrase.INVITATION)
"""What others play in this assistant's voice: the dialplan, and the assistants of other languages."""
AT_FRONT_DESK: Final = (
    Phrase.FRONT_DESK_MORNING,
    Phrase.FRONT_DESK_AFTERNOON,
    Phrase.FRONT_DESK_EVENING,
    Phrase.FRONT_DESK_AGAIN,
    Phrase.FRONT_DESK_CLOSED,
    Phrase.CONNECTING,
    Phrase.LEAVE_MESSAGE,
)
"""What the assistant at the front desk plays as well."""

_DESCRIPTION: Final = """\
Runs the voice assistant NAME, which stands under [bots.NAME] in the settings file: it takes calls from the
orchestrator on a Unix socket, hears, understands, answers and speaks. systemd runs it as sipforge-bot@NAME.
"""
_EPILOGUE: Final = """\
examples:
  sipforge-bot english                      serve the English assistant
  sipforge-bot english --render-prompts     write what others play in its voice, such as its apology
  sipforge-bot english --measure            time its turns on this host, for sipforge capacity
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
    parser.add_argument(
        "--measure",
        action="store_true",
        help="print what a caller's turn costs here in processor seconds, and end; nothing is sent anywhere",
    )
    given = parser.parse_args(arguments)
    configure_logging(f"bot-{given.name}")
    try:
        asyncio.run(_run(given))
    except asyncio.CancelledError:
        return 0
    except (SettingsError, CredentialError, PhraseError, EngineError) as error:
        sys.stderr.write(f"sipforge-bot: {error}\n")
        return EX_CONFIG
    except OSError as error:
        sys.stderr.write(f"sipforge-bot: {error}\n")
        return 1
    return 0


async def _run(given: argparse.Namespace) -> None:
    """Serve, render or measure until done; a signal cancels it."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run made it
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    name, settings = given.name, load_settings(given.settings)
    bot = settings.bots.get(name)
    if bot is None:
        known = ", ".join(settings.bots) or "none"
        raise SettingsError(f"{given.settings}: there is no bot {name!r}; there are: {known}")
    if given.render_prompts:
        await _render(name, settings, bot)
        return
    if given.measure:
        await _measure(name, settings, bot)
        return
    try:
        await _serve(name, settings, bot)
    except* OSError as problem:
        errors = problem
    else:
        return
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    raise error


async def _render(name: str, settings: Settings, bot: BotSettings) -> None:
    key = settings.front_desk_key(name)
    phrases = load_phrases(bot.phrases, settings.office, key=key)
    voice = await asyncio.to_thread(make_voice, settings, bot, None)
    changed = False
    said = {phrase.value: phrases.texts[phrase] for phrase in (*RENDERED, *(AT_FRONT_DESK if key else ()))}
    said |= {announcement.value: text for announcement, text in phrases.announcements.items()}
    said |= menu_texts(settings.menus_file, name)
    for prompt, text in said.items():
        path = settings.prompt_directory / name / f"{prompt}.sln16"
        changed = await render_prompt(voice, text, path) or changed
    sys.stdout.write("changed\n" if changed else "unchanged\n")


async def _measure(name: str, settings: Settings, bot: BotSettings) -> None:
    parts, knowledge = await _make(name, settings, bot, None)
    parts.voice.owns(knowledge.answers())

    def tell(text: str) -> None:
        sys.stderr.write(f"{name}: {text}\n")

    rules, questions = make_rules(settings, name), list(knowledge.questions())
    seconds = await turn_seconds(parts, rules.turns, questions, at_once(bot), tell)
    sys.stdout.write(f"{seconds:.4f}\n")


async def _make(
    name: str, settings: Settings, bot: BotSettings, openai: OpenAiService | None
) -> tuple[Parts, Knowledge]:
    """All that its calls share, and what it knows."""
    others = {other: settings.bots[other].phrases for other in bot.others}
    phrases = load_phrases(bot.phrases, settings.office, bot.language, others, settings.front_desk_key(name))
    knowledge = load_knowledge(bot.knowledge)
    voice = await asyncio.to_thread(make_voice, settings, bot, openai)
    voice.owns(phrases.answers.texts(knowledge))
    parts = await asyncio.to_thread(make_parts, settings, name, phrases, knowledge, voice, openai=openai)
    return parts, knowledge


async def _serve(name: str, settings: Settings, bot: BotSettings) -> None:
    notifier = Notifier()
    notifier.status("loading models")
    key = read_credential("jwt-key")
    metrics = Metrics()
    openai = make_openai(settings, bot, metrics)
    parts, knowledge = await _make(name, settings, bot, openai)
    voice, phrases = parts.voice, parts.phrases
    # The first utterance a model hears takes three times as long as the next.
    await parts.thinking.hear(np.zeros(RATE_HZ, np.float32))
    await voice.prepare(phrases.texts.values())
    service = BotService(make_rules(settings, name), parts, BotMetrics(metrics), key)
    answers_ready = asyncio.Event()

    async def health() -> Health:
        by = "words and meaning" if parts.thinking.by_meaning else "words"
        checks = {"calls": service.calls, "answers_spoken": answers_ready.is_set(), "understands_by": by}
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
            await voice.prepare([*knowledge.answers(), *parts.menu.pages])
            answers_ready.set()
        except EngineError as error:
            _log.warning("answers could not be spoken beforehand: %s", error)

    app = build_app(f"bot-{name}", health, metrics)
    taking, answering = asyncio.Event(), asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(service.serve(settings.bot_socket(name), taking))
            group.create_task(serve(app, LOOPBACK, bot.http_port, answering))
            if openai is not None:
                group.create_task(openai.remote.watch())
            await taking.wait()
            await answering.wait()
            settle()
            notifier.ready()
            notifier.status("taking calls")
            _log.info("taking calls", extra={"voice": voice.identity})
            group.create_task(speak_answers())
            group.create_task(watchdog(notifier))
    finally:
        notifier.stopping()


if __name__ == "__main__":
    sys.exit(main())
