"""What an office's callers may mean: its knowledge file, as a sentence encoder sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from sipforge.engines.answering.knowledge import Knowledge, Topic
from sipforge.engines.answering.meaning.kept import kept
from sipforge.engines.answering.meaning.nearness import Near, Nearness, Rarity, Said, TopicTexts
from sipforge.engines.protocols import Encoded, Floats, SentenceEncoding
from sipforge.text.lexicon import PLAIN, Lexicon
from sipforge.text.plain import words

NEW_WORDS: Final = 2000
"""Words of callers that are kept, besides those of the knowledge file."""


class Topics:
    """The topics of one knowledge file, by their meaning."""

    def __init__(
        self,
        encoder: SentenceEncoding,
        knowledge: Knowledge,
        background: Sequence[str] = (),
        lexicon: Lexicon = PLAIN,
        cache: Path | None = None,
    ) -> None:
        """Encode a knowledge file, or take what is kept of it.

        Args:
            encoder: the model.
            knowledge: the file.
            background: what is asked elsewhere, in its language.
            lexicon: of its language.
            cache: folder to keep what was encoded in; None: it is made anew each time.
        """
        self._encoder, self._lexicon = encoder, lexicon
        topics = knowledge.topics
        spoken = {topic: self._words(" ".join(_texts(topic))) for topic in topics}
        texts = list(dict.fromkeys(text for topic in topics for text in _texts(topic)))
        others = [text for topic in topics for text in (*_together(topic), *spoken[topic])]
        others = list(dict.fromkeys([*others, *background]))
        encoded, vectors = kept(encoder, texts, others, cache)
        made = dict(zip(texts, encoded, strict=True))
        vector = dict(zip(others, vectors, strict=True))
        usual = [*knowledge.questions(), *background]
        self._nearness = Nearness(
            [_topic(topic, spoken[topic], made, vector) for topic in topics],
            np.stack([vector[text] for text in background]) if background else vectors[:0],
            Rarity(map(encoder.pieces, usual)),
            Rarity(map(self._words, usual)),
        )
        self._vectors = {word: vector[word].copy() for own in spoken.values() for word in own}
        self._known = len(self._vectors)

    def near(self, text: str) -> Near:
        """How near `text`, which has a piece, is to each topic."""
        said = self._words(text)
        new = [word for word in said if word not in self._vectors]
        whole, *others = self._encoder.encode([text, *new])
        if len(self._vectors) > self._known + NEW_WORDS:
            self._vectors = dict(list(self._vectors.items())[: self._known])
        self._vectors |= {word: one.vector for word, one in zip(new, others, strict=True)}
        vectors = np.stack([self._vectors[word] for word in said]) if said else np.zeros((0, 1), np.float32)
        return self._nearness.near(Said(whole, said, vectors, len(text.split())))

    def _words(self, text: str) -> list[str]:
        """The words of `text` that say something, each once."""
        said = dict.fromkeys(self._lexicon.split(words(text)))
        return [word for word in said if word not in self._lexicon.function]


def _texts(topic: Topic) -> tuple[str, ...]:
    return (*topic.questions, topic.answer, *((topic.title,) if topic.title else ()))


def _together(topic: Topic) -> list[str]:
    return [f"{question} {topic.answer}" for question in topic.questions]


def _topic(
    topic: Topic, spoken: Sequence[str], made: Mapping[str, Encoded], vector: Mapping[str, Floats]
) -> TopicTexts:
    told = (topic.answer, topic.title) if topic.title else (topic.answer,)
    together = np.stack([vector[text] for text in _together(topic)])
    return TopicTexts(
        [made[question] for question in topic.questions],
        [made[text] for text in told],
        together,
        np.stack([vector[word] for word in spoken]) if spoken else together[:1],
    )
