"""The pivot with a small translator that is exact, a small chat model, and scripted parts for the faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from sipforge.engines.answering.chat.dialogue import CTranslate2Dialogue
from sipforge.engines.answering.chat.grounding import Fact
from sipforge.engines.answering.knowledge import read_knowledge
from sipforge.engines.answering.openai import OpenAiDialogue
from sipforge.engines.answering.pivot.dialogue import HISTORY_EXCHANGES, PivotDialogue, Tongue
from sipforge.engines.answering.pivot.translation import TranslationModel, Translator
from sipforge.engines.protocols import (
    Act,
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
from sipforge.text import plain
from sipforge.text.kinyarwanda import normalisation as kinyarwanda
from tests.engines import make_dialogue
from tests.tiny import LANGUAGES, chat_model, translator
from tests.unit.engines.far import DEPARTMENTS, KNOWLEDGE, Far, using
from tests.unit.engines.test_local_chat import Scripted

RW, EN = "kin_Latn", "eng_Latn"
TONGUE = Tongue(RW, EN, plain.normalise, plain.sentences)
KINYARWANDA = Tongue(RW, EN, kinyarwanda.normalise, kinyarwanda.sentences)


class Dictionary:
    """Translates by a table, both ways, and notes what it was asked; nothing else is to be trusted."""

    def __init__(self, pairs: dict[str, str]) -> None:
        self.pairs = {RW: pairs, EN: {english: own for own, english in pairs.items()}}
        self.asked: list[tuple[str, str]] = []

    async def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        assert {source, target} == {RW, EN}
        self.asked += [(source, text) for text in texts]
        return [self.pairs[source].get(text) for text in texts]


class English:
    """Gives the parts it was made with, and notes the question."""

    name = "english"

    def __init__(self, *parts: ReplyPart | EngineError) -> None:
        self.parts = parts
        self.questions: list[Question] = []
        self.closed = False

    async def reply(self, question: Question) -> Reply | None:
        self.questions.append(question)
        return Reply(self._stream(), 0.5, self.name, topics=("hours",)) if self.parts else None

    async def _stream(self) -> AsyncIterator[ReplyPart]:
        try:
            for part in self.parts:
                if isinstance(part, EngineError):
                    raise part
                yield part
        finally:
            self.closed = True


PAIRS = {
    "Mufungura ryari?": "When do you open?",
    "Murakoze.": "Thank you.",
    "Dufungura 08:00.": "We open at 08:00.",
    "Murakaza neza.": "You are welcome.",
    "Mwihangane gato.": "One moment.",
}


async def parts_of(dialogue: Dialogue, question: Question) -> list[ReplyPart] | None:
    reply = await dialogue.reply(question)
    return None if reply is None else [part async for part in reply.parts]


def told(
    english: English, question: Question, dictionary: Dictionary | None = None
) -> list[ReplyPart] | None:
    return asyncio.run(parts_of(PivotDialogue(dictionary or Dictionary(PAIRS), english, TONGUE), question))


def test_there_and_back_sentence_by_sentence() -> None:
    pieces = ["We open at eight ", "in the morn", "ing. You are", " welcome."]
    english = English(*(Speak(piece) for piece in pieces))
    assert told(english, Question("Mufungura ryari?")) == [
        Speak("Dufungura 08:00."),
        Speak(" Murakaza neza."),
    ]
    assert english.questions == [Question("When do you open?")]
    assert english.closed


def test_several_sentences_of_the_caller_are_translated_one_by_one() -> None:
    dictionary = Dictionary(PAIRS)
    english = English(Speak("One moment."))
    told(english, Question("Murakoze. Mufungura ryari?"), dictionary)
    assert english.questions[0].text == "Thank you. When do you open?"
    assert dictionary.asked[:2] == [(RW, "Murakoze."), (RW, "Mufungura ryari?")]


@pytest.mark.parametrize("do", [Do(Act.TRANSFER, "1002", "land papers"), Do(Act.MESSAGE), Do(Act.END)])
def test_what_is_to_be_done_passes_as_it_is(do: Do) -> None:
    dictionary = Dictionary(PAIRS)
    assert told(English(do), Question("Murakoze."), dictionary) == [do]
    assert told(English(Speak("One moment"), Speak("."), do), Question("Murakoze.")) == [
        Speak("Mwihangane gato."),
        do,
    ]
    assert all(source == RW for source, _ in dictionary.asked)


def test_an_english_dialogue_without_an_answer_has_none() -> None:
    assert told(English(), Question("Murakoze.")) is None


def test_a_question_that_cannot_be_trusted_is_asked_of_nobody() -> None:
    english = English(Speak("One moment."))
    with pytest.raises(EngineError, match="could not be translated with its numbers and names") as caught:
        told(english, Question("Uwo ni nde?"))
    assert (caught.value.stage, caught.value.retryable) == (Stage.DIALOGUE, False)
    assert english.questions == []


def test_an_answer_that_cannot_be_trusted_is_an_error_where_it_stands() -> None:
    with pytest.raises(EngineError, match="could not be translated"):
        told(English(Speak("Room 7.")), Question("Murakoze."))

    async def scenario() -> None:
        english = English(Speak("One moment. Room 7. "), Speak("Thank you."))
        reply = await PivotDialogue(Dictionary(PAIRS), english, TONGUE).reply(Question("Murakoze."))
        assert reply is not None
        assert (reply.engine, reply.confidence, reply.topics) == ("pivot", 0.5, ("hours",))
        assert await anext(reply.parts) == Speak("Mwihangane gato.")
        with pytest.raises(EngineError, match="could not be translated"):
            await anext(reply.parts)
        assert english.closed

    asyncio.run(scenario())


def test_an_english_dialogue_that_breaks_off_is_an_error_where_it_stands() -> None:
    async def scenario() -> None:
        english = English(Speak("One moment. Thank"), EngineError(Stage.DIALOGUE, "gone", retryable=True))
        reply = await PivotDialogue(Dictionary(PAIRS), english, TONGUE).reply(Question("Murakoze."))
        assert reply is not None
        assert await anext(reply.parts) == Speak("Mwihangane gato.")
        with pytest.raises(EngineError, match="gone") as caught:
            await anext(reply.parts)
        assert caught.value.retryable

    asyncio.run(scenario())


@pytest.mark.parametrize("heard", [0, 1])
def test_a_reply_that_is_closed_ends_the_english_one(heard: int) -> None:
    async def scenario() -> None:
        english = English(Speak("One moment. Thank you."), Speak(" You are welcome."))
        reply = await PivotDialogue(Dictionary(PAIRS), english, TONGUE).reply(Question("Murakoze."))
        assert reply is not None
        for _ in range(heard):
            await anext(reply.parts)
        assert not english.closed
        await reply.parts.aclose()  # type: ignore[attr-defined]
        assert english.closed
        assert [part async for part in reply.parts] == []

    asyncio.run(scenario())


def test_what_was_said_before_is_known_and_not_translated_back() -> None:
    dictionary = Dictionary(PAIRS)
    english = English(Speak("We open at 8 a.m."))
    # A voice says words; these are what history is made of.
    dialogue = PivotDialogue(dictionary, english, KINYARWANDA)
    heard = kinyarwanda.normalise("Dufungura 08:00.")
    assert "saa mbiri za mu gitondo" in heard

    async def scenario() -> None:
        await parts_of(dialogue, Question("Mufungura ryari?"))
        before = len(dictionary.asked)
        await parts_of(dialogue, Question("Murakoze.", (Exchange("Mufungura ryari?", heard, ("hours",)),)))
        assert dictionary.asked[before:] == [(RW, "Murakoze."), (EN, "We open at 08:00.")]

    asyncio.run(scenario())
    assert english.questions[1] == Question(
        "Thank you.", (Exchange("When do you open?", "We open at 8 a.m.", ("hours",)),)
    )


def test_history_ends_where_it_cannot_be_trusted_and_is_not_longer_than_it_helps() -> None:
    good, bad = Exchange("Murakoze.", "Murakaza neza."), Exchange("Uwo ni nde?", "Murakaza neza.")
    translated = Exchange("Thank you.", "You are welcome.")
    for history, expected in (
        ((good, bad), ()),
        ((bad, good), (translated,)),
        ((good,) * 5, (translated,) * HISTORY_EXCHANGES),
        ((Exchange("Murakoze.", ""),), (Exchange("Thank you.", ""),)),
    ):
        english = English(Speak("One moment."))
        assert told(english, Question("Mufungura ryari?", history)) == [Speak("Mwihangane gato.")]
        assert english.questions[0].history == expected


def test_spoken_numbers_become_figures_before_they_are_translated() -> None:
    tongue = Tongue(RW, EN, plain.normalise, plain.sentences, lambda text: text.replace("saa mbiri", "8:00"))
    dictionary = Dictionary({"Ni 8:00?": "Is it 8:00?", "Murakoze.": "Thank you."})
    english = English(Speak("Thank you."))
    asyncio.run(parts_of(PivotDialogue(dictionary, english, tongue), Question("Ni saa mbiri?")))
    assert english.questions == [Question("Is it 8:00?")]


WORDS = {
    "Umuyobozi": "Who",
    "ni": "is",
    "nde": "director",
    "muri": "The",
    "ofisi": "the",
    "Ofisi": "She",
    "buri": "in",
    "gitondo": "morning",
    "kose": "office",
    "munsi": "every",
}


@pytest.fixture(scope="module")
def translation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return translator(tmp_path_factory.mktemp("models") / "nllb", WORDS)


def test_the_guard_stands_before_the_translation(translation: Path) -> None:
    """A scripted English model, the real guard and a real translator: what is invented is not translated."""
    facts = (
        Fact("The director is Alice Uwase. She is in the office every morning.", ("Who is the director?",)),
    )
    question = Question("Umuyobozi ni ofisi nde?")

    def answer(written: str) -> list[ReplyPart] | None:
        dialogue = CTranslate2Dialogue(Scripted(written), facts)
        model = Translator(TranslationModel(translation, LANGUAGES))
        return asyncio.run(parts_of(PivotDialogue(model, dialogue, TONGUE), question))

    assert answer("The director is Alice Uwase. She is in the office every morning.") == [
        Speak("muri nde ni Alice Uwase."),
        Speak(" Ofisi ni buri ofisi kose munsi gitondo."),
    ]
    assert answer("The director is Peter Mugabo.") is None
    assert answer("[transfer]") == [Do(Act.TRANSFER)]


def test_real_models_end_to_end(translation: Path, tmp_path: Path) -> None:
    """Two models in the published formats, loaded as a bot loads them."""
    chat_model(tmp_path / "qwen", ["The", " director", " is", " Alice", " Uwase", "."])
    knowledge = read_knowledge(
        '[[topics]]\nid = "director"\nquestions = ["Who is the director?"]\n'
        'answer = "The director is Alice Uwase."\n'
    )
    (tmp_path / "nllb").symlink_to(translation)
    table = {
        "model": "nllb",
        "language": RW,
        "english": EN,
        "ctranslate2": {"model": "qwen", "max_tokens": 40},
    }
    pivot = make_dialogue("pivot", tmp_path, knowledge, language="kinyarwanda", pivot=table)
    asked = asyncio.run(parts_of(pivot, Question("Umuyobozi ni ofisi nde?")))
    assert asked == [Speak("muri nde ni Alice Uwase.")]
    assert asyncio.run(parts_of(pivot, Question("Ofisi ni buri ofisi kose?"))) is None


def test_openai_may_be_the_english_dialogue(stand: Far) -> None:
    dictionary = Dictionary(
        {
            "Mufunga ryari?": "When do you close?",
            "Dufungura 8:00.": "We open at eight and close at five.",
        }
    )
    service = stand.service()

    async def scenario() -> list[ReplyPart] | None:
        english = OpenAiDialogue(service, KNOWLEDGE, DEPARTMENTS)
        return await parts_of(PivotDialogue(dictionary, english, TONGUE), Question("Mufunga ryari?"))

    assert using(service, scenario) == [Speak("Dufungura 8:00.")]
    told_to_it = stand.requests("chat")[-1]["body"]["messages"]
    assert told_to_it[-1]["content"] == "When do you close?"
    assert "Kinyarwanda" not in told_to_it[0]["content"]
