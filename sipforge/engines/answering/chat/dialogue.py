"""The dialogue engine `ctranslate2`: a chat model on this host, held to the office's facts.

The model writes, sentence by sentence; only a sentence that follows from the facts (`grounding`; in another
language than English, `quoting`) is said, and the first that does not ends the reply. So it can be trusted
with a caller even where the model cannot.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Final, Protocol

from sipforge.engines.answering.chat.grounding import Fact, Grounds, Verdict
from sipforge.engines.answering.chat.model import ChatModel
from sipforge.engines.answering.chat.quoting import Quotes
from sipforge.engines.answering.chat.template import plain, trimmed
from sipforge.engines.answering.chat.tools import INSTRUCTIONS, read_tool
from sipforge.engines.protocols import Do, Question, Reply, ReplyPart, Speak, Stage
from sipforge.engines.registry import AnsweringNeeds
from sipforge.engines.runtime.streams import Begun
from sipforge.engines.runtime.worker import Worker
from sipforge.text.english import LANGUAGE as ENGLISH
from sipforge.text.english.normalisation import sentences

PROMPT: Final = (
    "You answer the telephone of {office}. Answer the caller with one or two short sentences, as one "
    "speaks, using only the facts. If the facts do not answer the question, say: I do not know."
)
QUOTING_PROMPT: Final = (
    "You answer the telephone of {office}. The caller speaks {language}, and so do you. Answer with one or "
    "two sentences of the facts, word for word. If the facts do not answer the question, write only: -"
)
"""For a language of which the engine knows too little to let the model choose its words."""
FACTS_TOKENS: Final = 600
"""Up to here all facts stand in the prompt, read once; of more, each question brings those closest to it."""
CLOSEST_FACTS: Final = 4
HISTORY_TOKENS: Final = 200
"""What was said before is read anew with each question, some 600 tokens a second."""
MOST_SENTENCES: Final = 2
MOST_WRITTEN: Final = 3
"""Sentences after which a model that has said nothing by then is not heard any longer."""
CONFIDENCE: Final = 0.5
"""What is said is in the facts; that it is what was asked for is not certain."""


def make(needs: AnsweringNeeds) -> CTranslate2Dialogue:
    """See sipforge.engines.registry; in any language but English it says whole sentences of the facts."""
    chat, language = needs.settings.ctranslate2, needs.language
    facts = [Fact(topic.answer, topic.questions) for topic in needs.knowledge.topics]
    prompt, guard = PROMPT, None
    if language is not ENGLISH:
        prompt = QUOTING_PROMPT.replace("{language}", language.name)
        guard = Quotes(facts, language.sentences, language.lexicon)
    return CTranslate2Dialogue(
        ChatModel(needs.models / chat.model, chat.template, chat.threads),
        facts,
        (chat.prompt or prompt).replace("{office}", needs.office),
        chat.max_tokens,
        guard=guard,
        split=language.sentences,
    )


class Guard(Protocol):
    """What holds a model to the facts: `grounding.Grounds` or `quoting.Quotes`."""

    def closest(self, question: str, count: int) -> list[Fact]:
        """The `count` facts that share most with `question`, closest first."""
        ...

    def statement(self, sentence: str) -> str:
        """What `sentence` states, without what may be left out."""
        ...

    def judge(self, sentence: str, question: str) -> Verdict:
        """Whether `sentence`, in answer to `question`, may be said."""
        ...

    def hopeless(self, begun: str, question: str) -> bool:
        """Whether nothing that goes on from `begun`, whose last word may not be whole, may be said."""
        ...


class CTranslate2Dialogue:
    """One chat model for all calls; it answers one caller at a time, since an answer uses all its threads."""

    name = "ctranslate2"

    def __init__(
        self,
        model: ChatModel,
        facts: Sequence[Fact],
        prompt: str = PROMPT,
        max_tokens: int = 80,
        *,
        guard: Guard | None = None,
        split: Callable[[str], list[str]] = sentences,
    ) -> None:
        """Make the model read the prompt, once and for all.

        Args:
            model: the model, which nobody else uses.
            facts: what the office says of itself.
            prompt: who the assistant is and how it answers; the facts and the tools' lines are added to it.
            max_tokens: how much the model may write for one reply.
            guard: holds the model to the facts; None is English.
            split: text → sentences, of the guard's language.

        Raises:
            EngineError: the model failed.
        """
        self._model = model
        self._guard = guard or Grounds(facts)
        self._split = split
        self._max_tokens = max_tokens
        self._worker = Worker(Stage.DIALOGUE, queue_length=4)
        listed = _listed(facts)
        self._choosing = model.count(listed) > FACTS_TOKENS
        self._system = "\n".join([prompt.strip(), INSTRUCTIONS, *([] if self._choosing else [listed])])
        model.prepare(self._system)

    async def reply(self, question: Question) -> Reply | None:
        """What the model says to `question` that the facts bear out, or None; see `Dialogue.reply`.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        parts = self._parts(question)
        try:
            first = await anext(parts)
        except StopAsyncIteration:
            return None
        return Reply(Begun(first, parts), CONFIDENCE, self.name)

    async def _parts(self, question: Question) -> AsyncGenerator[ReplyPart]:
        said: list[str] = []
        written = 0
        async with aclosing(self._sentences(question)) as spoken:
            async for sentence in spoken:
                tool = read_tool(sentence)
                if tool is not None:
                    yield self._checked(tool, question.text)
                    return
                claim = self._guard.statement(sentence)
                verdict = self._guard.judge(claim, question.text)
                # A model that begins to repeat itself goes on repeating itself.
                if verdict is Verdict.REFUSE or claim in said:
                    return
                if verdict is Verdict.SAY:
                    yield Speak(f" {claim}" if said else claim)
                    said.append(claim)
                written += 1
                if len(said) == MOST_SENTENCES or written == MOST_WRITTEN:
                    return

    def _prompt(self, question: Question) -> str:
        text = plain(question.text)
        if self._choosing:
            before = question.history[-1].caller if question.history else ""
            closest = self._guard.closest(f"{before} {text}", CLOSEST_FACTS)
            text = f"{_listed(closest)}\n\nQuestion: {text}"
        history = trimmed(question.history, self._model.count, HISTORY_TOKENS)
        return self._model.template.rest(history, text)

    async def _sentences(self, question: Question) -> AsyncGenerator[str]:
        """Whole sentences as the model writes them, until it begins one that cannot become good.

        Closing it stops the model at its next token.
        """
        prompt = self._prompt(question)
        loop = asyncio.get_running_loop()
        # Never longer than what the model may write, so that its thread need not wait for the caller.
        texts: asyncio.Queue[str | None] = asyncio.Queue()
        stop = threading.Event()

        def on_text(text: str) -> bool:
            if not stop.is_set():
                loop.call_soon_threadsafe(texts.put_nowait, text)
            return stop.is_set()

        work = asyncio.ensure_future(
            self._worker.run(lambda: self._model.write(prompt, self._max_tokens, on_text))
        )
        work.add_done_callback(lambda _: texts.put_nowait(None))
        given, pieces = 0, list[str]()
        try:
            while (text := await texts.get()) is not None:
                pieces = self._pieces(text)
                for sentence in pieces[given:-1]:
                    given += 1
                    yield sentence
                begun = pieces[-1] if pieces else ""
                claim = self._guard.statement(begun)
                if begun and not begun.startswith("[") and self._guard.hopeless(claim, question.text):
                    return
            if await work:
                for sentence in pieces[given:]:
                    yield sentence
        finally:
            stop.set()
            if not work.cancel() and not work.cancelled():
                work.exception()  # seen, so that asyncio does not report it

    def _pieces(self, text: str) -> list[str]:
        """The sentences of what the model has written so far; the last may not be whole yet."""
        lines = (line.strip().removeprefix("- ") for line in text.splitlines())
        return [sentence for line in lines for sentence in self._split(line)]

    def _checked(self, tool: Do, asked: str) -> Do:
        """`tool`, without an extension that nobody named: a model invents numbers, too."""
        named = tool.target in asked or tool.target in self._system
        return tool if named else Do(tool.act, reason=tool.reason)


def _listed(facts: Sequence[Fact]) -> str:
    return "Facts:\n" + "\n".join(f"- {plain(fact.text)}" for fact in facts)
