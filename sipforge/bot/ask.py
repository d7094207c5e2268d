"""`sipforge ask`: what an assistant says to questions in writing, one JSON object a line.

The words go the way of a recognised utterance: `Thinking`, the dialogue policy, the history; only ears, voice
and telephone are left out. A line that is a single key of the keypad presses it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from sipforge.bot.build import ask_who, make_dialogues, make_menu, make_thinking
from sipforge.bot.phrases import PhraseError, load_phrases
from sipforge.bot.thinking import Thinking
from sipforge.bot.thoughts import Hearing
from sipforge.core.conversation import actions as do
from sipforge.core.conversation.actions import Action
from sipforge.core.conversation.history import History
from sipforge.core.conversation.policy.dialogue_policy import DialoguePolicy
from sipforge.core.conversation.policy.meanings import PolicyRules
from sipforge.core.conversation.replies import Script
from sipforge.core.messages.events import OFFERED, ReplyEvent, TranscriptEvent
from sipforge.core.office.directory import Directory, parse_directory
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.engines.protocols import EngineError, Floats, Reply, Speak, Stt, Transcript
from sipforge.infra.read_again import ReadAgain
from sipforge.infra.settings.host import DEFAULT_PATH, Settings, SettingsError, check_settings, load_settings
from sipforge.text.language import load_language

_SILENT: Final = np.zeros(0, np.float32)
_KEYS: Final = frozenset("0123456789*#")
_OPERATOR: Final = "1000"
ASSISTANT: Final = "assistant"
"""Name of the only one where there is no host."""
EX_CONFIG: Final = 78


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question."""

    question: str
    answered: tuple[str, ...]
    """Ids of the topics."""
    asked_back: tuple[str, ...]
    """Ids of the topics that the caller was asked about."""
    said: str
    why: dict[str, Any]
    """What each topic's fit was, by who found it; 0 to 1."""


class WrittenCall:
    """One call, in writing."""

    def __init__(self, thinking: Thinking, script: Script, policy: DialoguePolicy) -> None:
        self._thinking = thinking
        self._script = script
        self._policy = policy
        self._history = History()
        self._turn = 0
        self._last: tuple[str, tuple[str, ...]] = ("", ())

    async def ask(self, question: str) -> Answer:
        """The caller writes `question`, or presses a key."""
        if question in _KEYS:
            return await self._answer(question, self._policy.key(question))
        return await self._understand(self._thinking.read(Transcript(question, 1.0, 0.0)), _SILENT)

    async def hear(self, samples: Floats) -> Answer:
        """The caller says `samples` (16 kHz), one whole utterance."""
        return await self._understand(await self._thinking.hear(samples), samples)

    async def _understand(self, hearing: Hearing, samples: Floats) -> Answer:
        question, history = hearing.transcript.text, self._history.exchanges
        thought = await self._thinking.think(hearing, history, samples)
        why = {"meaning": thought.meaning.value, **self._thinking.explain(hearing, history)}
        self._history.take(TranscriptEvent(self._turn + 1, thought.text or question, 1.0, 0.0))
        actions = self._policy.understood(
            thought.meaning, thought.target, thought.guesses, denies=thought.denies
        )
        return await self._answer(question, actions, thought.reply, why)

    async def _answer(
        self,
        question: str,
        actions: Iterable[Action],
        reply: Reply | None = None,
        why: dict[str, Any] | None = None,
    ) -> Answer:
        self._turn += 1
        said, topics = await self._done(actions, reply)
        self._last = (said, topics) if said else self._last
        self._history.take(ReplyEvent(self._turn, said, "", topics))
        asked = tuple(topic.removesuffix(OFFERED) for topic in topics if topic.endswith(OFFERED))
        answered = tuple(topic for topic in topics if not topic.endswith(OFFERED))
        return Answer(question, answered, asked, said, why or {})

    async def _done(self, actions: Iterable[Action], reply: Reply | None) -> tuple[str, tuple[str, ...]]:
        """The words of `actions`, and the topics that they speak of."""
        script = self._script
        said: list[str] = []
        topics: tuple[str, ...] = ()
        for action in actions:
            match action:
                case do.Say(phrase, asks):
                    said.append(script.phrases[phrase])
                    topics += tuple(topic + OFFERED for topic in asks)
                case do.ReadMenu(page):
                    said.append(script.pages[page])
                case do.TellTopic(topic):
                    said.append(script.answers[topic])
                    topics += (topic,)
                case do.Ask(asked):
                    said.append(script.ask(asked))
                    topics += tuple(topic + OFFERED for topic in asked)
                case do.AskWho(people):
                    said.append(script.ask_who(people))
                    topics += tuple(person + OFFERED for person in people)
                case do.Repeat():
                    said.append(self._last[0])
                    topics += self._last[1]
                case do.Tell() if reply is not None:
                    said += [part.text async for part in reply.parts if isinstance(part, Speak)]
                    topics += reply.topics
        return " ".join(said), topics


def make_calls(settings: Settings, name: str, recognisers: Sequence[Stt] = ()) -> Callable[[], WrittenCall]:
    """What begins a call to the assistant `name` of a host, without voice and services.

    Args:
        settings: of the host.
        name: of the assistant.
        recognisers: its ears; without, its callers can only write.

    Raises:
        SettingsError, PhraseError, EngineError: a part of it is missing or wrong.
    """
    bot = settings.bots.get(name)
    if bot is None:
        raise SettingsError(
            f"there is no assistant {name!r}; there are: {', '.join(settings.bots) or 'none'}"
        )
    others = {other: settings.bots[other].phrases for other in bot.others}
    phrases = load_phrases(bot.phrases, settings.office, bot.language, others)
    knowledge = load_knowledge(bot.knowledge)
    dialogues = make_dialogues(settings, name, phrases, knowledge)
    people = ReadAgain(settings.directory_file, parse_directory, Directory())
    thinking = make_thinking(bot, phrases, recognisers, dialogues, people=people)
    menu = make_menu(bot, phrases, knowledge)
    sentences, who = load_language(bot.language).sentences, partial(ask_who, phrases, people)
    script = Script(phrases.texts, sentences, menu.pages, menu.answers, menu.ask, who)
    rules = PolicyRules(bot.operator)
    return lambda: WrittenCall(thinking, script, DialoguePolicy(rules, menu.keyed))


def dialogues_in(lines: Iterable[str]) -> Iterator[list[str]]:
    """The turns of each dialogue in `lines`; an empty line is between two."""
    turns: list[str] = []
    for line in map(str.strip, lines):
        if line:
            turns.append(line)
        elif turns:
            yield turns
            turns = []
    if turns:
        yield turns


def without_host(knowledge: Path, phrases: Path, language: str, model: Path | None) -> Settings:
    """The settings of an office that is nothing but two files, and perhaps a sentence encoder.

    Raises:
        SettingsError: something is wrong with them.
    """
    dialogue = {"meaning": {"model": str(model.resolve())}} if model else {}
    bot = {
        "extension": "2000",
        "language": language,
        "http_port": 1,
        "phrases": phrases,
        "knowledge": knowledge,
        "operator": _OPERATOR,
        "dialogue": dialogue,
    }
    return check_settings(knowledge, {"bots": {ASSISTANT: bot}})


async def _run(given: argparse.Namespace) -> None:
    if given.knowledge:
        settings = without_host(given.knowledge, given.phrases, given.language, given.model)
        name = ASSISTANT
    else:
        settings, name = load_settings(given.settings), given.name
    call_begins = make_calls(settings, name)
    lines: Iterable[str] = given.questions or sys.stdin
    calls = dialogues_in(lines) if given.dialogue else ([line.strip()] for line in lines if line.strip())
    for turns in calls:
        call = call_begins()
        for turn in turns:
            sys.stdout.write(json.dumps(asdict(await call.ask(turn)), ensure_ascii=False) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(prog="sipforge ask")
    parser.add_argument("questions", nargs="*")
    parser.add_argument("--name", default="")
    parser.add_argument("--settings", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--knowledge", type=Path)
    parser.add_argument("--phrases", type=Path)
    parser.add_argument("--language", default="english")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--dialogue", action="store_true")
    try:
        asyncio.run(_run(parser.parse_args(arguments)))
    except (SettingsError, PhraseError, EngineError) as error:
        sys.stderr.write(f"sipforge: {error}\n")
        return EX_CONFIG
    return 0


if __name__ == "__main__":
    sys.exit(main())
