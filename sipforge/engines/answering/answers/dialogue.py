"""The dialogue engine `answers`: the office's own written answers, offline and at once."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from sipforge.core.messages.events import OFFERED, TOPICS
from sipforge.engines.answering.answers.phrases import AnswersPhrases
from sipforge.engines.answering.answers.plan import Plan, Planner
from sipforge.engines.answering.knowledge import Knowledge, Topic
from sipforge.engines.answering.meaning.decision import (
    END_WORDS,
    TALK_WORDS,
    Evidence,
    decide,
    probabilities,
)
from sipforge.engines.answering.meaning.nearness import Near
from sipforge.engines.answering.meaning.topics import Topics
from sipforge.engines.protocols import Alternative, EngineError, Guess, Question, Reply, Speak
from sipforge.engines.registry import ENCODING, AnsweringNeeds
from sipforge.text.lexicon import PLAIN, Lexicon
from sipforge.text.plain import words

_log = logging.getLogger(__name__)

MISHEARD: Final = 0.7
"""How much a doubtful recognition takes from the fit, as an exponent of its confidence."""
TRUSTED: Final = 0.6
"""What must be left of the fit: what was hardly understood must fit wholly."""


def make(needs: AnsweringNeeds) -> AnswersDialogue:
    """See sipforge.engines.registry. An encoder that is not there costs understanding, never the service."""
    meaning = needs.settings.meaning
    topics = None
    if meaning.model:
        try:
            encoder = ENCODING[meaning.engine].make(needs.models / meaning.model)
            if encoder is not None:
                language = needs.language
                topics = Topics(encoder, needs.knowledge, language.background, language.lexicon, needs.cache)
        except EngineError as error:
            _log.warning("questions are understood by their words alone: %s", error)
    return AnswersDialogue(
        needs.knowledge, needs.phrases, needs.language.lexicon, topics, opening=needs.opening
    )


@dataclass(frozen=True, slots=True)
class Likely:
    """What makes an answer likely enough after some further looks at an utterance."""

    trusted: float
    """As `TRUSTED`."""
    share: float
    """Least probability, in each look, of the alternatives that have the same answer together."""


LIKELY: Final = (Likely(TRUSTED, 0.3), Likely(0.5, 0.12))
"""After one look, after two. These, and the two before, were chosen on 531 questions with an answer and 210
without, in three voices over the telephone: 473 were answered right, and 8 of those without an answer were
answered. Of 462 others 415 were answered right, and 7 of 330 without. A third look brought nothing."""
SOUNDS: Final = 0.65
"""How much an alternative must sound like what was first recognised (difflib's ratio of the sounds): the
recogniser may put into a noise what such callers say."""


@dataclass(frozen=True, slots=True)
class _Rated:
    """An alternative and what it would come to."""

    text: str
    share: float
    plan: Plan
    worth: float


class AnswersDialogue:
    """The dialogue engine `answers`."""

    name = "answers"

    def __init__(
        self,
        knowledge: Knowledge,
        phrases: AnswersPhrases | None = None,
        lexicon: Lexicon = PLAIN,
        meaning: Topics | None = None,
        *,
        opening: Callable[[str, str], str] = lambda hours, question: "",
    ) -> None:
        """Make a knowledge file ready.

        Args:
            knowledge: the file.
            phrases: what is said besides answers; without, nobody is asked back nor owned up to a part.
            lexicon: of its language.
            meaning: the file's topics, as a sentence encoder sees them; None: the words alone decide.
            opening: what is said of opening hours at this moment, by their name and the question.
        """
        self._phrases = phrases or AnswersPhrases()
        self._lexicon = lexicon
        self._meaning = meaning
        self._opening = opening
        self._topics = knowledge.topics
        self._planner = Planner(knowledge, lexicon, asks_back=bool(self._phrases.ask))

    @property
    def by_meaning(self) -> bool:
        """Whether more than the words decides."""
        return self._meaning is not None

    async def reply(self, question: Question) -> Reply | Guess | None:
        """The written answers to `question`, what it may be about, or None when no topic fits."""
        plan = self._planner.plan(question.text, question.history)
        if _worth(plan, question.confidence) < TRUSTED:
            plan = Plan()
        plan = self._agreed(plan, question)
        if self._meaning is None and self._phrases.ask and not (plan.topics or plan.guesses):
            plan = Plan(guesses=self._planner.likely(question.text))
        if plan.guesses and self._phrases.ask:
            return Guess(tuple(tuple(topic.id for topic in asked) for asked in plan.guesses), self.name)
        return self._reply(plan, question.text)

    async def weigh(self, question: Question, looks: AsyncIterator[Sequence[Alternative]]) -> Reply | None:
        """The written answers to what `question` probably was; see `sipforge.engines.protocols.Weighing`."""
        sounds = self._sounds(question.text)
        rated: list[list[_Rated]] = []
        async for look in looks:
            rated.append([self._rate(question, sounds, one) for one in look])
            if (best := _likeliest(rated, LIKELY[len(rated) - 1])) is not None:
                plan = self._agreed(best.plan, replace(question, text=best.text))
                return self._reply(plan, best.text, best.text) if plan.topics else None
            if len(rated) == len(LIKELY) or _likeliest(rated, LIKELY[len(rated)]) is None:
                break  # Another look could not make up for it.
        return None

    def explain(self, question: Question) -> Mapping[str, object]:
        """How well the words fit, and how near the nearest topics are in meaning."""
        plan = self._planner.plan(question.text, question.history)
        by_words = {"topics": [topic.id for topic in plan.topics], "fit": round(plan.fit, 3)}
        if self._meaning is None or self._planner.empty(question.text):
            return {"words": by_words}
        evidence = self._evidence(question)
        likely = {
            self._topics[at].id: round(float(evidence.probabilities[at]), 3) for at in evidence.order[:3]
        }
        return {"words": by_words, "likely": likely, "known": round(evidence.known, 3)}

    def _agreed(self, plan: Plan, question: Question) -> Plan:
        """What the words came to, once meaning has had its say."""
        if self._meaning is None or self._planner.empty(question.text):
            return plan
        return decide(plan, self._evidence(question), self._topics)

    def _evidence(self, question: Question) -> Evidence:
        """What meaning says of `question`, and, where that may belong to it, of it behind the one before."""
        corrected = question.history[-1].topics if question.history and question.denies else ()
        without = {at for at, topic in enumerate(self._topics) if topic.id in corrected}
        before = self._before(question)
        beside = self._near(f"{before} {question.text}") if before else None
        return Evidence(probabilities(self._near(question.text), beside), without)

    def _near(self, text: str) -> Near:
        assert self._meaning is not None  # noqa: S101 - who asks has looked
        return self._meaning.near(
            self._planner.end(text, END_WORDS) if len(words(text)) > TALK_WORDS else text
        )

    def _before(self, question: Question) -> str:
        """The question before, where this one may lean on it."""
        if not (question.denies or self._planner.leans(question.text, question.history)):
            return ""
        # "Not really" says nothing more of what was asked about; behind the question it would choose it.
        last = question.history[-1].topics if question.history else ()
        asked = any(topic.endswith(OFFERED) for topic in last)
        if asked and not self._planner.names(question.text):
            return ""
        return next((one.caller for one in reversed(question.history) if one.caller), "")

    def _reply(self, plan: Plan, question: str, heard: str = "") -> Reply | None:
        said = self._words(plan, question).strip()
        topics = tuple(topic.id for topic in plan.topics)[-TOPICS:]
        return Reply(_parts(said), plan.fit, self.name, heard, topics) if said else None

    def _rate(self, question: Question, sounds: str, one: Alternative) -> _Rated:
        """What `one` is worth to a question that sounded like `sounds`."""
        alike = SequenceMatcher(None, self._sounds(one.text), sounds, autojunk=False).ratio()
        plan = self._planner.plan(one.text, question.history) if alike >= SOUNDS else Plan()
        return _Rated(one.text, one.share, plan, _worth(plan, one.confidence))

    def _sounds(self, text: str) -> str:
        return " ".join(filter(None, map(self._lexicon.sound, words(text))))

    def _words(self, plan: Plan, question: str) -> str:
        said = [
            f"{self._opening(topic.hours, question)} {topic.answer}" if topic.hours else topic.answer
            for topic in plan.topics
        ]
        if plan.rest and said:
            said.append(self._phrases.rest)
        return " ".join(filter(None, said))


def _worth(plan: Plan, confidence: float) -> float:
    """What is left of the plan's fit where the words were recognised with this confidence."""
    return float(plan.fit * confidence**MISHEARD)


def _likeliest(looks: Sequence[Sequence[_Rated]], likely: Likely) -> _Rated | None:
    """The likeliest alternative with the likeliest answer, or None where no answer is likely enough."""
    shares: list[dict[tuple[Topic, ...], float]] = []
    found: dict[tuple[Topic, ...], _Rated] = {}
    for look in looks:
        shares.append(defaultdict(float))
        for one in look:
            if one.plan.topics and one.worth >= likely.trusted:
                shares[-1][one.plan.topics] += one.share
                found.setdefault(one.plan.topics, one)
    least = {topics: min(share[topics] for share in shares) for topics in found}
    best = max(least, key=lambda topics: least[topics], default=())
    return found[best] if least.get(best, 0.0) >= likely.share else None


async def _parts(text: str) -> AsyncIterator[Speak]:
    yield Speak(text)
