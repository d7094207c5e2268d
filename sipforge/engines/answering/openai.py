"""Dialogue by a chat model at OpenAI, or at any service that speaks its language. Owns: langchain.

The office's own text is in the prompt, and what the assistant can do is offered to the model as tools. Text
is passed on as it comes; a tool ends the reply, except `office_hours`, whose result the model puts in words.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

# An appliance reports nothing to anybody. LangChain would send every conversation to LangSmith where the
# environment asks for it; this variable goes before all others that could.
os.environ["LANGSMITH_TRACING_V2"] = "false"

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_openai import ChatOpenAI

from sipforge.core.office.extensions import is_user
from sipforge.engines.protocols import Act, Do, Exchange, Question, Reply, ReplyPart, Speak, Stage
from sipforge.engines.registry import AnsweringNeeds
from sipforge.engines.runtime.openai_service import OpenAiService, failures
from sipforge.engines.runtime.streams import closing, within

_ROUNDS: Final = 2
"""Requests for one reply: a second one when the model asked for the office's hours."""


def make(needs: AnsweringNeeds) -> OpenAiDialogue | None:
    """See sipforge.engines.registry."""
    if needs.service is None:
        return None
    known = needs.knowledge.prompt()
    return OpenAiDialogue(needs.service, known, needs.departments, language=needs.language.name)


def transfer(target: str, reason: str) -> None:
    """Connect the caller to a person. Say in a few words that you are connecting them, then call this.

    Args:
        target: A department's name, a person's extension, or empty for the operator.
        reason: Why they call, in a few words, for the colleague.
    """


def take_message(target: str, reason: str) -> None:
    """Let the caller record a message. Say in a few words that they can leave it, then call this.

    Args:
        target: A department's name, a person's extension, or empty for the operator.
        reason: What it is about, in a few words.
    """


def end_call() -> None:
    """End the call, once the caller has said goodbye or needs nothing more. Say goodbye first."""


def office_hours() -> None:
    """What day and time it is at the office now. Call it whenever the answer depends on that."""


_TOOLS: Final = (transfer, take_message, end_call, office_hours)
_ACTS: Final = {"transfer": Act.TRANSFER, "take_message": Act.MESSAGE, "end_call": Act.END}


def prompt(
    persona: str, rules: str, knowledge: str, departments: Mapping[str, str], language: str = "English"
) -> str:
    """What the model is told first; it is the same for every question, so that the service can keep it."""
    parts = [persona, rules]
    if language != "English":
        spoken = f"The caller speaks {language}. Answer in {language}"
        parts.append(f"{spoken}, whatever language these words are in.")
    parts.append(f"What the office knows:\n{knowledge}")
    if departments:
        names = "\n".join(f"- {name} (extension {extension})" for name, extension in departments.items())
        parts.append(f"Departments:\n{names}")
    return "\n\n".join(part.strip() for part in parts)


def recent(history: Sequence[Exchange], characters: int) -> list[Exchange]:
    """The last exchanges that together have at most `characters`."""
    kept: list[Exchange] = []
    for exchange in reversed(history):
        characters -= len(exchange.caller) + len(exchange.assistant)
        if characters < 0:
            break
        kept.insert(0, exchange)
    return kept


class OpenAiDialogue:
    """The dialogue engine `openai`."""

    name = "openai"

    def __init__(
        self,
        service: OpenAiService,
        knowledge: str,
        departments: Mapping[str, str],
        now: Callable[[], datetime] = datetime.now,
        language: str = "English",
    ) -> None:
        """A chat model that knows the office.

        Args:
            service: where the model is.
            knowledge: what the office knows, as text for the prompt.
            departments: name → extension.
            now: the office's local time.
            language: what it answers in, by its English name.
        """
        config = self._config = service.config
        self._guard = service.guard(Stage.DIALOGUE)
        self._departments = {name.casefold(): extension for name, extension in departments.items()}
        self._now = now
        self._prompt = SystemMessage(prompt(config.persona, config.rules, knowledge, departments, language))
        self._model = ChatOpenAI(
            model=config.dialogue_model,
            base_url=config.base_url,
            api_key=lambda: service.key,
            http_async_client=service.http,
            timeout=service.timeout,
            max_retries=0,
            max_completion_tokens=config.reply_tokens,
            reasoning_effort=config.reasoning_effort or None,
            use_responses_api=False,
            stream_usage=False,
            stream_chunk_timeout=0,  # Waiting is measured here, apart for the first token.
        ).bind_tools(_TOOLS)

    async def reply(self, question: Question) -> Reply | None:
        """The model's answer, once its first part is there; None when it gave none.

        Raises:
            EngineError: the service cannot be used now, refused, took too long or broke off.
        """
        parts = self._parts(question)
        first = await anext(parts, None)
        return None if first is None else Reply(_from(first, parts), 1.0, self.name)

    async def _parts(self, question: Question) -> AsyncIterator[ReplyPart]:
        messages = self._messages(question)
        with self._guard.attempt():
            for _ in range(_ROUNDS):
                said: AIMessageChunk | None = None
                async with closing(self._chunks(messages)) as chunks:
                    async for chunk in chunks:
                        said = chunk if said is None else said + chunk
                        if chunk.text:
                            yield Speak(chunk.text)
                calls = said.tool_calls if said is not None else []
                for call in calls:
                    if call["name"] in _ACTS:
                        yield self._act(call["name"], call["args"])
                        return
                if said is None or not calls:
                    return
                messages += [said, *(ToolMessage(self._time(), tool_call_id=call["id"]) for call in calls)]

    async def _chunks(self, messages: Sequence[BaseMessage]) -> AsyncIterator[AIMessageChunk]:
        config = self._config
        stream = within(self._model.astream(messages), config.first_token_seconds, config.next_seconds)
        with failures(Stage.DIALOGUE):
            async with closing(stream):
                async for chunk in stream:
                    if isinstance(chunk, AIMessageChunk):
                        yield chunk

    def _messages(self, question: Question) -> list[BaseMessage]:
        messages: list[BaseMessage] = [self._prompt]
        for exchange in recent(question.history, self._config.history_characters):
            messages += [HumanMessage(exchange.caller), AIMessage(exchange.assistant)]
        return [*messages, HumanMessage(question.text)]

    def _act(self, name: str, arguments: Mapping[str, Any]) -> Do:
        return Do(
            _ACTS[name],
            self._extension(str(arguments.get("target", ""))),
            str(arguments.get("reason", "")),
        )

    def _extension(self, target: str) -> str:
        """The extension that the model means; empty, for the operator, where it named nobody we know."""
        given = target.strip().casefold()
        if given in self._departments:
            return self._departments[given]
        return given if is_user(given) else ""

    def _time(self) -> str:
        return (
            f"At the office it is {self._now():%A, %d %B %Y, %H:%M}. Its hours are in what the office knows."
        )


async def _from(first: ReplyPart, rest: AsyncIterator[ReplyPart]) -> AsyncIterator[ReplyPart]:
    async with closing(rest):
        yield first
        async for part in rest:
            yield part
