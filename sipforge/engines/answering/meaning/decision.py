"""Words and meaning decide together what a caller wants. Pure.

A topic's score is its nearness in meaning and, a little, the share of the words that are its own. Both
sure, or one sure and the other not against it: the answer. Plausible: the caller is asked about the two
likeliest topics. Else it is not known. What an office does not know is often very like one of its topics
and no other, and liker still to what is asked elsewhere: plausible is, how far the two likeliest lead the
background together.

All thresholds stand here, the same for all offices. They were chosen on development sets of ten offices.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Final

import numpy as np

from sipforge.engines.answering.answers.plan import Plan
from sipforge.engines.answering.knowledge import Topic
from sipforge.engines.answering.meaning.nearness import Near
from sipforge.engines.protocols import Floats

WORDS: Final = 0.2
"""Weight of the words' share in a score."""
PLAUSIBLE: Final = -0.03
"""Lead over the background from which the caller is asked."""
STORY_WORDS: Final = 12
"""Words of an utterance from which it is a story: it is less like any question than it means,"""
STORY: Final = 0.02
"""for each word beyond, by this,"""
LONGEST_STORY: Final = 8
"""up to so many. Of the development sets' stories few were about something that is not known."""
TALK_WORDS: Final = 40
"""Words of an utterance from which only its end is looked at: who talks at length asks at the end."""
END_WORDS: Final = 6
"""How many the end has at least, in whole clauses."""
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


class Evidence:
    """What is known of one utterance."""

    def __init__(self, near: Near, shares: Floats, words: int = 0, without: Set[int] = frozenset()) -> None:
        """Put it together.

        Args:
            near: how near it is to each topic.
            shares: of each topic, the share of the words' weight that is its own, 0 to 1.
            words: how many were said.
            without: topics that are not meant.
        """
        self.near = near
        self.shares = shares
        self.scores = near.scores + WORDS * shares
        order = [int(at) for at in np.argsort(-self.scores, kind="stable") if int(at) not in without]
        self.order = order or [int(np.argmax(self.scores))]
        """The topics, the likeliest first."""
        best = float(self.scores[self.order[0]])
        self.lead = best - near.background
        """Over the background."""
        self.ahead = best - float(self.scores[self.order[1]]) if len(self.order) > 1 else self.lead
        """Of the next topic."""
        story = STORY * min(LONGEST_STORY, max(0, words - STORY_WORDS))
        self.plausible = self.lead - self.ahead / 2 + story >= PLAUSIBLE

    @property
    def sure(self) -> bool:
        """Whether meaning alone is enough."""
        near, share = self.near.scores[self.order[0]], self.shares[self.order[0]]
        leads = self.ahead >= SURE_AHEAD and self.lead >= SURE_KNOWN
        return bool(near >= SURE and leads and share >= SURE_SHARE)


def decide(plan: Plan, alone: Evidence, topics: Sequence[Topic], context: Evidence | None = None) -> Plan:
    """What to say.

    Args:
        plan: what the words came to.
        alone: of the utterance.
        topics: of the knowledge file, in its order.
        context: of the question before and the utterance together, where it may lean on that.
    """
    by_words = [topics.index(topic) for topic in plan.topics]
    first, *others = alone.order
    if len(by_words) > 1 and set(by_words) <= {first, *others[: len(by_words)]}:
        return plan
    if len(by_words) == 1 and _consents(plan, by_words[0], alone, context):
        return plan
    if not by_words and alone.sure:
        return Plan((topics[first],), fit=float(min(1.0, alone.near.scores[first])))
    if not by_words and not alone.plausible:
        if context is not None and context.plausible:
            return _asked([context.order[:1], context.order[1:2]], topics)
        return Plan(guesses=plan.guesses)
    meant = alone.order if context is None or not by_words else [context.order[0], *alone.order]
    likely = list(dict.fromkeys([*by_words, *meant[:3]]))
    together = 2 if by_words or alone.ahead < TOGETHER else 1
    return _asked([likely[:together], likely[together : together + 1]], topics)


def _consents(plan: Plan, word: int, alone: Evidence, context: Evidence | None) -> bool:
    """Whether meaning is not against the topic `word` that the words are sure of."""
    if context is not None:
        return word in {alone.order[0], context.order[0]}
    near_enough = alone.lead >= CONSENT and alone.ahead >= CONSENT_AHEAD
    return word == alone.order[0] and (near_enough or plan.fit >= VERBATIM)


def _asked(rounds: Sequence[Sequence[int]], topics: Sequence[Topic]) -> Plan:
    """A plan that asks about those of `rounds` that have a title to be asked about by."""
    titled = (tuple(topics[at] for at in asked if topics[at].title) for asked in rounds)
    return Plan(guesses=tuple(filter(None, titled)))
