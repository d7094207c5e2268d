"""Builds what a bot is made of from its settings; used by `sipforge.bot.__main__` alone."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sipforge.bot.briefing import write_briefing
from sipforge.bot.call.surroundings import Company, Other
from sipforge.bot.menu import Menu, build_menu
from sipforge.bot.phrases import INTENTS, Phrases
from sipforge.bot.service import BotRules, Parts
from sipforge.bot.thinking import Thinking
from sipforge.bot.voice import Voice
from sipforge.bot.who import Names, Who
from sipforge.core.conversation.actions import Phrase
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.core.conversation.policy.meanings import FrontDeskRules, Meaning, PolicyRules
from sipforge.core.office.destinations import parse_destination
from sipforge.core.office.directory import Directory, parse_directory
from sipforge.core.office.hours import Hours
from sipforge.core.office.opening import Day, opening, parse_hours
from sipforge.engines.answering.hours import WEEK
from sipforge.engines.answering.knowledge import Knowledge, load_knowledge
from sipforge.engines.protocols import (
    RATE_HZ,
    Dialogue,
    EngineError,
    Expecting,
    Floats,
    HearsAhead,
    LanguageId,
    Queued,
    Reconsidering,
    Stage,
    Stt,
)
from sipforge.engines.registry import (
    ANSWERING,
    HEARING,
    SPEAKING,
    VAD,
    AnsweringNeeds,
    HearingNeeds,
    SpeakingNeeds,
    made,
)
from sipforge.engines.runtime.fallback import FallbackStt
from sipforge.infra.capacity import processor_cores
from sipforge.infra.metrics import Metrics
from sipforge.infra.read_again import ReadAgain
from sipforge.infra.settings.assistants import BotSettings
from sipforge.infra.settings.host import Settings
from sipforge.infra.systemd.credentials import find_credential
from sipforge.text.language import Language, load_language
from sipforge.text.plain import words

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


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """When something short is in another language: as FOREIGN_BELOW and FOREIGN_ABOVE."""

    least_seconds: float
    """What is shorter tells nothing."""
    short_below: float = FOREIGN_BELOW
    short_above: float = FOREIGN_ABOVE


FOREIGN: Final = LanguageRules(FOREIGN_SECONDS)
"""In a call with an assistant, whose own language is the likeliest."""
ANY_LANGUAGE: Final = LanguageRules(0.9, 0.15, 0.8)
"""At the front desk. Of 100 orders of people in English and 100 sentences in Kinyarwanda, over the telephone
band, none was taken for the other. Of 35 short questions and words of a Kinyarwanda voice 6 told nothing and
none was taken for English; of 54 short English ones, most of them single words of people, one was taken for
Kinyarwanda; so were 11 of 75 coughs."""


def make_openai(settings: Settings, bot: BotSettings, metrics: Metrics) -> OpenAiService | None:
    """The service that the engines `openai` use; None where none is named, or the host has no key."""
    key = find_credential("openai-api-key") if bot.uses_service else None
    if key is None:
        return None
    from sipforge.engines.runtime import openai_service as service  # noqa: PLC0415 - heavy

    requests = metrics.counter(
        "sipforge_bot_openai_requests", "Requests to OpenAI by how they went", ["stage", "outcome"]
    )
    reachable = metrics.gauge("sipforge_bot_openai_reachable", "1 while OpenAI answers")

    def observe(stage: Stage, outcome: str) -> None:
        requests.labels(stage.value, outcome).inc()

    persona = settings.openai.persona.replace("{office}", settings.office)
    config = service.OpenAiConfig(**{**settings.openai.model_dump(), "persona": persona})
    openai = service.OpenAiService(config, key, observe)
    reachable.set_function(lambda: float(openai.remote.reachable))
    return openai


def make_voice(settings: Settings, bot: BotSettings, openai: OpenAiService | None) -> Voice:
    """The voice, with the engines that speak instead of one that cannot."""
    directory = settings.model_directory / bot.tts.model if bot.tts.model else None
    needs = SpeakingNeeds(directory, bot.tts.voice, bot.tts.words_per_minute, openai)
    tts, *instead = made(SPEAKING, bot.tts.engines, needs)
    return Voice(tts, load_language(bot.language), _cache_folder(), instead)


def _cache_folder() -> Path | None:
    # systemd gives a list; one is asked for.
    given = os.environ.get("CACHE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else None


def make_dialogues(
    settings: Settings,
    name: str,
    phrases: Phrases,
    knowledge: Knowledge,
    openai: OpenAiService | None = None,
) -> list[Dialogue]:
    """Who answers the callers of the bot `name`, in order.

    Raises:
        EngineError: an engine cannot be made.
    """
    bot = settings.bots[name]

    def knowledge_of(bot_name: str) -> tuple[Language, Knowledge]:
        other = settings.bots[bot_name]
        return load_language(other.language), load_knowledge(other.knowledge)

    needs = AnsweringNeeds(
        bot.dialogue,
        settings.model_directory,
        load_language(bot.language),
        settings.office,
        knowledge,
        knowledge_of,
        phrases.answers,
        bot.departments,
        openai,
        make_opening(settings, phrases),
        _cache_folder(),
    )
    return made(ANSWERING, bot.dialogue.engines, needs)


def make_opening(settings: Settings, phrases: Phrases) -> Callable[[str, str], str]:
    """What says whether it is open now, by the name of the hours and the question; empty: nobody asked."""

    hours = ReadAgain[Mapping[str, Hours]](settings.hours_file, parse_hours, {})

    def say(name: str, question: str) -> str:
        plan = hours().get(name)
        if plan is None or not phrases.hours.asked(question):
            return ""
        now = datetime.now()
        dates = [now.date() + timedelta(ahead) for ahead in range(WEEK)]
        days = [Day(date.isoformat(), date.weekday()) for date in dates]
        return phrases.hours.say(opening(plan, days, 60 * now.hour + now.minute))

    return say


def make_thinking(
    bot: BotSettings,
    phrases: Phrases,
    recognisers: Sequence[Stt],
    dialogues: Sequence[Dialogue],
    *,
    people: Callable[[], Directory] = Directory,
    foreign: Callable[[Floats], Awaitable[str]] | None = None,
    whose_language: Callable[[Floats], Awaitable[str]] | None = None,
) -> Thinking:
    """What understands a bot's callers; without `recognisers`, only what they write."""
    language = load_language(bot.language)
    expecting = next((stt.expecting for stt in recognisers if isinstance(stt, Expecting)), None)
    return Thinking(
        FallbackStt(recognisers),
        dialogues,
        phrases,
        completeness=language.completeness,
        backchannel=language.is_backchannel,
        whole_phrases=_hears_a_closed_set(bot),
        departments=bot.departments,
        lexicon=language.lexicon,
        who=Who(people, phrases, language.lexicon, expecting) if phrases.directory is not None else None,
        numerals={word for digit in range(10) for word in words(language.normalise(str(digit)))},
        foreign=foreign,
        whose_language=whose_language,
        reconsider=next((stt.reconsider for stt in recognisers if isinstance(stt, Reconsidering)), None),
        ahead=next((stt.hear_ahead for stt in recognisers[:1] if isinstance(stt, HearsAhead)), None),
        wait_seconds=lambda: max(
            (stt.expected_wait_seconds for stt in recognisers if isinstance(stt, Queued)), default=0.0
        ),
    )


def make_menu(bot: BotSettings, phrases: Phrases, knowledge: Knowledge) -> Menu:
    """The topics as they are offered to a bot's callers."""
    return build_menu(knowledge, phrases.menu, operator=bool(bot.operator), answers=phrases.answers)


def at_once(bot: BotSettings) -> int:
    """How many utterances the recogniser works on at the same time.

    A second core brings more as a second ear than as a second thread for one utterance.
    """
    return max(1, processor_cores() // bot.stt.threads)


def make_recognisers(
    settings: Settings,
    name: str,
    phrases: Phrases,
    knowledge: Knowledge,
    openai: OpenAiService | None = None,
    *,
    people: Callable[[], Directory] = Directory,
) -> list[Stt]:
    """Who hears the callers of the bot `name`, in order.

    Raises:
        EngineError: an engine cannot be made.
    """
    bot = settings.bots[name]
    intents = {said: f"={meaning.value}" for meaning in INTENTS for said in phrases.intents.get(meaning, ())}
    intents |= {said: f"={other}" for other, phrasings in phrases.called.items() for said in phrasings}
    hearing = HearingNeeds(
        settings.model_directory / bot.stt.model,
        load_language(bot.language),
        bot.stt.language,
        bot.stt.threads,
        at_once(bot),
        knowledge.questions(),
        intents,
        phrases.intents[Meaning.GREETING],
        bot.stt.writes,
        openai,
        Names(people, phrases.ask_for) if phrases.directory is not None else dict,
    )
    return made(HEARING, bot.stt.engines, hearing)


def make_parts(
    settings: Settings,
    name: str,
    phrases: Phrases,
    knowledge: Knowledge,
    voice: Voice,
    *,
    openai: OpenAiService | None,
) -> Parts:
    """What the calls of the bot `name` share.

    Raises:
        EngineError: an engine cannot be made.
    """
    bot = settings.bots[name]
    people = ReadAgain(settings.directory_file, parse_directory, Directory())
    recognisers = make_recognisers(settings, name, phrases, knowledge, openai, people=people)
    dialogues = make_dialogues(settings, name, phrases, knowledge, openai)
    [vad] = made(VAD, [bot.vad.engine], settings.model_directory / bot.vad.model)
    return Parts(
        vad,
        make_thinking(
            bot,
            phrases,
            recognisers,
            dialogues,
            people=people,
            foreign=make_foreign(settings, name, recognisers, FOREIGN),
            whose_language=make_foreign(settings, name, recognisers, ANY_LANGUAGE),
        ),
        voice,
        phrases,
        _company(settings, name, voice),
        hour=lambda: datetime.now().hour,
        menu=make_menu(bot, phrases, knowledge),
        ask_who=partial(ask_who, phrases, people),
    )


def ask_who(phrases: Phrases, people: Callable[[], Directory], extensions: Sequence[str]) -> str:
    """How callers are asked whether they want one of these people."""
    directory = people()
    return phrases.ask_who([directory.name(extension) or extension for extension in extensions])


def _hears_a_closed_set(bot: BotSettings) -> bool:
    return any(HEARING[engine].closed_set for engine in bot.stt.engines)


def make_foreign(
    settings: Settings, name: str, recognisers: Sequence[Stt], rules: LanguageRules
) -> Callable[[Floats], Awaitable[str]] | None:
    """What tells which other assistant's language an utterance is in, if any; None: there is no other."""
    bot = settings.bots[name]
    local = next((stt for stt in recognisers if isinstance(stt, LanguageId)), None)
    if not bot.others or local is None:
        return None
    own, learnt = bot.stt.language, not _hears_a_closed_set(bot)
    tokens = {other: settings.bots[other].stt.language for other in bot.others}

    async def foreign(samples: Floats) -> str:
        if samples.size < rules.least_seconds * RATE_HZ:
            return ""
        below, above = FOREIGN_BELOW, FOREIGN_ABOVE
        if samples.size < FOREIGN_SECONDS * RATE_HZ:
            below, above = rules.short_below, rules.short_above
        shares = await local.language_shares(samples)
        likeliest = max(tokens, key=lambda other: shares.get(tokens[other], 0.0))
        # Where the model never learnt the assistant's own language, it can only tell the others.
        is_foreign = shares.get(own, 0.0) < below if learnt else shares.get(tokens[likeliest], 0.0) > above
        return likeliest if is_foreign else ""

    return foreign


def _company(settings: Settings, name: str, voice: Voice) -> Company:
    folder = settings.briefing_folder(name)

    async def brief(call: str, text: str) -> bool:
        try:
            await write_briefing(voice, text, folder, call)
        except (EngineError, OSError) as error:
            _log.warning("a colleague could not be told who calls: %s", error)
            return False
        return True

    others = {
        other: Other(
            settings.bots[other].extension,
            partial(_recorded, settings.prompt_directory / other),
        )
        for other in settings.bots[name].others
    }
    return Company(others, brief)


def _recorded(folder: Path, phrase: Phrase) -> bytes:
    """What another assistant has recorded; nothing, with a warning, where it is not there."""
    path = folder / f"{phrase.value}.sln16"
    try:
        return path.read_bytes()
    except OSError as error:
        _log.warning("another assistant has not recorded its part: %s: %s", path, error.strerror)
        return b""


def make_rules(settings: Settings, name: str) -> BotRules:
    """The times and limits."""
    bot, desk = settings.bots[name], settings.front_desk
    at_desk = None
    if desk is not None and name in desk.assistants:
        at_desk = FrontDeskRules(desk.assistants, name, parse_destination(desk.closed))
    return BotRules(
        name=name,
        policy=PolicyRules(
            operator=bot.operator,
            prompt_again_seconds=bot.prompt_again_seconds,
            idle_limit_seconds=bot.idle_limit_seconds,
            idle_warning_seconds=bot.idle_warning_seconds,
            front_desk=at_desk,
        ),
        turns=TurnRules(
            threshold=bot.vad.threshold,
            finished_seconds=bot.turns.finished_seconds,
            unsure_seconds=bot.turns.unsure_seconds,
            open_seconds=bot.turns.open_seconds,
            start_seconds=bot.barge_in.start_seconds,
            look_seconds=bot.barge_in.look_seconds,
            doubt_seconds=bot.barge_in.doubt_seconds,
            continue_seconds=bot.barge_in.continue_seconds,
        ),
        filler_seconds=bot.filler_seconds or _FILLER_SECONDS[ANSWERING[bot.dialogue.engines[0]].instant],
    )
