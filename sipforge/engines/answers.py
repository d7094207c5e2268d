"""The dialogue engine `answers`: the office's own written answers, offline and at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from sipforge.engines.answers_heard import AnswersPhrases, Heard
from sipforge.engines.answers_plan import Plan, Planner
from sipforge.engines.knowledge import Knowledge, load_knowledge, read_knowledge
from sipforge.engines.protocols import Question, Reply, Speak
from sipforge.text.lexicon import PLAIN, Lexicon

__all__ = ["AnswersDialogue", "AnswersPhrases", "Knowledge", "load_knowledge", "read_knowledge"]


MISHEARD: Final = 0.3
"""How much a doubtful recognition takes from the fit, as an exponent of its confidence."""
TRUSTED: Final = 0.66
"""What must be left of the fit: a question that was hardly understood must fit nearly wholly."""


class AnswersDialogue:
    """The dialogue engine `answers`."""

    name = "answers"

    def __init__(
        self, knowledge: Knowledge, phrases: AnswersPhrases | None = None, lexicon: Lexicon = PLAIN
    ) -> None:
        """`phrases`: what it says besides answers; without, it neither asks back nor owns up to a part."""
        self._phrases = phrases or AnswersPhrases()
        heard = Heard(knowledge, self._phrases)
        self._planner = Planner(knowledge, lexicon, heard, asks_back=bool(self._phrases.ask))

    async def reply(self, question: Question) -> Reply | None:
        """The written answers to `question`, or None when no topic surely fits."""
        plan = self._planner.plan(question.text, question.history)
        if plan.fit * question.confidence**MISHEARD < TRUSTED:
            return None
        said = self._words(plan)
        return Reply(_parts(said), plan.fit, self.name) if said else None

    def _words(self, plan: Plan) -> str:
        said = [topic.answer for topic in plan.topics]
        if plan.rest and said:
            said.append(self._phrases.rest)
        if plan.between:
            first, second = (topic.title for topic in plan.between)
            said.append(self._phrases.ask.format(first=first, second=second))
        return " ".join(filter(None, said))


async def _parts(text: str) -> AsyncIterator[Speak]:
    yield Speak(text)
