"""Words and meaning decide together what a caller wants. Pure.

A topic's score is its nearness in meaning and, a little, the share of the words that are its own. Both
sure, or one sure and the other not against it: the answer. Plausible: the caller is asked about the two
likeliest topics. Else it is not known. What an office does not know is often very like one of its topics
and no other, and liker still to what is asked elsewhere: plausible is, how far the two likeliest lead the
background together.

All thresholds stand here, the same for all offices. They were chosen on development sets of ten offices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sipforge.engines.answering.answers.plan import Plan
from sipforge.engines.answering.knowledge import Topic
from sipforge.engines.answering.meaning.nearness import Near
from sipforge.engines.protocols import Floats

WORDS: Final = 0.2
"""Weight of the words' share in a score."""
PLAUSIBLE: Final = -0.04
"""Lead over the background from which the caller is asked."""
STORY_WORDS: Final = 12
"""Words of an utterance from which it is a story: it is less like any question than it means,"""
STORY: Final = 0.02
"""for each word beyond, by this,"""
LONGEST_STORY: Final = 8
"""up to so many. Of the development sets' stories few were about something that is not known."""
TOGETHER: Final = 0.25
"""Two topics within this are asked about at once, and the next where they are denied."""
CONSENT: Final = 0.15
"""Lead over the background from which meaning agrees with what the words are sure of,"""
CONSENT_AHEAD: Final = 0.1
"""where it leads the next topic by this."""
VERBATIM: Final = 0.97
"""Fit of the words from which meaning need only think of the same topic first."""
SURE: Final = 0.75
"""Nearness from which meaning is sure,"""
SURE_AHEAD: Final = 0.15
"""by how much it then leads the next topic,"""
SURE_KNOWN: Final = 0.2
"""and the background;"""
SURE_SHARE: Final = 0.4
"""and the share of the words below which they are against it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one utterance."""

    near: Near
    shares: Floats
    """Of each topic: the share of the words' weight that is its own, 0 to 1."""
    words: int
    """How many were said."""

    @property
    def scores(self) -> Floats:
        """Of each topic."""
        return np.asarray(self.near.scores + WORDS * self.shares, np.float32)


def decide(plan: Plan, evidence: Evidence, topics: Sequence[Topic], *, leans: bool = False) -> Plan:
    """What to say.

    Args:
        plan: what the words came to.
        evidence: for each of `topics`.
        topics: of the knowledge file, in its order.
        leans: what the words came to depends on what was said before, which meaning does not know.
    """
    if leans and plan.topics:
        return plan
    scores = evidence.scores
    first, *others = (int(at) for at in np.argsort(-scores, kind="stable"))
    ahead = float(scores[first] - scores[others[0]]) if others else float(scores[first])
    lead = float(scores[first]) - evidence.near.background
    by_words = [topics.index(topic) for topic in plan.topics]
    if len(by_words) > 1 and set(by_words) <= {first, *others[: len(by_words)]}:
        return plan
    near_enough = (lead >= CONSENT and ahead >= CONSENT_AHEAD) or plan.fit >= VERBATIM
    if by_words == [first] and near_enough:
        return plan
    if not by_words and _sure(evidence, first, ahead, lead):
        return Plan((topics[first],), fit=float(min(1.0, evidence.near.scores[first])))
    story = STORY * min(LONGEST_STORY, max(0, evidence.words - STORY_WORDS))
    if not by_words and lead - min(ahead, float(scores[first])) / 2 + story < PLAUSIBLE:
        return Plan(guesses=plan.guesses)
    likely = list(dict.fromkeys([*by_words, first, *others[:2]]))
    together = 2 if by_words or ahead < TOGETHER else 1
    return _asked([likely[:together], likely[together : together + 1]], topics)


def _sure(evidence: Evidence, first: int, ahead: float, lead: float) -> bool:
    near, share = evidence.near.scores[first], evidence.shares[first]
    return bool(near >= SURE and ahead >= SURE_AHEAD and lead >= SURE_KNOWN and share >= SURE_SHARE)


def _asked(rounds: Sequence[Sequence[int]], topics: Sequence[Topic]) -> Plan:
    """A plan that asks about those of `rounds` that have a title to be asked about by."""
    titled = (tuple(topics[at] for at in asked if topics[at].title) for asked in rounds)
    return Plan(guesses=tuple(filter(None, titled)))
