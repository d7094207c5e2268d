"""The keypad's menu as it is read to callers: made of an office's topics and the words of a language."""

from __future__ import annotations

from dataclasses import dataclass

from sipforge.core.conversation.keypad import MESSAGE_KEY, MORE_KEY, OPERATOR_KEY, TOPIC_KEYS
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
    answers: tuple[str, ...] = ()
    """Of each topic, through all pages."""
    ids: tuple[str, ...] = ()
    """Of the same topics."""


def build_menu(knowledge: Knowledge, phrases: MenuPhrases | None, *, operator: bool) -> Menu:
    """The menu of all topics in the file's order; a topic without a title is called by its first question.

    Args:
        knowledge: the topics.
        phrases: None makes an empty menu.
        operator: whether there is a person to be connected with, or to leave a message for.
    """
    if phrases is None:
        return Menu()
    titles = [topic.title or topic.questions[0].rstrip("?!. ") for topic in knowledge.topics]
    size = len(TOPIC_KEYS)
    pages = []
    for start in range(0, len(titles), size):
        pairs = zip(TOPIC_KEYS, titles[start : start + size], strict=False)
        lines = [_fill(phrases.topic, key, title) for key, title in pairs]
        if len(titles) > size:
            lines.append(_fill(phrases.more, MORE_KEY))
        if operator:
            lines += [_fill(phrases.message, MESSAGE_KEY), _fill(phrases.operator, OPERATOR_KEY)]
        pages.append(" ".join(lines))
    topics = knowledge.topics
    return Menu(tuple(pages), tuple(topic.answer for topic in topics), tuple(topic.id for topic in topics))


def _fill(phrase: str, key: str, title: str = "") -> str:
    return phrase.replace("{key}", key).replace("{title}", title)
