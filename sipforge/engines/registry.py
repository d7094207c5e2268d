"""The engines there are: an entry for each, under the name by which settings choose it.

An engine is a file with a function `make(needs)`, which gives the engine, or None where it needs the service
of the table [openai] and there is none. The file is imported only when its engine is chosen, so that a heavy
library costs only those who use it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

if TYPE_CHECKING:
    from sipforge.engines.answering.answers.phrases import AnswersPhrases
    from sipforge.engines.answering.knowledge import Knowledge
    from sipforge.engines.protocols import Dialogue, SentenceEncoding, Stt, Tts, Vad
    from sipforge.engines.runtime.openai_service import OpenAiService
    from sipforge.infra.settings.assistants import DialogueSettings
    from sipforge.text.language import Language

Needs = TypeVar("Needs")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class HearingNeeds:
    """What a recogniser is made of."""

    directory: Path
    """Folder of its model."""
    language: Language
    token: str = ""
    """The model's language token, where it has any."""
    threads: int = 1
    """CPU threads for one utterance."""
    at_once: int = 1
    """How many utterances are worked on at the same time."""
    questions: Mapping[str, str] = field(default_factory=dict)
    """What callers are expected to ask → its topic."""
    intents: Mapping[str, str] = field(default_factory=dict)
    """The short things they say → their meaning."""
    greetings: Sequence[str] = ()
    """What they may say before a question."""
    writes: bool = True
    """Whether a closed set writes down, too, what is not in it."""
    service: OpenAiService | None = None
    names: Callable[[], Mapping[str, str]] = dict
    """What is said to ask for people by their names → whom it means; cheap, to be asked at each utterance."""


@dataclass(frozen=True, slots=True)
class AnsweringNeeds:
    """What a dialogue engine is made of."""

    settings: DialogueSettings
    models: Path
    """Folder of all models."""
    language: Language
    office: str
    """Its name."""
    knowledge: Knowledge
    """In `language`."""
    knowledge_of: Callable[[str], tuple[Language, Knowledge]]
    """Of another assistant, by its name."""
    phrases: AnswersPhrases
    """What `answers` says besides answers."""
    departments: Mapping[str, str]
    """Name → extension."""
    service: OpenAiService | None = None
    opening: Callable[[str, str], str] = lambda hours, question: ""
    """What is said of opening hours at this moment, by their name and the question; empty: nothing."""
    cache: Path | None = None
    """Folder for what takes time to make; None: there is none."""


@dataclass(frozen=True, slots=True)
class SpeakingNeeds:
    """What a voice is made of."""

    directory: Path | None
    """Folder of its model; None where none is named."""
    voice: str = ""
    """espeak-ng voice."""
    words_per_minute: int = 150
    service: OpenAiService | None = None


@dataclass(frozen=True, slots=True)
class Engine(Generic[Needs, Made]):
    """An entry."""

    module: str
    """In sipforge.engines; it has `make`."""
    remote: bool = False
    """It sends to the service of the table [openai]."""
    closed_set: bool = False
    """A recogniser that knows whole phrases only, of a language that its model never learnt."""
    needs_model: bool = False
    """A voice that is nothing without a model of its own."""
    instant: bool = False
    """A dialogue engine whose answers are there at once."""

    def make(self, needs: Needs) -> Made | None:
        """The engine; None where it needs a service that there is not.

        Raises:
            EngineError: its model cannot be loaded, or it lacks something that `needs` must give.
        """
        module = importlib.import_module(f"sipforge.engines.{self.module}")
        return cast("Made | None", module.make(needs))


VAD: Final[Mapping[str, Engine[Path, Vad]]] = {"silero": Engine("hearing.silero")}
"""Voice activity; what is needed is the folder of the model."""

HEARING: Final[Mapping[str, Engine[HearingNeeds, Stt]]] = {
    "whisper": Engine("hearing.whisper.transcriber"),
    "whisper-phrases": Engine("hearing.whisper.phrases", closed_set=True),
    "wav2vec2-bert": Engine("hearing.wav2vec2_bert.transcriber"),
    "openai": Engine("hearing.openai", remote=True),
}
"""Speech to text."""

ANSWERING: Final[Mapping[str, Engine[AnsweringNeeds, Dialogue]]] = {
    "answers": Engine("answering.answers.dialogue", instant=True),
    "ctranslate2": Engine("answering.chat.dialogue"),
    "pivot": Engine("answering.pivot.dialogue"),
    "openai": Engine("answering.openai", remote=True),
}
"""Dialogue."""

ENCODING: Final[Mapping[str, Engine[Path, SentenceEncoding]]] = {"bert": Engine("answering.meaning.encoder")}
"""Sentence encoders; what is needed is the folder of the model."""

SPEAKING: Final[Mapping[str, Engine[SpeakingNeeds, Tts]]] = {
    "espeak": Engine("speaking.espeak"),
    "piper": Engine("speaking.piper", needs_model=True),
    "vits": Engine("speaking.vits", needs_model=True),
    "openai": Engine("speaking.openai", remote=True),
}
"""Text to speech."""


def made(engines: Mapping[str, Engine[Needs, Made]], names: Sequence[str], needs: Needs) -> list[Made]:
    """The engines called `names`, in their order, without those that there is no service for.

    Raises:
        EngineError: see `Engine.make`.
    """
    return [engine for name in names if (engine := engines[name].make(needs)) is not None]
