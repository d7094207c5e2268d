"""The dialogue engine `answers`: the office's own written answers, offline and at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from sipforge.engines.answers_heard import AnswersPhrases, Heard
from sipforge.engines.answers_plan import Plan, Planner
from sipforge.engines.knowledge import Knowledge, Topic, load_knowledge, read_knowledge
from sipforge.engines.protocols import Alternative, Question, Reply, Speak
from sipforge.text.lexicon import PLAIN, Lexicon
from sipforge.text.plain import words

__all__ = ["AnswersDialogue", "AnswersPhrases", "Knowledge", "load_knowledge", "read_knowledge"]

MISHEARD: Final = 0.7
"""How much a doubtful recognition takes from the fit, as an exponent of its confidence."""
TRUSTED: Final = 0.6
"""What must be left of the fit: what was hardly understood must fit wholly."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What makes an answer likely enough after some further looks at an utterance."""

    trusted: float
    """As `TRUSTED`."""
    share: float
    """Least probability, in each look, of the alternatives that have the same answer together."""


EVIDENCE: Final = (Evidence(TRUSTED, 0.3), Evidence(0.5, 0.15))
"""After one look, after two. WHERE.
"""
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
        return self._reply(self._trusted(question, question.text, question.confidence, TRUSTED))

    async def weigh(self, question: Question, looks: Sequence[Sequence[Alternative]]) -> Reply | None:
        """The written answers to what `question` probably was; see `sipforge.engines.protocols.Weighing`."""
        heard, plan = self._weighed(question, looks)
        return self._reply(plan, heard)

    def _reply(self, plan: Plan, heard: str = "") -> Reply | None:
        said = self._words(plan)
        return Reply(_parts(said), plan.fit, self.name, heard) if said else None

    def _trusted(self, question: Question, text: str, confidence: float, trusted: float) -> Plan:
        """The plan for `text`, empty where it fits too little for how surely it was recognised."""
        plan = self._planner.plan(text, question.history)
        return plan if plan.fit * confidence**MISHEARD >= trusted else Plan()

    def _weighed(self, question: Question, looks: Sequence[Sequence[Alternative]]) -> tuple[str, Plan]:
        """The likeliest answer, if it is likely enough, and the likeliest alternative that has it."""
        evidence = EVIDENCE[min(len(looks), len(EVIDENCE)) - 1]
        first = self._sounds(question.text)
        shares: list[dict[tuple[Topic, ...], float]] = []
        found: dict[tuple[Topic, ...], tuple[str, Plan]] = {}
        for look in looks:
            shares.append(defaultdict(float))
            for one in look:
                plan = self._trusted(question, one.text, one.confidence, evidence.trusted)
                alike = SequenceMatcher(None, self._sounds(one.text), first, autojunk=False).ratio()
                if plan.topics and alike >= SOUNDS:
                    shares[-1][plan.topics] += one.share
                    found.setdefault(plan.topics, (one.text, plan))
        least = {topics: min(share[topics] for share in shares) for topics in found}
        best = max(least, key=lambda topics: least[topics], default=())
        return found[best] if least.get(best, 0.0) >= evidence.share else ("", Plan())

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
