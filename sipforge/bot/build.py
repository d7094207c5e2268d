"""Builds what a bot is made of from its settings; used by `sipforge.bot.__main__` alone."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sipforge.bot.briefing import write_briefing
from sipforge.bot.call.surroundings import Company
from sipforge.bot.menu import build_menu
from sipforge.bot.phrases import INTENTS, Phrases
from sipforge.bot.service import BotRules, Parts
from sipforge.bot.thinking import Thinking
from sipforge.bot.voice import Voice
from sipforge.core.conversation.actions import Phrase
from sipforge.core.conversation.dialogue_policy import Meaning, PolicyRules
from sipforge.core.conversation.turn_taking import TurnRules
from sipforge.engines.answering.knowledge import Knowledge, load_knowledge
from sipforge.engines.protocols import (
    RATE_HZ,
    Dialogue,
    EngineError,
    Floats,
    LanguageId,
    Queued,
    Reconsidering,
    Stage,
    Stt,
    Tts,
)
from sipforge.engines.registry import (
    make_answers,
    make_local_chat,
    make_openai_dialogue,
    make_openai_stt,
    make_openai_tts,
    make_pivot,
    make_stt,
    make_tts,
    make_vad,
)
from sipforge.engines.registry import make_openai as make_service
from sipforge.engines.runtime.fallback import FallbackStt
from sipforge.infra.metrics import Metrics
from sipforge.infra.settings.assistants import BotSettings, LocalChatSettings
from sipforge.infra.settings.host import Settings
from sipforge.infra.systemd.credentials import find_credential
from sipforge.text.language import load_language
from sipforge.text.protect import names_in

if TYPE_CHECKING:
    from sipforge.engines.runtime.openai_service import OpenAiService

_log = logging.getLogger(__name__)

_FILLER_SECONDS: Final = {True: 1.5, False: 0.9}
"""By whether written answers come first: after two more looks they are there by then, on a slow host, too,
and a "one moment" just before would only hold them up; a model's are hardly ever."""
FOREIGN_SECONDS: Final = 1.5
"""An utterance shorter than this, with the silence around it, tells too little of its language."""
FOREIGN_BELOW: Final = 0.4
"""Over the telephone band 32 English questions in two voices had a share of English of 0.81 and more, 26
Kinyarwanda ones (espeak-ng) 0.24 and less."""
FOREIGN_ABOVE: Final = 0.6


def make_openai(settings: Settings, bot: BotSettings, metrics: Metrics) -> OpenAiService | None:
    """The service that the engines `openai` use; None where none is named, or the host has no key."""
    named = bot.dialogue.uses_openai or "openai" in {*bot.stt.engines, *bot.tts.engines}
    key = find_credential("openai-api-key") if named else None
    if key is None:
        return None
    requests = metrics.counter(
        "sipforge_bot_openai_requests", "Requests to OpenAI by how they went", ["stage", "outcome"]
    )
    reachable = metrics.gauge("sipforge_bot_openai_reachable", "1 while OpenAI answers")

    def observe(stage: Stage, outcome: str) -> None:
        requests.labels(stage.value, outcome).inc()

    persona = settings.openai.persona.replace("{office}", settings.office)
    openai = make_service({**settings.openai.model_dump(), "persona": persona}, key, observe)
    reachable.set_function(lambda: float(openai.remote.reachable))
    return openai


def _usable(engines: Sequence[str], openai: OpenAiService | None) -> list[str]:
    return [engine for engine in engines if engine != "openai" or openai is not None]


def _usable_dialogues(bot: BotSettings, openai: OpenAiService | None) -> list[str]:
    without = {"pivot"} if openai is None and bot.dialogue.pivot.dialogue == "openai" else set()
    return [engine for engine in _usable(bot.dialogue.engines, openai) if engine not in without]


def make_voice(settings: Settings, bot: BotSettings, openai: OpenAiService | None) -> Voice:
    """The voice, with the engines that speak instead of one that cannot."""
    directory = settings.model_directory / bot.tts.model if bot.tts.model else None

    def make(engine: str) -> Tts:
        if engine == "openai" and openai is not None:
            return make_openai_tts(openai)
        return make_tts(engine, directory, bot.tts.voice, bot.tts.words_per_minute)

    tts, *instead = [make(engine) for engine in _usable(bot.tts.engines, openai)]
    # systemd gives a list; one is asked for.
    given = os.environ.get("CACHE_DIRECTORY", "").split(":")[0]
    return Voice(tts, load_language(bot.language), Path(given) if given else None, instead)


def make_parts(
    settings: Settings,
    name: str,
    phrases: Phrases,
    knowledge: Knowledge,
    voice: Voice,
    *,
    openai: OpenAiService | None,
) -> Parts:
    """What the calls of the bot `name` share."""
    bot = settings.bots[name]
    asked = knowledge.questions()
    expected = dict(asked)
    for meaning in INTENTS:
        expected |= dict.fromkeys(phrases.intents[meaning], f"={meaning.value}")
    models = settings.model_directory

    def hearing(engine: str) -> Stt:
        if engine == "openai" and openai is not None:
            return make_openai_stt(openai, bot.stt.language)
        model, token, said = models / bot.stt.model, bot.stt.language, expected
        if engine == "whisper-phrases":
            greetings = phrases.intents[Meaning.GREETING]
            greeted = {f"{hello}, {text}": topic for hello in greetings for text, topic in asked.items()}
            said = expected | greeted
        return make_stt(engine, model, token, bot.stt.threads, said, letters=bot.language)

    def answering(engine: str) -> Dialogue:
        if engine == "openai" and openai is not None:
            return make_openai_dialogue(openai, knowledge.prompt(), bot.departments, bot.language)
        if engine == "ctranslate2":
            return _local_chat(settings, bot.dialogue.ctranslate2, knowledge, bot.language)
        if engine == "pivot":
            return _pivot(settings, bot, openai)
        return make_answers(knowledge, phrases.answers, bot.language)

    recognisers = [hearing(engine) for engine in _usable(bot.stt.engines, openai)]
    language = load_language(bot.language)
    thinking = Thinking(
        FallbackStt(recognisers),
        [answering(engine) for engine in _usable_dialogues(bot, openai)],
        phrases,
        completeness=language.completeness,
        backchannel=language.is_backchannel,
        whole_phrases="whisper-phrases" in bot.stt.engines,
        departments=bot.departments,
        foreign=_foreign(settings, bot, recognisers),
        reconsider=next((stt.reconsider for stt in recognisers if isinstance(stt, Reconsidering)), None),
        wait_seconds=lambda: max(
            (stt.expected_wait_seconds for stt in recognisers if isinstance(stt, Queued)), default=0.0
        ),
    )
    vad = make_vad(bot.vad.engine, models / bot.vad.model)
    return Parts(
        vad,
        thinking,
        voice,
        phrases,
        _company(settings, name, voice),
        hour=lambda: datetime.now().hour,
        menu=build_menu(knowledge, phrases.menu, operator=bool(bot.operator)),
    )


def _foreign(
    settings: Settings, bot: BotSettings, recognisers: Sequence[Stt]
) -> Callable[[Floats], Awaitable[bool]] | None:
    """What tells whether an utterance is in the other assistant's language; None: there is no other."""
    local = next((stt for stt in recognisers if isinstance(stt, LanguageId)), None)
    if not bot.other or local is None:
        return None
    own, other = bot.stt.language, settings.bots[bot.other].stt.language
    # A closed set of phrases is for a language that the model never learnt: there it can only tell the other.
    learnt = "whisper-phrases" not in bot.stt.engines

    async def is_foreign(samples: Floats) -> bool:
        if samples.size < FOREIGN_SECONDS * RATE_HZ:
            return False
        if learnt:
            return await local.language_share(samples, own) < FOREIGN_BELOW
        return await local.language_share(samples, other) > FOREIGN_ABOVE

    return is_foreign


def _company(settings: Settings, name: str, voice: Voice) -> Company:
    other = settings.bots[name].other
    folder = settings.briefing_folder(name)

    async def brief(call: str, text: str) -> bool:
        try:
            await write_briefing(voice, text, folder, call)
        except (EngineError, OSError) as error:
            _log.warning("a colleague could not be told who calls: %s", error)
            return False
        return True

    if not other:
        return Company(brief=brief)
    invitation = settings.prompt_directory / other / f"{Phrase.INVITATION.value}.sln16"
    return Company(settings.bots[other].extension, invitation.read_bytes, brief)


def _local_chat(settings: Settings, chat: LocalChatSettings, knowledge: Knowledge, language: str) -> Dialogue:
    return make_local_chat(
        settings.model_directory / chat.model,
        knowledge,
        language=language,
        office=settings.office,
        prompt=chat.prompt,
        template=chat.template,
        threads=chat.threads,
        max_tokens=chat.max_tokens,
    )


def _pivot(settings: Settings, bot: BotSettings, openai: OpenAiService | None) -> Dialogue:
    pivot = bot.dialogue.pivot
    knowledge = load_knowledge(settings.bots[pivot.knowledge_of].knowledge)
    if pivot.dialogue == "openai" and openai is not None:
        dialogue = make_openai_dialogue(openai, knowledge.prompt(), bot.departments, "english")
    else:
        dialogue = _local_chat(settings, pivot.ctranslate2, knowledge, "english")
    return make_pivot(
        settings.model_directory / pivot.model,
        dialogue,
        bot.language,
        token=pivot.language,
        english=pivot.english,
        names=[*pivot.names, *_names(settings, knowledge)],
        threads=pivot.threads,
    )


def _names(settings: Settings, knowledge: Knowledge) -> list[str]:
    """What the office's own texts name; "the office", where it has no name, is none."""
    own = [] if settings.office.islower() else [settings.office]
    return own + [name for answer in knowledge.answers() for name in names_in(answer)]


def make_rules(name: str, bot: BotSettings) -> BotRules:
    """The times and limits."""
    return BotRules(
        name=name,
        max_calls=bot.max_calls,
        policy=PolicyRules(
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
        filler_seconds=bot.filler_seconds or _FILLER_SECONDS[bot.dialogue.engines[0] == "answers"],
    )
