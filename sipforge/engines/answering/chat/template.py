"""How a conversation is written down for a chat model: each family of models was trained on marks of its own.

Pure. A conversation is `begin` (with the system's text, up to where the caller's first words go), what the
caller said, `answer`, what the assistant said, `next`, what the caller said, `answer`, and so on. The marks
are facts published with the models; a Jinja template, which models carry too, is a program, and is not run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sipforge.engines.protocols import EngineError, Exchange, Stage

_SYSTEM: Final = "{system}"
_MARKS: Final = re.compile(r"[<>|\[\]{}\s]+")


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """The marks of one family of models."""

    begin: str
    """Holds {system} once."""
    answer: str
    """Between what the caller said and the assistant's answer."""
    next: str
    """Between the assistant's answer and what the caller said next."""
    ends: tuple[str, ...]
    """Tokens with which the model ends its answer; the first one tells the family."""

    def prefix(self, system: str) -> str:
        """What every conversation with this system text begins with."""
        return self.begin.replace(_SYSTEM, system.strip())

    def rest(self, history: Sequence[Exchange], text: str) -> str:
        """What follows the prefix: what was said before, oldest first, and what the caller now says."""
        before = "".join(
            f"{plain(each.caller)}{self.answer}{plain(each.assistant)}{self.next}" for each in history
        )
        return f"{before}{text}{self.answer}"


TEMPLATES: Final = {
    "chatml": ChatTemplate(
        "<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n",
        "<|im_end|>\n<|im_start|>assistant\n",
        "<|im_end|>\n<|im_start|>user\n",
        ("<|im_end|>", "<|endoftext|>"),
    ),
    "llama3": ChatTemplate(
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n{system}<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\n",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
        ("<|eot_id|>", "<|end_of_text|>"),
    ),
    # Gemma has no system role; its first words from the user take the place.
    "gemma": ChatTemplate(
        "<bos><start_of_turn>user\n{system}\n\n",
        "<end_of_turn>\n<start_of_turn>model\n",
        "<end_of_turn>\n<start_of_turn>user\n",
        ("<end_of_turn>", "<eos>"),
    ),
    "phi3": ChatTemplate(
        "<|system|>\n{system}<|end|>\n<|user|>\n",
        "<|end|>\n<|assistant|>\n",
        "<|end|>\n<|user|>\n",
        ("<|end|>", "<|endoftext|>"),
    ),
    "zephyr": ChatTemplate(
        "<|system|>\n{system}</s>\n<|user|>\n", "</s>\n<|assistant|>\n", "</s>\n<|user|>\n", ("</s>",)
    ),
}


def choose(name: str, has_token: Callable[[str], bool]) -> ChatTemplate:
    """The template called `name`; for "auto", the one whose first end token the model has.

    Raises:
        EngineError: there is none of that name, or the model lacks its end token.
    """
    if name != "auto" and name not in TEMPLATES:
        raise EngineError(
            Stage.DIALOGUE, f"there is no chat template {name!r}: one of {', '.join(TEMPLATES)}"
        )
    candidates = TEMPLATES.values() if name == "auto" else [TEMPLATES[name]]
    for template in candidates:
        if has_token(template.ends[0]):
            return template
    raise EngineError(Stage.DIALOGUE, f"the chat model does not know the marks of the template {name!r}")


def plain(text: str) -> str:
    """`text` without anything that a model could take for a mark, so that nobody can speak as the system."""
    return _MARKS.sub(" ", text).strip()


def trimmed(history: Sequence[Exchange], tokens: Callable[[str], int], budget: int) -> tuple[Exchange, ...]:
    """The latest of `history` that fit into `budget` tokens together, oldest first."""
    kept: list[Exchange] = []
    for each in reversed(history):
        budget -= tokens(plain(each.caller)) + tokens(plain(each.assistant))
        if budget < 0:
            break
        kept.append(each)
    return tuple(reversed(kept))
