"""A chat model in CTranslate2's format that writes token by token and stops when it is told to.

What every conversation begins with is computed once and kept in the model; then only what is new is read.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from sipforge.engines.answering.chat import template as chat_template
from sipforge.engines.protocols import EngineError, Stage
from sipforge.engines.runtime import ct2

_SAME: Final = 0.95
"""Share of the tokenizer's tokens that must have the same number in the model."""


class ChatModel:
    """A language model trained for conversation; its methods block, from any thread, one at a time."""

    def __init__(self, directory: Path, template: str = "auto", threads: int = 1) -> None:
        """Load the model in `directory`, trained on the chat template called `template`.

        Raises:
            EngineError: a file is missing or broken, or of another model, or the model does not know the
                template's marks.
        """
        generator, self._tokenizer = ct2.load(Stage.DIALOGUE, "Generator", directory, threads)
        self._check(ct2.vocabulary(Stage.DIALOGUE, directory), directory)
        # Its threads keep the last callback; unless they end before Python does, the process aborts.
        self._generator: list[Any] = [generator]
        weakref.finalize(self, self._generator.clear)
        self.template = chat_template.choose(
            template, lambda token: self._tokenizer.token_to_id(token) is not None
        )
        self._ends = [token for token in self.template.ends if self._tokenizer.token_to_id(token) is not None]
        self._prefix = ""
        self._prefix_tokens: list[str] = []

    def prepare(self, system: str) -> None:
        """Read `system`, with which every conversation begins from now on, and keep what came of it."""
        self._prefix = self.template.prefix(system)
        self._prefix_tokens = self._tokens(self._prefix)
        self.write(self.template.rest((), "."), 1, lambda text: False)

    def write(self, rest: str, max_tokens: int, on_text: Callable[[str], bool]) -> bool:
        """Go on from the prefix and `rest`.

        Args:
            rest: what follows the prefix, ending where the assistant's answer begins.
            max_tokens: how long the answer may become.
            on_text: given the answer so far after each token, in the model's thread; returns True to stop.

        Returns:
            Whether the answer came to its end, rather than to `max_tokens` or to a stop.

        Raises:
            EngineError: the model failed.
        """
        ids: list[int] = []
        ended = False

        def on_token(step: Any) -> bool:
            nonlocal ended
            ended = bool(step.is_last) and step.token in self._ends
            if not ended:
                ids.append(step.token_id)
            # A letter of which only some bytes are there shows as U+FFFD, at the end alone.
            return on_text(self._tokenizer.decode(ids).rstrip("\ufffd"))

        tokens = self._tokens(self._prefix + rest)
        # The model's thread keeps the callback for a while. If that held this object, the thread might be the
        # one that ends the model, and with it itself, which aborts the process.
        active = [on_token]

        def callback(step: Any) -> bool:
            return active[0](step)

        # Where the texts' border is not one of tokens, too, all is read anew: slow, and still right.
        known = self._prefix_tokens if tokens[: len(self._prefix_tokens)] == self._prefix_tokens else []
        try:
            self._generator[0].generate_batch(
                [tokens[len(known) :]],
                static_prompt=known or None,
                cache_static_prompt=True,
                max_length=max_tokens,
                beam_size=1,
                include_prompt_in_result=False,
                end_token=self._ends,
                callback=callback,
            )
        except (RuntimeError, ValueError) as error:
            raise EngineError(Stage.DIALOGUE, "the chat model failed") from error
        finally:
            active.clear()
        return ended

    def count(self, text: str) -> int:
        """How many tokens `text` is."""
        return len(self._tokens(text))

    def _check(self, vocabulary: Sequence[str], directory: Path) -> None:
        """That the tokenizer is of this model: both would load, and what the model then wrote be nonsense."""
        tokens = self._tokenizer.get_vocab()
        same = sum(vocabulary[number : number + 1] == [token] for token, number in tokens.items())
        if same < _SAME * len(tokens):
            raise EngineError(
                Stage.DIALOGUE,
                f"the model in {directory} cannot be loaded: its tokenizer.json is another model's",
            )

    def _tokens(self, text: str) -> list[str]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).tokens)
