"""What the stand-in's chat model says: rules instead of a network, so that every run is the same.

It answers from what follows "What the office knows:" in its prompt, by the words it shares with the question,
and calls the tools that it was offered where a caller asks for what they do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

KNOWLEDGE = "What the office knows:\n"
UNKNOWN = "I am sorry, I do not know that. Shall I connect you to a person?"
_TOOLS = {
    "end_call": re.compile(r"^\W*(good)?bye\b(?!.*\?)|\b(that is all|that's all)\b|\bgoodbye\W*$", re.I),
    "take_message": re.compile(r"\b(take|leave) a message\b", re.I),
    "transfer": re.compile(r"\b(connect me|put me through|speak to|talk to|transfer me)\b", re.I),
    "office_hours": re.compile(r"\b(open now|still open|open today|your hours)\b", re.I),
}
_SAID = {
    "end_call": "Thank you for calling. Goodbye.",
    "take_message": "Of course, please leave your message.",
    "transfer": "I am connecting you.",
    "office_hours": "",
}
_FILLER = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "do",
        "does",
        "can",
        "could",
        "i",
        "you",
        "we",
        "it",
        "of",
        "to",
        "at",
        "in",
        "on",
        "for",
        "what",
        "when",
        "where",
        "how",
        "my",
        "your",
        "our",
    ]
)


@dataclass(frozen=True, slots=True)
class Said:
    """A model's answer: text, a tool call, or both."""

    text: str
    tool: str = ""
    arguments: dict[str, str] = field(default_factory=dict)

    @property
    def tokens(self) -> list[str]:
        return re.findall(r"\s*\S+", self.text)


def answer(messages: Sequence[dict[str, Any]], tools: Iterable[str]) -> Said:
    """What the model says to `messages`, being offered `tools` by name."""
    prompt = "\n".join(_text(message) for message in messages if message["role"] in {"system", "developer"})
    asked = next(_text(message) for message in reversed(messages) if message["role"] == "user")
    if messages[-1]["role"] != "tool":
        for tool in tools:
            if tool in _TOOLS and _TOOLS[tool].search(asked):
                return Said(_SAID[tool], tool, _arguments(tool, asked, prompt))
    return Said(_known(asked, prompt))


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _arguments(tool: str, asked: str, prompt: str) -> dict[str, str]:
    if tool not in {"transfer", "take_message"}:
        return {}
    names = re.findall(r"^- (.+?) \(extension", prompt, re.M)
    extension = re.search(r"\b1\d{3}\b", asked)
    named = [name for name in names if name.casefold() in asked.casefold()]
    target = extension[0] if extension else named[0] if named else ""
    return {"target": target, "reason": asked}


def _known(asked: str, prompt: str) -> str:
    """The line of what the office knows that shares most with `asked`, less the question it begins with."""
    lines = prompt.partition(KNOWLEDGE)[2].splitlines()
    words = _words(asked)
    shared = [len(words & _words(line)) for line in lines]
    if not any(shared):
        return UNKNOWN
    place = shared.index(max(shared))
    line = lines[place]
    if line.rstrip().endswith("?") and place + 1 < len(lines):
        line = lines[place + 1]
    return re.sub(r"^.*\?\s*|^[-*]\s*|^\w+:\s*", "", line).strip() or UNKNOWN


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.casefold())) - _FILLER


def tool_calls(said: Said, call_id: str) -> list[dict[str, Any]]:
    """The tool call as a whole message holds it."""
    if not said.tool:
        return []
    function = {"name": said.tool, "arguments": json.dumps(said.arguments)}
    return [{"id": call_id, "type": "function", "function": function}]


def deltas(said: Said, call_id: str) -> list[dict[str, Any]]:
    """The answer as a stream holds it: the role, each token, the tool's name, its arguments in pieces."""
    pieces: list[dict[str, Any]] = [
        {"role": "assistant", "content": "" if said.text else None, "refusal": None}
    ]
    pieces += [{"content": token} for token in said.tokens]
    if said.tool:
        begun = {
            "index": 0,
            "id": call_id,
            "type": "function",
            "function": {"name": said.tool, "arguments": ""},
        }
        pieces.append({"tool_calls": [begun]})
        arguments = json.dumps(said.arguments)
        for start in range(0, len(arguments), 8):
            part = {"index": 0, "function": {"arguments": arguments[start : start + 8]}}
            pieces.append({"tool_calls": [part]})
    return pieces
