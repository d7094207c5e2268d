"""What was heard and thought, as values, and what a question is asked with. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sipforge.core.conversation.policy.meanings import Meaning, Rounds
from sipforge.core.messages.events import OFFERED
from sipforge.core.office.extensions import is_user
from sipforge.engines.protocols import Exchange, Question, Reply, Stage, Transcript
from sipforge.text.plain import words
from sipforge.text.turn_end import Completeness

_FEW_WORDS, _SURE = 2, 0.22
LETTERS_A_SECOND = 20.0
"""More nobody says: of 680 utterances of people that were written down right, over two lines, none had more;
of 53 coughs that were taken for words 14."""
_NOTICED_LATE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was recognised in an utterance, before anybody thought about an answer."""

    transcript: Transcript
    completeness: Completeness
    meaning: Meaning | None = None
    """Where the words alone decide it."""
    target: str = ""
    """Extension of whom the caller wants, with OPERATOR and MESSAGE; name of the assistant, with
    OTHER_LANGUAGE and FOREIGN."""
    failed: Stage | None = None

    @property
    def doubtful(self) -> bool:
        """Whether it may be no words at all, but a hum or a throat that is cleared.

        Of 56 single words in four telephone voices 52 were surer, of eight hums taken for words one was.
        """
        said = words(self.transcript.text)
        unsure = self.transcript.confidence < _SURE
        return self.meaning is None and len(said) <= _FEW_WORDS and unsure


@dataclass(frozen=True, slots=True)
class Thought:
    """What an utterance came to."""

    meaning: Meaning
    reply: Reply | None = None
    """With ANSWERED."""
    guesses: Rounds = ()
    """With GUESSED."""
    denies: bool = False
    """Whether the caller began with a "no"."""
    engine: str = "phrases"
    """Who found the meaning: a dialogue engine's name, or "phrases" for the short things."""
    seconds: float = 0.0
    """How long the dialogue engines took to the first part of a reply, with more looks at the sound."""
    failed: Stage | None = None
    """The stage that failed, where one did."""
    text: str = ""
    """What the utterance was on second thoughts, where that is not what was recognised at first."""
    target: str = ""
    """As in `Hearing`."""


def too_fast(text: str, speech_seconds: float) -> bool:
    """Whether nobody could have said `text` in `speech_seconds`: it is what a recogniser makes of a cough."""
    letters = sum(map(len, words(text)))
    return letters > LETTERS_A_SECOND * (speech_seconds + _NOTICED_LATE_SECONDS)


def asked(history: Sequence[Exchange]) -> int:
    """How many topics or people the caller was asked about just before."""
    return len(asked_about(history)) + len(asked_about(history, people=True))


def asked_about(history: Sequence[Exchange], *, people: bool = False) -> tuple[str, ...]:
    """Ids of the topics that the caller was asked about just before, or extensions of `people`."""
    topics = history[-1].topics if history else ()
    found = (one.removesuffix(OFFERED) for one in topics if one.endswith(OFFERED))
    return tuple(one for one in found if is_user(one) is people)


def denied(history: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """`history` as if what was only asked about just before had not been spoken of."""
    if not asked(history):
        return history
    *before, last = history
    kept = tuple(topic for topic in last.topics if not topic.endswith(OFFERED))
    return (*before, replace(last, caller=last.caller if kept else "", topics=kept))


def as_question(hearing: Hearing, history: tuple[Exchange, ...]) -> Question:
    """What was heard, as the dialogue engines are asked it."""
    return Question(hearing.transcript.text, history, hearing.transcript.confidence)
