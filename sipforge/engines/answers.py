"""The dialogue engine `answers`: the office's own written answers, offline and at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from difflib import SequenceMatcher
from typing import Final

from sipforge.engines.answers_heard import AnswersPhrases, Heard
from sipforge.engines.answers_plan import Plan, Planner
from sipforge.engines.knowledge import Knowledge, Topic, load_knowledge, read_knowledge
from sipforge.engines.protocols import Question, Reply, Speak
from sipforge.text.lexicon import PLAIN, Lexicon
from sipforge.text.plain import words

__all__ = ["AnswersDialogue", "AnswersPhrases", "Knowledge", "load_knowledge", "read_knowledge"]

MISHEARD: Final = 0.7
"""How much a doubtful recognition takes from the fit, as an exponent of its confidence."""
TRUSTED: Final = 0.6
"""What must be left of the fit: what was hardly understood must fit wholly. This and the next two were chosen
on 432 questions with an answer and 240 without, in five voices over the telephone band; of 250 others 207
were answered right and 1 wrong, and 13 of 300 without an answer were answered."""
SHARE: Final = 0.3
"""Least probability that the alternatives which have the same answer must have together."""
SOUNDS: Final = 0.65
"""How much an alternative must sound like what was first recognised (difflib's ratio of the sounds): the
recogniser may put into a noise what such callers say."""


class AnswersDialogue:
    """The dialogue engine `answers`."""

    name = "answers"

    def __init__(
        self, knowledge: Knowledge, phrases: AnswersPhrases | None = None, lexicon: Lexicon = PLAIN
    ) -> None:
        """`phrases`: what it says besides answers; without, it neither asks back nor owns up to a part."""
        self._phrases = phrases or AnswersPhrases()
        heard = Heard(knowledge, self._phrases)
        self._lexicon = lexicon
        self._planner = Planner(knowledge, lexicon, heard, asks_back=bool(self._phrases.ask))

    async def reply(self, question: Question) -> Reply | None:
        """The written answers to `question`, or None when no topic surely fits."""
        if question.alternatives:
            heard, plan = self._weighed(question)
        else:
            heard, plan = "", self._trusted(question, question.text, question.confidence)
        said = self._words(plan)
        return Reply(_parts(said), plan.fit, self.name, heard) if said else None

    def _trusted(self, question: Question, text: str, confidence: float) -> Plan:
        """The plan for `text`, empty where it fits too little for how surely it was recognised."""
        plan = self._planner.plan(text, question.history)
        return plan if plan.fit * confidence**MISHEARD >= TRUSTED else Plan()

    def _weighed(self, question: Question) -> tuple[str, Plan]:
        """The likeliest answer, if it is likely enough, and the likeliest alternative that has it."""
        first = self._sounds(question.text)
        share: dict[tuple[Topic, ...], float] = defaultdict(float)
        found: dict[tuple[Topic, ...], tuple[str, Plan]] = {}
        for one in question.alternatives:
            plan = self._trusted(question, one.text, one.confidence)
            alike = SequenceMatcher(None, self._sounds(one.text), first, autojunk=False).ratio()
            if plan.topics and alike >= SOUNDS:
                share[plan.topics] += one.share
                found.setdefault(plan.topics, (one.text, plan))
        best = max(share, key=lambda topics: share[topics], default=())
        return found[best] if share.get(best, 0.0) >= SHARE else ("", Plan())

    def _sounds(self, text: str) -> str:
        return " ".join(filter(None, map(self._lexicon.sound, words(text))))

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
