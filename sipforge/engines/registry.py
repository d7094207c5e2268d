"""Builds the engines that the settings name; a heavy library is imported only when its engine is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sipforge.engines.answering.answers.dialogue import AnswersDialogue, AnswersPhrases
from sipforge.engines.answering.knowledge import Knowledge
from sipforge.engines.protocols import Dialogue, EngineError, Stage, Stt, Tts, Vad
from sipforge.engines.runtime.remote import Observe
from sipforge.text.language import load_language

if TYPE_CHECKING:
    from sipforge.engines.runtime.openai_service import OpenAiService


def make_vad(engine: str, directory: Path) -> Vad:
    """Voice activity detection.

    Args:
        engine: "silero".
        directory: folder of its model.

    Raises:
        EngineError: unknown engine, or its model cannot be loaded.
    """
    if engine != "silero":
        raise _unknown(Stage.VAD, engine)
    from sipforge.engines.hearing.silero import SileroVad  # noqa: PLC0415 - see the module's first line

    return SileroVad(directory)


def make_stt(
    engine: str,
    directory: Path,
    language: str,
    threads: int,
    phrases: Mapping[str, str],
    *,
    letters: str = "",
) -> Stt:
    """Speech to text.

    Args:
        engine: "whisper", "whisper-phrases" or "wav2vec2-bert".
        directory: folder of its model.
        language: the model's language token; "wav2vec2-bert" has none.
        threads: CPU threads for one utterance.
        phrases: what callers are expected to say → its meaning: all that "whisper-phrases" knows, and a hint
            for the others.
        letters: language whose letters "whisper-phrases" hears, such as "kinyarwanda".

    Raises:
        EngineError: unknown engine, or its model or its letters cannot be loaded.
    """
    if engine == "wav2vec2-bert":
        from sipforge.engines.hearing.wav2vec2_bert.model import Wav2Vec2BertModel  # noqa: PLC0415 - as above
        from sipforge.engines.hearing.wav2vec2_bert.transcriber import Wav2Vec2BertStt  # noqa: PLC0415 - see the module's first line

        return Wav2Vec2BertStt(Wav2Vec2BertModel(directory, threads), phrases)
    if engine not in {"whisper", "whisper-phrases"}:
        raise _unknown(Stage.STT, engine)
    from sipforge.engines.hearing.whisper.model import WhisperModel  # noqa: PLC0415 - see the module's first line

    if engine == "whisper":
        from sipforge.engines.hearing.whisper.transcriber import WINDOW_SECONDS, WhisperStt  # noqa: PLC0415 - as above

        # One phrasing of each thing is enough of a hint.
        context = " ".join({meaning: phrase for phrase, meaning in reversed(list(phrases.items()))}.values())
        return WhisperStt(WhisperModel(directory, language, threads, WINDOW_SECONDS), context)
    from sipforge.engines.hearing.whisper import phrases as closed  # noqa: PLC0415 - as above
    from sipforge.engines.hearing.whisper.letters import load_letters  # noqa: PLC0415 - as above

    known = load_language(letters).letters
    if known is None:
        raise EngineError(Stage.STT, f"the language {letters!r} has no letters for whisper-phrases")
    heard = load_letters(known)
    whisper = WhisperModel(directory, language, threads, closed.WINDOW_SECONDS)
    return closed.WhisperPhrasesStt(whisper, heard, phrases)


def make_answers(knowledge: Knowledge, phrases: AnswersPhrases, language: str) -> Dialogue:
    """The office's own answers.

    Args:
        knowledge: the office's knowledge file.
        phrases: what the engine says besides answers.
        language: module name in sipforge.text, whose lexicon is used.
    """
    return AnswersDialogue(knowledge, phrases, load_language(language).lexicon)


def make_local_chat(
    directory: Path,
    knowledge: Knowledge,
    *,
    language: str,
    office: str,
    prompt: str,
    template: str,
    threads: int,
    max_tokens: int,
) -> Dialogue:
    """A chat model on this host.

    Args:
        directory: folder of the model.
        knowledge: the office's knowledge file, in `language`.
        language: module name in sipforge.text, of the language that the model answers in.
        office: what stands for {office} in the prompt.
        prompt: who the assistant is and how it answers; empty for the engine's own.
        template: the marks that the model was trained on; "auto" tells by its tokens.
        threads: CPU threads for one answer.
        max_tokens: how much it may write for one reply.

    Raises:
        EngineError: the model cannot be loaded.
    """
    from sipforge.engines.answering.chat.dialogue import (  # noqa: PLC0415 - as above
        PROMPT,
        QUOTING_PROMPT,
        CTranslate2Dialogue,
    )
    from sipforge.engines.answering.chat.grounding import Fact  # noqa: PLC0415 - as above
    from sipforge.engines.answering.chat.model import ChatModel  # noqa: PLC0415 - see the module's first line
    from sipforge.engines.answering.chat.quoting import Quotes  # noqa: PLC0415 - as above

    facts = [Fact(topic.answer, topic.questions) for topic in knowledge.topics]
    english = language == "english"
    text = prompt or (PROMPT if english else QUOTING_PROMPT.replace("{language}", language.capitalize()))
    split = load_language(language).sentences
    guard = None if english else Quotes(facts, split, load_language(language).lexicon)
    model = ChatModel(directory, template, threads)
    return CTranslate2Dialogue(
        model, facts, text.replace("{office}", office), max_tokens, guard=guard, split=split
    )


def make_pivot(
    directory: Path,
    dialogue: Dialogue,
    language: str,
    *,
    token: str,
    english: str,
    names: Sequence[str],
    threads: int,
) -> Dialogue:
    """A dialogue in English for callers of another language, with a translator between.

    Args:
        directory: folder of the translation model.
        dialogue: answers in English.
        language: module name in sipforge.text, of what callers speak.
        token: the translation model's, of that language.
        english: likewise, of English.
        names: what is never translated.
        threads: CPU threads for one translation.

    Raises:
        EngineError: the model cannot be loaded, or does not know a language.
    """
    from sipforge.engines.answering.pivot.dialogue import PivotDialogue, Tongue  # noqa: PLC0415 - as above
    from sipforge.engines.answering.pivot.translation import TranslationModel, Translator  # noqa: PLC0415 - as above

    model = TranslationModel(directory, (token, english), threads)
    text = load_language(language)
    tongue = Tongue(token, english, text.normalise, text.sentences, text.to_digits)
    return PivotDialogue(Translator(model, names), dialogue, tongue)


def make_tts(engine: str, directory: Path | None, voice: str, words_per_minute: int) -> Tts:
    """Text to speech.

    Args:
        engine: "piper", "vits" or "espeak".
        directory: folder of its model; None where espeak-ng's own voices do.
        voice: espeak-ng voice.
        words_per_minute: speed.

    Raises:
        EngineError: unknown engine, or its model cannot be loaded.
    """
    if engine == "espeak":
        from sipforge.engines.speaking.espeak import EspeakProgram, EspeakTts  # noqa: PLC0415 - as above

        return EspeakTts(EspeakProgram(voice or "en", directory), words_per_minute)
    if engine == "piper" and directory is not None:
        from sipforge.engines.speaking.piper import PiperTts  # noqa: PLC0415 - as above

        return PiperTts(directory, words_per_minute, voice)
    if engine == "vits" and directory is not None:
        from sipforge.engines.speaking.vits import VitsTts  # noqa: PLC0415 - as above

        return VitsTts(directory, words_per_minute)
    raise _unknown(Stage.TTS, engine)


def make_openai(values: Mapping[str, Any], key: str, observe: Observe) -> OpenAiService:
    """The service that the engines `openai` share; nothing is sent to it yet.

    Args:
        values: by the names of `OpenAiConfig`.
        key: the API key.
        observe: told how each request went.
    """
    from sipforge.engines.runtime.openai_service import OpenAiConfig, OpenAiService  # noqa: PLC0415 - as above

    return OpenAiService(OpenAiConfig(**values), key, observe)


def make_openai_stt(service: OpenAiService, language: str) -> Stt:
    """Speech to text by OpenAI; `language` is the ISO 639-1 code of what callers speak."""
    from sipforge.engines.hearing.openai import OpenAiStt  # noqa: PLC0415 - as above

    return OpenAiStt(service, language)


def make_openai_tts(service: OpenAiService) -> Tts:
    """Text to speech by OpenAI."""
    from sipforge.engines.speaking.openai import OpenAiTts  # noqa: PLC0415 - as above

    return OpenAiTts(service)


def make_openai_dialogue(
    service: OpenAiService, knowledge: str, departments: Mapping[str, str], language: str
) -> Dialogue:
    """Dialogue by OpenAI.

    Args:
        service: which.
        knowledge: what the office knows, as text for a prompt.
        departments: name → extension.
        language: what the model answers in, by its English name.
    """
    from sipforge.engines.answering.openai import OpenAiDialogue  # noqa: PLC0415 - as above

    return OpenAiDialogue(service, knowledge, departments, language=language)


def _unknown(stage: Stage, engine: str) -> EngineError:
    return EngineError(stage, f"there is no {stage.value} engine {engine!r} with these settings")
