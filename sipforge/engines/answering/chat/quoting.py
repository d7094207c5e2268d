"""Whether a sentence that a language model wrote is the office's own, word for word. Pure, for any language.

`grounding` knows which English sentences follow from a fact. Of a language whose negations, numbers and
forms nothing is known, no such thing can be told; so there a model chooses what of the facts answers a
question, and may say whole sentences of them and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from sipforge.engines.answering.chat.grounding import Fact, Verdict
from sipforge.text.lexicon import PLAIN, Lexicon
from sipforge.text.plain import words

_RELEVANT: Final = 0.5
"""More than this part of what the question is about must be in the fact, as in `grounding`."""


class Quotes:
    """The facts' sentences, ready for checking."""

    def __init__(
        self, facts: Iterable[Fact], sentences: Callable[[str], list[str]], lexicon: Lexicon = PLAIN
    ) -> None:
        """`sentences` and `lexicon` are the language's."""
        self._lexicon = lexicon
        self._facts = tuple(facts)
        self._sayings = [{tuple(words(each)) for each in sentences(fact.text)} for fact in self._facts]
        self._about = [self._content(". ".join([fact.text, *fact.about])) for fact in self._facts]

    def closest(self, question: str, count: int) -> list[Fact]:
        """The `count` facts that share most with `question`, closest first."""
        asked = self._content(question)
        order = sorted(range(len(self._facts)), key=lambda index: -len(asked & self._about[index]))
        return [self._facts[index] for index in order[:count]]

    def judge(self, sentence: str, question: str) -> Verdict:
        """Whether `sentence`, in answer to `question`, may be said."""
        said = tuple(words(sentence))
        return Verdict.SAY if said and self._answers(said, question, whole=True) else Verdict.REFUSE

    def hopeless(self, begun: str, question: str) -> bool:
        """Whether nothing that goes on from `begun`, whose last word may not be whole, may be said."""
        said = tuple(words(begun.rpartition(" ")[0]))
        return not self._answers(said, question, whole=False)

    def statement(self, sentence: str) -> str:
        """`sentence`, of which every word counts."""
        return sentence.strip()

    def _answers(self, said: tuple[str, ...], question: str, *, whole: bool) -> bool:
        asked = self._content(question)
        return any(
            saying == said if whole else saying[: len(said)] == said
            for sayings, about in zip(self._sayings, self._about, strict=True)
            if asked and len(asked & about) > _RELEVANT * len(asked)
            for saying in sayings
        )

    def _content(self, text: str) -> set[str]:
        lexicon = self._lexicon
        return {lexicon.stem(word) for word in words(text) if word not in lexicon.function}
