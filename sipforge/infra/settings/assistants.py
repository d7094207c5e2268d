"""The settings of one assistant: the shape and the defaults of a section `bots.NAME` of the settings file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sipforge.core.conversation.endpointing import TurnRules
from sipforge.core.conversation.policy.meanings import PolicyRules
from sipforge.core.office.extensions import OTHERS, USERS, check_assistant, check_user, is_user
from sipforge.engines.registry import ANSWERING, ENCODING, HEARING, SPEAKING, VAD, Engine
from sipforge.text.language import load_language

_POLICY, _TURNS = PolicyRules(), TurnRules()


def _spoken(language: str) -> str:
    load_language(language)
    return language


Port = Annotated[int, Field(ge=1, le=65535)]
OUTSIDE = r"^\+[1-9][0-9]{6,14}$"
"""An outside number."""


def _reachable(given: str) -> str:
    if not (is_user(given) or re.match(OUTSIDE, given)):
        try:
            check_assistant(given)
        except ValueError:
            raise ValueError(
                f"extension {given!r}: must be a number from {USERS} or {OTHERS}, or an outside one such"
                " as +250788000000"
            ) from None
    return given


Reachable = Annotated[str, AfterValidator(_reachable)]
"""Whom an assistant may connect a caller with: a user, a group, a menu, an outside number."""


class Section(BaseModel):
    """A section of the settings file; a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


def _known(engines: Mapping[str, object]) -> AfterValidator:
    """Refuses the name of an engine that there is not."""

    def check(name: str) -> str:
        if name not in engines:
            raise ValueError(f"there is no engine {name!r}; there are: {', '.join(engines)}")
        return name

    return AfterValidator(check)


def _local_last(engines: Mapping[str, Engine[Any, Any]]) -> AfterValidator:
    def check(names: tuple[str, ...]) -> tuple[str, ...]:
        if not names or engines[names[-1]].remote:
            raise ValueError("a local engine must come last, for when there is no network")
        return names

    return AfterValidator(check)


def _one_or_several(one: str, several: str) -> Any:
    """`one = "x"` is short for `several = ["x"]`, and `one = ""` for none."""

    def spread(given: Any) -> Any:
        if isinstance(given, dict) and one in given and several not in given:
            listed = [given[one]] if given[one] else []
            return {**{key: given[key] for key in given if key != one}, several: listed}
        return given

    return model_validator(mode="before")(spread)


class VadSettings(Section):
    """Voice activity detection."""

    engine: Annotated[str, _known(VAD)] = "silero"
    model: str = "silero-vad"
    threshold: float = Field(default=_TURNS.threshold, gt=0, lt=1)


class SttSettings(Section):
    """Speech to text."""

    _short = _one_or_several("engine", "engines")
    engines: Annotated[tuple[Annotated[str, _known(HEARING)], ...], _local_last(HEARING)] = ("whisper",)
    """`whisper` and `wav2vec2-bert` write down anything; `whisper-phrases` picks one of the expected phrases,
    or with `writes` what else was said. `openai`, before them, sends what callers say to the service of the
    table [openai]."""
    model: str = "whisper-base"
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    """Whisper's language token, without its marks: the one that the model's entry in the manifest names (a
    fine-tune without its own token reuses another's). `wav2vec2-bert` has none."""
    threads: int = Field(default=1, ge=1)
    writes: bool = True
    """Of `whisper-phrases`: whether what is none of the phrases is written down by its sound, which is less
    sure; else it counts as not understood."""


class TtsSettings(Section):
    """Text to speech."""

    _short = _one_or_several("engine", "engines")
    engines: Annotated[tuple[Annotated[str, _known(SPEAKING)], ...], _local_last(SPEAKING)] = ("espeak",)
    model: str = ""
    """Model name in the manifest; empty where the engine brings its own voices."""
    voice: str = ""
    """espeak-ng voice name, for `espeak` (and for `piper` the phonemes' voice)."""
    words_per_minute: int = Field(default=150, ge=60, le=400)

    @model_validator(mode="after")
    def _a_model_is_named(self) -> TtsSettings:
        for engine in self.engines:
            if SPEAKING[engine].needs_model and not self.model:
                raise ValueError(f"the engine {engine} needs model")
        return self


class MeaningSettings(Section):
    """A sentence encoder, which finds what a question is about whatever its words, for `answers`."""

    engine: Annotated[str, _known(ENCODING)] = "bert"
    model: str = ""
    """Its folder's name in the model directory; empty: the words alone decide."""


class LocalChatSettings(Section):
    """A chat model in CTranslate2's format, for the dialogue engine `ctranslate2`."""

    model: str = ""
    """Its folder's name in the model directory; no model is good enough to be the default."""
    template: str = "auto"
    """The marks it was trained on (sipforge.engines.answering.chat.template); auto: told by its tokens."""
    threads: int = Field(default=1, ge=1)
    max_tokens: int = Field(default=80, ge=8)
    """How much it may write for one reply."""
    prompt: str = ""
    """Who it is and how it answers, {office} being the office's name; empty: the engine's own."""


class PivotSettings(Section):
    """A dialogue in English behind a translator on this host, for the dialogue engine `pivot`."""

    model: str = ""
    """Folder of a translation model (NLLB) in CTranslate2's format, with its SentencePiece file."""
    language: str = "kin_Latn"
    """That model's token of what callers speak."""
    english: str = "eng_Latn"
    """Likewise, of English."""
    dialogue: Literal["ctranslate2", "openai"] = "ctranslate2"
    """Who answers in English; the table [openai] or `ctranslate2` below says the rest."""
    ctranslate2: LocalChatSettings = LocalChatSettings()
    knowledge_of: str = "english"
    """Name of the assistant whose knowledge file, in English, the answers are from."""
    names: tuple[str, ...] = ()
    """Further names that are never translated; the office's, and those in its knowledge file, are known."""
    threads: int = Field(default=1, ge=1)


class DialogueSettings(Section):
    """Who answers: each engine is asked in turn until one is sure."""

    engines: Annotated[tuple[Annotated[str, _known(ANSWERING)], ...], Field(min_length=1)] = ("answers",)
    """`answers` is the office's own written answers; `openai` sends what callers say to a chat model;
    `ctranslate2` is a chat model on this host, which must know the assistant's language; `pivot` is either of
    them in English, with a translator between. Behind `answers`, they need a recogniser that writes down
    anything."""
    meaning: MeaningSettings = MeaningSettings()
    ctranslate2: LocalChatSettings = LocalChatSettings()
    pivot: PivotSettings = PivotSettings()

    @model_validator(mode="after")
    def _models_are_named(self) -> DialogueSettings:
        if "ctranslate2" in self.engines and not self.ctranslate2.model:
            raise ValueError("the engine ctranslate2 needs ctranslate2.model")
        if "pivot" in self.engines:
            if not self.pivot.model:
                raise ValueError("the engine pivot needs pivot.model")
            if self.pivot.dialogue == "ctranslate2" and not self.pivot.ctranslate2.model:
                raise ValueError("the engine pivot needs pivot.ctranslate2.model, or pivot.dialogue = openai")
        return self

    @property
    def uses_service(self) -> bool:
        """Whether an engine sends anything to the service of the table [openai]."""
        inner = (self.pivot.dialogue,) if "pivot" in self.engines else ()
        return any(ANSWERING[name].remote for name in (*self.engines, *inner))


class TurnSettings(Section):
    """When a caller's turn is over: the silence that ends it, by how complete the words sound."""

    finished_seconds: float = Field(default=_TURNS.finished_seconds, gt=0)
    """After a whole question whose answer is known, or a short reply such as "yes"."""
    unsure_seconds: float = Field(default=_TURNS.unsure_seconds, gt=0)
    open_seconds: float = Field(default=_TURNS.open_seconds, gt=0)
    """After words that cannot be the end, such as "... and", or that nobody has recognised yet."""


class BargeInSettings(Section):
    """When speech over a reply stops it."""

    start_seconds: float = Field(default=_TURNS.start_seconds, gt=0)
    """Speech after which the reply holds still."""
    look_seconds: float = Field(default=_TURNS.look_seconds, gt=0)
    """Of speech between two looks at its words, which decide whether the reply goes on."""
    doubt_seconds: float = Field(default=_TURNS.doubt_seconds, gt=0)
    """Of speech in which no words are found: it is noise, and the reply goes on."""
    continue_seconds: float = Field(default=_TURNS.continue_seconds, ge=0)
    """Who speaks over this beginning of a reply goes on with the question before."""


class BotSettings(Section):
    """One language's assistant; its name is its key under [bots]."""

    extension: Annotated[str, AfterValidator(check_assistant)]
    language: Annotated[str, AfterValidator(_spoken)]
    """Name of its folder in sipforge.text, such as english."""
    http_port: Port
    phrases: Path
    knowledge: Path
    operator: Annotated[str, AfterValidator(lambda given: given and check_user(given))] = ""
    """Extension of the person offered to a caller; empty: nobody is offered."""
    max_calls: int | None = Field(default=None, ge=1)
    """Calls with it at once; None: as many as the host bears (sipforge.infra.capacity)."""
    vad: VadSettings = VadSettings()
    stt: SttSettings = SttSettings()
    dialogue: DialogueSettings = DialogueSettings()
    tts: TtsSettings = TtsSettings()
    turns: TurnSettings = TurnSettings()
    barge_in: BargeInSettings = BargeInSettings()
    _short = _one_or_several("other", "others")
    others: tuple[str, ...] = ()
    """Names of the assistants that are offered to callers who speak their languages; `other = "x"` is short
    for one."""
    departments: dict[str, Reachable] = Field(default_factory=dict)
    """Spoken name → extension or outside number, of whom callers may ask for."""
    prompt_again_seconds: float = Field(default=_POLICY.prompt_again_seconds, gt=0)
    """Silence after which the caller is asked again."""
    idle_limit_seconds: float = Field(default=_POLICY.idle_limit_seconds, gt=0)
    """A caller who has said nothing for this long is let go."""
    idle_warning_seconds: float = Field(default=_POLICY.idle_warning_seconds, ge=0)
    """How long before that it is warned of."""
    filler_seconds: float | None = Field(default=None, gt=0)
    """After a caller's last word, when "one moment" is said if the reply is not there; None: as the engines
    need."""

    @property
    def uses_service(self) -> bool:
        """Whether an engine sends anything to the service of the table [openai]."""
        spoken = ((HEARING, self.stt.engines), (SPEAKING, self.tts.engines))
        return self.dialogue.uses_service or any(
            engines[name].remote for engines, names in spoken for name in names
        )
