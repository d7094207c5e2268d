"""An office's topics as they are offered to callers: read as the keypad's menu, or asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sipforge.core.conversation.policy.keypad import MESSAGE_KEY, MORE_KEY, OPERATOR_KEY, TOPIC_KEYS
from sipforge.engines.answering.answers.phrases import AnswersPhrases
from sipforge.engines.answering.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class MenuPhrases:
    """How the menu is read: each text is one sentence in which {key} stands."""

    topic: str
    """In which {title} stands, too."""
    more: str
    """To the next page."""
    message: str
    """To leave a message."""
    operator: str
    """To speak with a person."""


@dataclass(frozen=True, slots=True)
class Menu:
    """What is read and answered."""

    pages: tuple[str, ...] = ()
    """Empty: no menu is read."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Of each topic, by its id, in the menu's order."""
    titles: Mapping[str, str] = field(default_factory=dict)
    phrases: AnswersPhrases = field(default_factory=AnswersPhrases)

    @property
    def keyed(self) -> tuple[str, ...]:
        """Ids of the topics that keys choose."""
        return tuple(self.answers) if self.pages else ()

    def ask(self, topics: Sequence[str]) -> str:
        """How the caller is asked whether one of `topics` (ids) is meant."""
        return self.phrases.asking([self.titles[topic] for topic in topics])


def build_menu(
    knowledge: Knowledge,
    phrases: MenuPhrases | None,
    *,
    operator: bool,
    answers: AnswersPhrases = AnswersPhrases(),  # noqa: B008 - frozen
) -> Menu:
    """The menu of all topics in the file's order; a topic without a title is called by its first question.

    Args:
        knowledge: the topics.
        phrases: None makes a menu without pages.
        operator: whether there is a person to be connected with, or to leave a message for.
        answers: how callers are asked about topics.
    """
    told = {topic.id: topic.answer for topic in knowledge.topics}
    titles = {topic.id: topic.title for topic in knowledge.topics}
    pages = () if phrases is None else tuple(_pages(knowledge, phrases, operator))
    return Menu(pages, told, titles, answers)


def _pages(knowledge: Knowledge, phrases: MenuPhrases, operator: bool) -> Iterator[str]:
    titles = [topic.title or topic.questions[0].rstrip("?!. ") for topic in knowledge.topics]
    size = len(TOPIC_KEYS)
    for start in range(0, len(titles), size):
        pairs = zip(TOPIC_KEYS, titles[start : start + size], strict=False)
        lines = [_fill(phrases.topic, key, title) for key, title in pairs]
        if len(titles) > size:
            lines.append(_fill(phrases.more, MORE_KEY))
        if operator:
            lines += [_fill(phrases.message, MESSAGE_KEY), _fill(phrases.operator, OPERATOR_KEY)]
        yield " ".join(lines)


def _fill(phrase: str, key: str, title: str = "") -> str:
    return phrase.replace("{key}", key).replace("{title}", title)
