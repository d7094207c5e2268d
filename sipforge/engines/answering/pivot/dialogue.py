"""The dialogue engine `pivot`: a dialogue in English for callers of another language, a translator between.

Sentence by sentence: what the caller said goes into English, the English dialogue answers (and is held to the
English facts before anything is translated), and each sentence of its reply goes back as soon as it is whole.
What an assistant does besides speaking passes as it is. A sentence whose translation cannot be trusted ends
the reply with an error, so that the engines behind this one, or the honest "I do not know", take over.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sipforge.engines.answering.pivot.translation import TranslationModel, Translator
from sipforge.engines.protocols import (
    Dialogue,
    Do,
    EngineError,
    Exchange,
    Question,
    Reply,
    ReplyPart,
    Speak,
    Stage,
)
from sipforge.engines.registry import ANSWERING, AnsweringNeeds
from sipforge.engines.runtime.streams import Begun, closing
from sipforge.text.english import normalisation as english
from sipforge.text.english.figures import figures
from sipforge.text.plain import finished_sentences
from sipforge.text.protect import names_in

HISTORY_EXCHANGES: Final = 2
"""What was said before is translated, too, unless it still is known."""
_REMEMBERED: Final = 512
"""Sentences whose English is kept."""


def make(needs: AnsweringNeeds) -> PivotDialogue | None:
    """See sipforge.engines.registry; another assistant's knowledge, in English, is answered from."""
    pivot, language = needs.settings.pivot, needs.language
    english_language, knowledge = needs.knowledge_of(pivot.knowledge_of)
    inner = needs.settings.model_copy(update={"ctranslate2": pivot.ctranslate2})
    dialogue = ANSWERING[pivot.dialogue].make(
        replace(needs, settings=inner, language=english_language, knowledge=knowledge)
    )
    if dialogue is None:
        return None
    # "the office", where it has no name, is none.
    own = [] if needs.office.islower() else [needs.office]
    names = [*pivot.names, *own, *(name for answer in knowledge.answers() for name in names_in(answer))]
    tokens = (pivot.language, pivot.english)
    model = TranslationModel(needs.models / pivot.model, tokens, pivot.threads)
    tongue = Tongue(*tokens, language.normalise, language.sentences, language.to_digits)
    return PivotDialogue(Translator(model, names), dialogue, tongue)


@dataclass(frozen=True, slots=True)
class Tongue:
    """The callers' language."""

    token: str
    """The translation model's, such as kin_Latn."""
    english: str
    """English in that model, such as eng_Latn."""
    normalise: Callable[[str], str]
    """Text → words, as they are heard; history is made of these."""
    sentences: Callable[[str], list[str]]
    figures: Callable[[str], str] = str
    """Spoken numbers and times → figures, which a translation leaves alone."""


class PivotDialogue:
    """One for all calls."""

    name = "pivot"

    def __init__(self, translator: Translator, dialogue: Dialogue, tongue: Tongue) -> None:
        """`dialogue` answers in English."""
        self._translator = translator
        self._dialogue = dialogue
        self._tongue = tongue
        self._english: OrderedDict[str, str] = OrderedDict()

    async def reply(self, question: Question) -> Reply | None:
        """What the English dialogue says to `question`, in the caller's language; see `Dialogue.reply`.

        Raises:
            EngineError: the dialogue or the translator failed, or a translation cannot be trusted.
        """
        reply = await self._dialogue.reply(await self._asked(question))
        if not isinstance(reply, Reply):
            return None
        parts = self._parts(reply)
        first = await anext(parts, None)
        if first is None:
            return None
        return Reply(Begun(first, parts), reply.confidence, self.name, topics=reply.topics)

    async def _parts(self, reply: Reply) -> AsyncGenerator[ReplyPart]:
        text, spoken = "", False
        async with closing(reply.parts) as parts:
            async for part in parts:
                if isinstance(part, Do):
                    if text.strip():
                        yield await self._speak(text, spoken)
                    yield part
                    return
                whole, text = finished_sentences(text + part.text, english.sentences)
                for sentence in whole:
                    yield await self._speak(sentence, spoken)
                    spoken = True
        if text.strip():
            yield await self._speak(text, spoken)

    async def _speak(self, sentence: str, spoken: bool) -> Speak:
        tongue = self._tongue
        [said] = await self._translator.translate([figures(sentence.strip())], tongue.english, tongue.token)
        if said is None:
            raise _distrust()
        heard = tongue.sentences(tongue.normalise(said))
        if len(heard) == 1:
            self._remember(heard[0], sentence.strip())
        return Speak(f" {said}" if spoken else said)

    async def _asked(self, question: Question) -> Question:
        """`question` in English, with as much of what was said before as can be had."""
        exchanges = question.history[-HISTORY_EXCHANGES:]
        said = [question.text, *(text for each in exchanges for text in (each.caller, each.assistant))]
        cut = [self._tongue.sentences(text) for text in said]
        await self._learn(dict.fromkeys(sentence for sentences in cut for sentence in sentences))
        texts = [self._known(sentences) for sentences in cut]
        asked, *before = texts
        if asked is None:
            raise _distrust()
        history: list[Exchange] = []
        for each, caller, assistant in zip(exchanges, before[::2], before[1::2], strict=True):
            # A conversation with a hole in it misleads more than a shorter one.
            if caller is None or assistant is None:
                history.clear()
            else:
                history.append(Exchange(caller, assistant, each.topics))
        return Question(asked, tuple(history))

    async def _learn(self, sentences: dict[str, None]) -> None:
        tongue = self._tongue
        new = [sentence for sentence in sentences if sentence not in self._english]
        if not new:
            return
        written = [tongue.figures(sentence) for sentence in new]
        translated = await self._translator.translate(written, tongue.token, tongue.english)
        for sentence, text in zip(new, translated, strict=True):
            if text is not None:
                self._remember(sentence, text)

    def _known(self, sentences: Sequence[str]) -> str | None:
        if all(sentence in self._english for sentence in sentences):
            return " ".join(self._english[sentence] for sentence in sentences)
        return None

    def _remember(self, sentence: str, text: str) -> None:
        self._english[sentence] = text
        self._english.move_to_end(sentence)
        while len(self._english) > _REMEMBERED:
            self._english.popitem(last=False)


def _distrust() -> EngineError:
    return EngineError(Stage.DIALOGUE, "a sentence could not be translated with its numbers and names")
