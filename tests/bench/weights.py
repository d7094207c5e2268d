"""Finds the weights of the decision by meaning: `python -m tests.bench.weights`.

The development sets of the six offices of tests/questions/offices, single questions: what was meant is made
as probable as can be, with a small penalty on the weights, by Newton's method. Printed are the weights learnt
from all, and what comes of each office with those learnt from the five others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.engines.answering.meaning.encoder import SentenceEncoder
from sipforge.engines.answering.meaning.nearness import Near
from sipforge.engines.answering.meaning.topics import Topics
from sipforge.text.language import load_language
from tests.bench.understanding import ENCODER, OFFICES, load
from tests.models import model

PENALTY = 0.02
STEPS = 50
ENOUGH = 1e-3
SETS = ("plain.tsv", "roundabout.tsv", "unknown.txt")
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """A question, what is known of it, and what was meant."""

    office: str
    kind: str
    features: Numbers
    """Of each topic, then of none: [topics + 1, weights]."""
    meant: NDArray[np.bool_]
    """[topics + 1]."""


def rows(near: Near) -> Numbers:
    """The features so that one vector of weights serves topics and none."""
    topics, elsewhere = near.topics, near.elsewhere
    out = np.zeros((len(topics) + 1, topics.shape[1] + len(elsewhere) + 1))
    out[:-1, : topics.shape[1]] = topics
    out[-1, topics.shape[1] :] = [*elsewhere, 1.0]
    return out


def examples() -> list[Example]:
    """All of them."""
    encoder, english = SentenceEncoder(model(ENCODER, print)), load_language("english")
    found = []
    for office in sorted(path for path in OFFICES.iterdir() if path.is_dir()):
        knowledge = load_knowledge(office / "knowledge.toml")
        topics = Topics(encoder, knowledge, english.background, english.lexicon)
        for name in SETS:
            for wanted, said in load(office / name):
                if said:
                    meant = np.array([topic.id in wanted for topic in knowledge.topics] + [not wanted])
                    kind = name.partition(".")[0]
                    found.append(Example(office.name, kind, rows(topics.near(said)), meant))
    return found


def likely(weights: Numbers, features: Numbers) -> Numbers:
    """The softmax of the scores."""
    scores = features @ weights
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum())


def doubt(weights: Numbers, given: Sequence[Example]) -> float:
    """What is to be least: how improbable all that was meant is."""
    odds = (likely(weights, one.features)[one.meant].sum() for one in given)
    return float(PENALTY * weights @ weights - sum(np.log(right + 1e-12) for right in odds))


def learn(given: Sequence[Example]) -> Numbers:
    """The weights."""
    weights = np.zeros(given[0].features.shape[1])
    for _ in range(STEPS):
        slope, bend = -2 * PENALTY * weights, 2 * PENALTY * np.eye(len(weights))
        for one in given:
            odds = likely(weights, one.features)
            away = one.features - odds @ one.features
            slope += (odds * one.meant / odds[one.meant].sum()) @ away
            bend += (odds[:, None] * away).T @ away
        step = np.linalg.solve(bend, slope)
        while doubt(weights + step, given) > doubt(weights, given) and np.abs(step).max() > ENOUGH:
            step /= 2
        weights += step
        if np.abs(step).max() < ENOUGH:
            break
    return weights


def main() -> None:
    """Print them."""
    given = examples()
    print("all six:", " ".join(f"{weight:.2f}" for weight in learn(given)))
    for office in dict.fromkeys(one.office for one in given):
        weights = learn([one for one in given if one.office != office])
        line = f"{office}: "
        for kind in ("plain", "roundabout", "unknown"):
            own = [
                (likely(weights, one.features), one)
                for one in given
                if (one.office, one.kind) == (office, kind)
            ]
            known = np.mean([1 - odds[-1] for odds, _ in own])
            first = np.mean([one.meant[np.argmax(odds[:-1])] for odds, one in own])
            line += f"{kind}: known {known:.2f}, the likeliest topic right {first:.2f}; "
        print(line)


if __name__ == "__main__":
    main()
