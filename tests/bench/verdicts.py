"""Whether a reply was right, by what a recogniser made of it; and where in it the answer began. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from sipforge.text.english import normalisation as english_text
from tests.phones.audio import Segment
from tests.phones.texts import Texts, Topic
from tests.phones.words import fewest_edits_within, word_error_rate_within, words_of

MOST_WORD_ERRORS = 0.3
NEAREST_WORD_ERRORS, LEAST_LEAD = 0.45, 0.2
"""For what is nearer than all else that can be said."""
TAIL_WORDS = 4
SECOND_REPLY_WORDS = 4
FILLERS = ("one_moment", "hold")
"""Names of phrases that are said while the answer is being found; those that there are."""
HONEST = ("unknown", "unknown_no_offer", "not_understood")
"""Names of phrases that say that there is no answer."""


class Verdict(Enum):
    """On a reply."""

    RIGHT = "right"
    ASKED = "asked"
    """It asked whether that is meant."""
    WRONG = "wrong"
    """The answer to something else."""
    HONEST = "honest"
    """It said that it did not know, or did not understand."""
    OTHER = "other"
    """Something that is not in the knowledge file: asking about something else, a model's own words."""
    SILENT = "silent"


def spoken(text: str) -> str:
    """Written English as words, so that figures are compared as they are said."""
    return english_text.normalise(text)


def holds(heard: str, text: str) -> bool:
    """Whether `text` was said, whatever was said before and after it."""
    return _errors(heard, text) < MOST_WORD_ERRORS


def judge(heard: str, topic: str, texts: Texts) -> Verdict:
    """What a reply was to a question about `topic`; an empty one has no answer in the file."""
    if not words_of(heard):
        return Verdict.SILENT
    if topic and holds(heard, texts.topics[topic].answer):
        return Verdict.RIGHT
    if topic and _asks(heard, texts.topics[topic], texts):
        return Verdict.ASKED
    errors = {(Verdict.WRONG, id): _errors(heard, entry.answer) for id, entry in texts.topics.items()}
    errors |= {
        (Verdict.HONEST, name): _errors(heard, texts.phrases[name])
        for name in HONEST
        if name in texts.phrases
    }
    (verdict, name), best = min(errors.items(), key=lambda entry: entry[1])
    # Of what it can say, one that is much nearer than all others was said, even if it was recognised badly.
    second = min((value for key, value in errors.items() if key != (verdict, name)), default=1.0)
    if best >= MOST_WORD_ERRORS and (best >= NEAREST_WORD_ERRORS or second - best < LEAST_LEAD):
        return Verdict.OTHER
    return Verdict.RIGHT if verdict is Verdict.WRONG and name == topic else verdict


def _asks(heard: str, topic: Topic, texts: Texts) -> bool:
    """Whether the caller was asked, about one topic or two, whether `topic` is meant."""
    return bool(texts.asks and topic.title) and holds(heard, texts.asks) and holds(heard, topic.title)


def _errors(heard: str, text: str) -> float:
    return word_error_rate_within(spoken(text), spoken(heard))


def went_on(heard: str, answer: str) -> bool:
    """Whether an answer was heard to its end: its last words are there."""
    tail = words_of(spoken(answer))[-TAIL_WORDS:]
    return fewest_edits_within(tail, words_of(spoken(heard))) <= 1


def was_answered(heard: str, answer: str, texts: Texts) -> bool:
    """Whether more than an answer was heard: a second reply, or what is said instead of an answer."""
    more = (
        len(words_of(spoken(heard)))
        - len(words_of(spoken(answer)))
        - sum(len(words_of(text)) for text in fillers(texts) if holds(heard, text))
    )
    instead = (text for name, text in texts.phrases.items() if name not in FILLERS)
    return more >= SECOND_REPLY_WORDS or any(holds(heard, text) for text in instead)


def fillers(texts: Texts) -> list[str]:
    """What is said while an answer is being found."""
    return [texts.phrases[name] for name in FILLERS if name in texts.phrases]


def answer_start(
    pieces: Sequence[Segment], recognise: Callable[[Segment], str], said_first: Sequence[str]
) -> float | None:
    """Where the answer begins in a reply: after what has no words, and after a filler.

    Args:
        pieces: the stretches of speech of the reply, split at every short pause.
        recognise: what was said in a part of the recording.
        said_first: fillers.

    Returns:
        Position in the recording; None: there was nothing else.
    """
    for piece in pieces:
        # From the first piece on: one alone ("please") is hard to recognise.
        words = " ".join(words_of(spoken(recognise(Segment(pieces[0].start, piece.end)))))
        if words and not any(
            word_error_rate_within(words, spoken(text)) < MOST_WORD_ERRORS for text in said_first
        ):
            return piece.start
    return None


def may_hide_answer(heard: str, said_first: Sequence[str]) -> bool:
    """Whether a reply begins like a filler, so that the answer has to be looked for in it."""
    words = words_of(spoken(heard))
    return any(words[:2] == words_of(spoken(text))[:2] for text in said_first)
