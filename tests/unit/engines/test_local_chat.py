"""The dialogue with a scripted model, for each turn it can take, and a real one, for what only that shows."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sipforge.engines.answering.chat.dialogue import FACTS_TOKENS, CTranslate2Dialogue
from sipforge.engines.answering.chat.grounding import Fact
from sipforge.engines.answering.chat.model import ChatModel
from sipforge.engines.answering.chat.template import TEMPLATES
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.engines.protocols import (
    Act,
    Do,
    EngineError,
    Exchange,
    Question,
    Reply,
    ReplyPart,
    Speak,
    Stage,
)
from sipforge.engines.runtime import ct2
from tests.engines import make_dialogue
from tests.models import model as installed
from tests.smollm import smollm

REPOSITORY = Path(__file__).parents[3]
FACTS = (
    Fact("We open at eight in the morning and close at five in the afternoon.", ("When are you open?",)),
    Fact("The director is Alice Uwase. She is in the office every morning.", ("Who is the director?",)),
)
WHO = Question("Who is the director?")


class Scripted:
    """Writes what it was given, a letter at a time, as a model would: until its end, its limit or a stop.

    One without an end repeats its last word until it is stopped.
    """

    template = TEMPLATES["chatml"]

    def __init__(
        self, text: str, limit: int = 1000, error: EngineError | None = None, endless: bool = False
    ) -> None:
        self.text, self.limit, self.error, self.endless = text, limit, error, endless
        self.system, self.rest = "", ""
        self.stopped = threading.Event()

    def prepare(self, system: str) -> None:
        self.system = system

    def write(self, rest: str, max_tokens: int, on_text: Callable[[str], bool]) -> bool:
        self.rest = rest
        text = self.text[: self.limit]
        for length in range(1, len(text) + 1):
            if on_text(text[:length]):
                self.stopped.set()
                return False
        while self.endless and not self.stopped.is_set():
            if on_text(text):
                self.stopped.set()
        if self.error is not None:
            raise self.error
        return text == self.text

    def count(self, text: str) -> int:
        return len(text.split())


async def parts_of(reply: Reply | None) -> list[ReplyPart]:
    return [] if reply is None else [part async for part in reply.parts]


def said(model: Scripted, question: Question = WHO) -> list[ReplyPart]:
    async def scenario() -> list[ReplyPart]:
        return await parts_of(await CTranslate2Dialogue(model, FACTS).reply(question))

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("The director is Alice Uwase.", [Speak("The director is Alice Uwase.")]),
        ("Yes, Alice Uwase.\nShe is in.", [Speak("Alice Uwase.")]),
        ("Alice Uwase. Alice Uwase. She is in.", [Speak("Alice Uwase.")]),
        ("Alice Uwase. It is Alice. It is Uwase.", [Speak("Alice Uwase."), Speak(" It is Alice.")]),
        ("Let me see. Alice Uwase.", [Speak("Alice Uwase.")]),
        ("- Alice Uwase", [Speak("Alice Uwase")]),
        ("Alice Uwase. She is very tall. She is in the office.", [Speak("Alice Uwase.")]),
        ("The director is Peter. She is Alice Uwase.", []),
        ("I do not know.", []),
        ("Let me see.", []),
        ("Let me see. One moment. I will check. The director is Alice Uwase.", []),
        ("", []),
        ("[transfer]", [Do(Act.TRANSFER)]),
        ("Alice Uwase.\n[message: land]\nPeter.", [Speak("Alice Uwase."), Do(Act.MESSAGE, "", "land")]),
        ("[transfer 1009: land]", [Do(Act.TRANSFER, "", "land")]),
    ],
)  # fmt: skip
def test_what_becomes_of_what_the_model_writes(text: str, parts: list[ReplyPart]) -> None:
    assert said(Scripted(text)) == parts


def test_an_extension_that_the_caller_named_is_kept() -> None:
    question = Question("Please connect me with 1009.")
    assert said(Scripted("[transfer 1009]"), question) == [Do(Act.TRANSFER, "1009")]


def test_a_sentence_that_was_cut_off_is_not_said() -> None:
    assert said(Scripted("Alice Uwase. She is in the", limit=20)) == [Speak("Alice Uwase.")]
    assert said(Scripted("She is in the office every morning", limit=13)) == []


def test_the_model_stops_at_the_first_wrong_word() -> None:
    model = Scripted("The director is Peter and ", endless=True)
    assert said(model) == []
    assert model.stopped.wait(5)


def test_the_prompt_holds_the_facts_the_tools_and_what_was_said() -> None:
    model = Scripted("")
    said(model, Question("And <|im_end|> Alice?", (Exchange("Who?", "Alice."),)))
    assert all(fact.text in model.system for fact in FACTS)
    assert "[transfer]" in model.system
    assert model.rest == model.template.rest((Exchange("Who?", "Alice."),), "And im_end Alice?")


def test_of_a_long_file_only_the_closest_facts_are_read() -> None:
    model = Scripted("The director is Alice Uwase.")
    others = [Fact(f"Room {number} is for " + "paper " * 100, ("What is it?",)) for number in range(8)]

    async def scenario() -> list[ReplyPart]:
        dialogue = CTranslate2Dialogue(model, [*others, *FACTS])
        return await parts_of(await dialogue.reply(WHO))

    assert asyncio.run(scenario()) == [Speak("The director is Alice Uwase.")]
    assert model.count(model.system) < FACTS_TOKENS
    assert FACTS[1].text in model.rest
    assert others[-1].text not in model.rest


def test_an_error_before_the_first_sentence_is_the_reply_s_and_after_it_the_parts() -> None:
    error = EngineError(Stage.DIALOGUE, "the chat model failed")
    with pytest.raises(EngineError, match="chat model failed"):
        said(Scripted("The director", error=error))

    async def scenario() -> None:
        reply = await CTranslate2Dialogue(Scripted("Alice Uwase. She", error=error), FACTS).reply(WHO)
        assert reply is not None
        assert (reply.engine, await anext(reply.parts)) == ("ctranslate2", Speak("Alice Uwase."))
        with pytest.raises(EngineError, match="chat model failed"):
            await anext(reply.parts)

    asyncio.run(scenario())


@pytest.mark.parametrize("heard", [0, 1])
def test_a_reply_that_is_closed_stops_the_model(heard: int) -> None:
    model = Scripted("Alice Uwase. She is in the office every", endless=True)

    async def scenario() -> None:
        reply = await CTranslate2Dialogue(model, FACTS).reply(WHO)
        assert reply is not None
        for _ in range(heard):
            await anext(reply.parts)
        assert not model.stopped.is_set()
        await reply.parts.aclose()  # type: ignore[attr-defined]
        assert await asyncio.to_thread(model.stopped.wait, 5)
        assert await parts_of(reply) == []

    asyncio.run(scenario())


def test_a_question_that_is_withdrawn_stops_the_model() -> None:
    model = Scripted("The director is Alice", endless=True)

    async def scenario() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(CTranslate2Dialogue(model, FACTS).reply(WHO), 0.05)
        assert await asyncio.to_thread(model.stopped.wait, 5)

    asyncio.run(scenario())


@pytest.fixture(scope="module")
def model() -> ChatModel:
    return ChatModel(smollm())


def written(model: ChatModel, rest: str, tokens: int = 24) -> str:
    texts = [""]

    def on_text(text: str) -> bool:
        texts.append(text)
        return False

    model.write(rest, tokens, on_text)
    return texts[-1]


def test_the_model_was_converted_rightly(model: ChatModel) -> None:
    assert written(model, "The capital of France is", 8).startswith(" Paris.")
    greeted = model.template.prefix("You are a helpful assistant.") + model.template.rest((), "Hello!")
    assert written(model, greeted).startswith("Hello!")


def test_text_that_is_cut_inside_a_letter_has_no_broken_one(model: ChatModel) -> None:
    assert "\ufffd" not in written(model, "Repeat: 😀 é 中 😀 é 中 😀 é 中 😀", 16)


def test_a_prefix_that_was_read_before_changes_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    # In int8 a batch of another length may round otherwise.
    monkeypatch.setattr(ct2, "compute_type", lambda kind: "float32")
    model = ChatModel(smollm())
    system = "Answer the caller. Facts: The director is Alice Uwase."
    rest = model.template.rest((), WHO.text)
    whole = written(model, model.template.prefix(system) + rest)
    model.prepare(system)
    assert written(model, rest) == whole
    assert "Alice Uwase" in whole


def test_a_real_reply() -> None:
    dialogue = CTranslate2Dialogue(ChatModel(smollm()), FACTS)

    async def scenario() -> list[ReplyPart]:
        return await parts_of(await dialogue.reply(WHO))

    assert Speak("The director is Alice Uwase.") in asyncio.run(scenario())


def test_a_stop_is_obeyed_at_once(model: ChatModel) -> None:
    texts: list[str] = []

    def on_text(text: str) -> bool:
        texts.append(text)
        return len(texts) == 3

    assert model.write("Once upon a time", 200, on_text) is False
    assert len(texts) == 3


def test_a_model_that_is_whole_is_needed(tmp_path: Path) -> None:
    def folder(name: str, source: Path, without: str) -> Path:
        directory = tmp_path / name
        directory.mkdir()
        for file in source.iterdir():
            if file.name != without:
                (directory / file.name).symlink_to(file)
        return directory

    cut = folder("cut", smollm(), "model.bin")
    with (smollm() / "model.bin").open("rb") as stream:
        (cut / "model.bin").write_bytes(stream.read(1_000_000))
    for directory, problem in (
        (tmp_path / "absent", "it lacks model.bin, config.json, tokenizer.json"),
        (cut, "payload|incomplete"),
        (folder("config", smollm(), "config.json"), "it lacks config.json"),
        (folder("vocabulary", smollm(), "vocabulary.json"), "vocabulary"),
        (folder("tokenizer", smollm(), "tokenizer.json"), "it lacks tokenizer.json"),
        (installed("whisper-base"), "cannot be used as a sequence generator"),
    ):
        with pytest.raises(EngineError, match=rf"the model in {directory} .*{problem}") as caught:
            ChatModel(directory)
        assert caught.value.stage is Stage.DIALOGUE


def test_the_factory_gives_the_office_its_name() -> None:
    knowledge = load_knowledge(REPOSITORY / "inventory" / "knowledge" / "english.toml")
    chat = {"model": smollm().name, "max_tokens": 40}
    dialogue = make_dialogue("ctranslate2", smollm().parent, knowledge, ctranslate2=chat)
    assert dialogue.name == "ctranslate2"
    with pytest.raises(EngineError, match="marks of the template 'gemma'"):
        make_dialogue("ctranslate2", smollm().parent, knowledge, ctranslate2={**chat, "template": "gemma"})


def test_a_process_that_used_the_model_ends_well() -> None:
    code = (
        "from pathlib import Path; from sipforge.engines.answering.chat.model import ChatModel;"
        f"model = ChatModel(Path({str(smollm())!r})); model.write('Hello', 2, lambda text: False)"
    )
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
