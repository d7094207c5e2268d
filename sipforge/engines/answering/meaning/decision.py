"""Words and meaning decide together what a caller wants. Pure.

Each topic has a score, and so has the chance that no topic is meant; a softmax makes probabilities of them.
What is probable enough is answered, and so is what the words are sure of, where meaning thinks of the same
topic first. Where it is probable that one of the topics is meant, the caller is asked about the likeliest.
Else it is not known.

All weights and thresholds stand here, the same for all offices. `python -m tests.bench.weights` finds the
weights from the development sets of six offices.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Final

import numpy as np

from sipforge.engines.answering.answers.plan import Plan
from sipforge.engines.answering.knowledge import Topic
from sipforge.engines.answering.meaning.nearness import Near
from sipforge.engines.protocols import Floats

TOPIC: Final = np.array((8.5, 8.5, 5.8, 2.4), np.float32)
"""Weights of the features of a topic, in the order of `Near`,"""
ELSEWHERE: Final = np.array((9.2, -4.5, -3.4), np.float32)
"""and of none,"""
NONE: Final = 7.2
"""which has this besides."""
SURE: Final = 0.98
"""Probability from which a topic is answered, whatever the words."""
AGREED: Final = 0.55
"""Fit of the words, times the probability of their topic, were one of the topics meant, from which both
agree."""
PLAUSIBLE: Final = 0.3
"""Probability that one of the topics is meant, from which the caller is asked."""
TOGETHER: Final = 0.12
"""Share of the second topic in the probability of both, from which both are asked about at once."""
TALK_WORDS: Final = 40
"""Words of an utterance from which only its end is looked at: who talks at length asks at the end."""
END_WORDS: Final = 6
"""How many the end has at least, in whole clauses."""


class Evidence:
    """What meaning says of one utterance."""

    def __init__(self, probabilities: Floats, without: Set[int] = frozenset()) -> None:
        """From `probabilities`: that each topic is meant, and, last, that none is; `without` are not."""
        self.probabilities = probabilities[:-1].copy()
        self.probabilities[list(without)] = 0.0
        self.known = float(self.probabilities.sum())
        """Probability that a topic is meant."""
        order = [int(at) for at in np.argsort(-self.probabilities, kind="stable")]
        self.order = [at for at in order if at not in without] or order
        """The topics, the likeliest first."""

    def share(self, topic: int) -> float:
        """Probability of `topic`, were one of them meant."""
        return float(self.probabilities[topic]) / self.known if self.known else 0.0


def probabilities(near: Near, beside: Near | None = None) -> Floats:
    """Of each topic, and, last, of none: [topics + 1].

    Args:
        near: what was said is.
        beside: it is behind the question before, where it may lean on that: then both count alike.
    """
    scores = np.append(near.topics @ TOPIC, near.elsewhere @ ELSEWHERE + NONE)
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    return np.asarray(likely if beside is None else (likely + probabilities(beside)) / 2, np.float32)


def decide(plan: Plan, evidence: Evidence, topics: Sequence[Topic]) -> Plan:
    """What to say.

    Args:
        plan: what the words came to.
        evidence: what meaning says.
        topics: of the knowledge file, in its order.
    """
    by_words = [topics.index(topic) for topic in plan.topics]
    first = evidence.order[0]
    agreed = len(by_words) > 1 or plan.fit * evidence.share(first) >= AGREED
    if by_words and agreed and set(by_words) <= set(evidence.order[: len(by_words)]):
        return plan
    if not by_words and evidence.probabilities[first] >= SURE:
        return Plan((topics[first],), fit=float(evidence.probabilities[first]))
    if not by_words and evidence.known < PLAUSIBLE:
        return Plan(guesses=plan.guesses)
    likely = list(dict.fromkeys([*by_words, *evidence.order[:3]]))
    pair = [evidence.share(topic) for topic in likely[:2]]
    together = 2 if by_words or pair[-1] >= TOGETHER * sum(pair) else 1
    asked = (likely[:together], likely[together : together + 1])
    titled = (tuple(topics[at] for at in one if topics[at].title) for one in asked)
    return Plan(guesses=tuple(filter(None, titled)))
