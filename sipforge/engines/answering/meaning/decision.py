"""Words and meaning decide together what a caller wants. Pure.

Both sure: the answer. One sure and the other not against it: the answer. Plausible: the caller is asked. Else
it is not known. All thresholds stand here, the same for all offices; they were chosen on the development sets
of tests/questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sipforge.engines.answering.answers.plan import Plan
from sipforge.engines.answering.knowledge import Topic
from sipforge.engines.answering.meaning.nearness import Near

SURE: Final = 0.8
"""Score from which meaning is sure; nearly the words of one of the topic's questions."""
SURE_AHEAD: Final = 0.15
"""By how much its topic must then lead the next,"""
SURE_KNOWN: Final = 0.25
"""and the background."""
AGAINST: Final = 0.1
"""By how much another topic's score must lead that of the words' topic for meaning to be against it."""
PLAUSIBLE: Final = 0.45
"""Score from which a topic is asked about."""
KNOWN: Final = 0.0
"""By how much it must then lead the background."""
CLOSE: Final = 0.08
"""Two topics within this are asked about at once."""
NEXT: Final = 0.2
"""Another within this is asked about when the first is denied."""


def decide(plan: Plan, near: Sequence[Near], topics: Sequence[Topic]) -> Plan:
    """What to say, from what the words came to and how near the text is to the topics.

    Args:
        plan: by words.
        near: of the text, and of its parts.
        topics: of the knowledge file, in its order.
    """
    best = max(near, key=lambda one: one.known)
    if len(plan.topics) == 1 and not plan.rest:
        at = topics.index(plan.topics[0])
        if all(one.scores.max() - one.scores[at] > AGAINST for one in near):
            return _asked([at, best.order[0]], [], topics)
        return plan
    if plan.topics or plan.guesses:
        return plan
    return guess(best, topics)


def guess(near: Near, topics: Sequence[Topic]) -> Plan:
    """What meaning alone comes to."""
    first, *others = near.order
    score = float(near.scores[first])
    behind = [(score - float(near.scores[other]), other) for other in others]
    ahead = behind[0][0] if behind else score
    if score >= SURE and ahead >= SURE_AHEAD and near.known >= SURE_KNOWN:
        return Plan((topics[first],), fit=min(score, 1.0))
    if score < PLAUSIBLE or near.known < KNOWN:
        return Plan()
    together = [first, *(other for gap, other in behind[:1] if gap < CLOSE)]
    further = [other for gap, other in behind[:2] if gap < NEXT and other not in together]
    return _asked(together, further, topics)


def _asked(together: Sequence[int], further: Sequence[int], topics: Sequence[Topic]) -> Plan:
    rounds = (together, further[:1])
    titled = (tuple(topics[at] for at in asked if topics[at].title) for asked in rounds)
    guesses = tuple(filter(None, titled))
    return Plan(guesses=guesses)
