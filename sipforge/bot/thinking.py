"""From the sound of an utterance to what it came to: recognition, short things, then the dialogue engines."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence, Set
from contextlib import aclosing, suppress
from dataclasses import replace

from sipforge.bot.phrases import Phrases
from sipforge.bot.thoughts import Hearing, Thought, as_question, asked, asked_about, denied, too_fast
from sipforge.bot.who import Wanted, Who
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.engines.protocols import (
    Alternative,
    Dialogue,
    EngineError,
    Exchange,
    Explaining,
    Floats,
    Guess,
    Question,
    Reply,
    Stt,
    Transcript,
    Weighing,
)
from sipforge.text.lexicon import PLAIN, Lexicon
from sipforge.text.plain import contains, words
from sipforge.text.turn_end import Completeness

CROWDED_SECONDS = 3.0
"""A longer wait is announced, and a person offered."""
_OWN_LANGUAGE = 0.47
"""What is written down more surely is in the assistant's own language. Of 940 English utterances in five
voices over the telephone band 16 sounded like another language, two of them written down less surely than
this; of 75 Kinyarwanda ones that did 73 were."""
_SURELY_OWN = 0.55
"""The same where any language may be spoken: of 100 Kinyarwanda sentences of people none was surer."""
SURELY_HEARD = 0.9
"""What is written down more surely is not looked at again. Of 329 questions with an answer 85 found none at
first, 5 of them heard so surely: further looks found an answer to 43 of the rest, and to none of these. Of
104 others, without an answer, 37 were heard so surely."""
_NOTHING = Transcript("", 0.0, 0.0)


class Thinking:
    """One bot's understanding, shared by its calls."""

    def __init__(
        self,
        stt: Stt,
        dialogues: Sequence[Dialogue],
        phrases: Phrases,
        *,
        completeness: Callable[[str], Completeness] = lambda text: Completeness.UNSURE,
        backchannel: Callable[[str], bool] = lambda text: False,
        whole_phrases: bool = False,
        departments: Mapping[str, str] | None = None,
        numerals: Set[str] = frozenset(),
        lexicon: Lexicon = PLAIN,
        who: Who | None = None,
        foreign: Callable[[Floats], Awaitable[str]] | None = None,
        whose_language: Callable[[Floats], Awaitable[str]] | None = None,
        reconsider: Callable[[Floats], AsyncGenerator[tuple[Alternative, ...]]] | None = None,
        ahead: Callable[[Floats], Awaitable[None]] | None = None,
        wait_seconds: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Put the engines together.

        Args:
            stt: recogniser.
            dialogues: asked in this order, until one is sure.
            phrases: the short things callers say.
            completeness: how complete a text of this language sounds.
            backchannel: whether a text only says that the caller listens.
            whole_phrases: whether the recogniser only knows whole phrases, so that none can be half said.
            departments: spoken name → extension, of whom callers may ask for.
            numerals: the language's words for digits; see `Phrases.ends_call`.
            lexicon: of the language.
            who: knows the people of the office by their names.
            reconsider: looks again at what made no sense, look by look, for the one of `dialogues` that can
                weigh what it may have been (sipforge.engines.protocols.Weighing).
            ahead: recognises what is settled of an utterance that goes on.
            foreign: name of the assistant whose language an utterance is in; empty: it may be the own.
            whose_language: the same where any language may be spoken, so that it need not be as sure.
            wait_seconds: how long an utterance will probably wait for the recogniser.
        """
        self._stt = stt
        self._dialogues = tuple(dialogues)
        self._phrases = phrases
        self._completeness = completeness
        self._backchannel = backchannel
        self._whole_phrases = whole_phrases
        self._departments = [(words(name), target) for name, target in (departments or {}).items()]
        self._numerals = numerals
        self._lexicon = lexicon
        self._who = who
        self._foreign = foreign
        self._whose_language = whose_language
        self._reconsider = reconsider
        self._ahead = ahead
        self._weighing = next((engine for engine in dialogues if isinstance(engine, Weighing)), None)
        self._wait_seconds = wait_seconds

    @property
    def crowded(self) -> bool:
        """Whether so many callers wait for the recogniser that it should be said."""
        return self._wait_seconds() >= CROWDED_SECONDS

    async def hear_ahead(self, samples: Floats) -> None:
        """Do what can be done already for an utterance of which `samples` (16 kHz) are the beginning.

        Asked every few seconds of a long one, by a task whose caller does not wait
        (`sipforge.engines.runtime.worker.Urgency`), it leaves little to do when the utterance is over.
        """
        if self._ahead is not None:
            with suppress(EngineError):
                await self._ahead(samples)

    async def hear(self, samples: Floats, speech_seconds: float = math.inf) -> Hearing:
        """What was said in `samples` (16 kHz); an engine's failure is a meaning, too.

        Args:
            samples: the utterance.
            speech_seconds: how much of it is speech; infinite: not known.
        """
        try:
            transcript = await self._stt.transcribe(samples)
        except EngineError as error:
            why = Meaning.BUSY if error.retryable else Meaning.FAILED
            return Hearing(_NOTHING, Completeness.UNSURE, why, failed=error.stage)
        if too_fast(transcript.text, speech_seconds):
            transcript = replace(transcript, text="")
        # What only sounds like the assistant's language may be another one.
        other = await self._other(samples) if not (transcript.text and transcript.accepted != "") else ""
        if other or not transcript.text:
            meaning = Meaning.FOREIGN if other else Meaning.NOTHING
            # Of what was not recognised nobody knows that it is whole.
            return Hearing(transcript, Completeness.OPEN, meaning, other)
        return self.read(transcript)

    def read(self, transcript: Transcript) -> Hearing:
        """What the words of `transcript` alone decide."""
        completeness = self._completeness(transcript.text)
        short, target = self._phrases.intent(transcript.text, exact=self._whole_phrases)
        if transcript.accepted == "":
            short = None  # What was only written down by its sound decides nothing by itself.
        if short in {Meaning.OPERATOR, Meaning.MESSAGE, None}:
            target = self._whom(transcript.text)
            if short is None and target and self._phrases.asks_for_somebody(transcript.text):
                short = Meaning.OPERATOR
        if short is None and not self._lexicon.split(words(transcript.text)):
            short = Meaning.NOTHING  # "Um."
        return Hearing(transcript, completeness, short, target if short else "")

    async def think(
        self,
        hearing: Hearing,
        history: tuple[Exchange, ...],
        samples: Floats,
        *,
        any_language: bool = False,
    ) -> Thought:
        """What is to be said to it; returns when the first part of the reply is there.

        With `any_language` the first thing to find out is whose language it is; where that cannot be told
        nothing was understood.
        """
        if any_language and (other := await self._whose(hearing, samples)):
            return Thought(Meaning.FOREIGN, target=other)
        thought = await self._named(hearing, history, samples)
        unsure = hearing.transcript.confidence < _OWN_LANGUAGE
        if any_language and unsure and thought.meaning in {Meaning.UNKNOWN, Meaning.GUESSED}:
            return Thought(Meaning.NOTHING)
        return thought

    async def _whose(self, hearing: Hearing, samples: Floats) -> str:
        """Name of the assistant whose language was surely not this one's; empty: there is none."""
        transcript = hearing.transcript
        if self._whose_language is None or hearing.meaning is Meaning.FOREIGN:
            return hearing.target
        # What is one of the expected phrases, or was asked for by name, is told by its words.
        if transcript.accepted or hearing.meaning in {Meaning.OTHER_LANGUAGE, Meaning.BUSY, Meaning.FAILED}:
            return ""
        if transcript.confidence >= _SURELY_OWN:
            return ""
        try:
            return await self._whose_language(samples)
        except EngineError:
            return ""

    async def _named(self, hearing: Hearing, history: tuple[Exchange, ...], samples: Floats) -> Thought:
        """As `_think`, but for who is asked for by name."""
        text, kind = hearing.transcript.text, hearing.meaning
        if self._who is None or hearing.target or kind not in {None, Meaning.OPERATOR, Meaning.MESSAGE}:
            return await self._think(hearing, history, samples)
        if kind is not None:
            # "Leave a message for Aline", "somebody, perhaps Aline"
            wanted = self._who.spelt(text)
        else:
            wanted = self._who.spelt(text, asked_about(history, people=True))
            wanted = wanted if wanted.people else await self._who.wanted(text, samples)
        if not wanted.people:
            thought = await self._think(hearing, history, samples)
            if thought.meaning not in {Meaning.UNKNOWN, Meaning.GUESSED}:
                return thought
            wanted = Wanted() if kind is not None else await self._who.wanted(text, samples, alone=True)
            if not wanted.people:
                return thought
        people = tuple(person.extension for person in wanted.people)
        if wanted.sure:
            return Thought(kind or Meaning.OPERATOR, target=people[0], engine="directory")
        return Thought(Meaning.WHO, guesses=(people,), engine="directory")

    async def _think(self, hearing: Hearing, history: tuple[Exchange, ...], samples: Floats) -> Thought:
        text = hearing.transcript.text
        if hearing.meaning is Meaning.GOODBYE and not self._phrases.ends_call(text, history, self._numerals):
            return Thought(Meaning.NOTHING)
        if chosen := self._phrases.choice(text, asked(history), self._lexicon.function):
            return Thought(chosen)
        if hearing.meaning in {None, Meaning.YES, Meaning.NO, Meaning.THANKS}:
            thought = await self._beyond(hearing, history)
        else:
            thought = Thought(hearing.meaning, target=hearing.target, failed=hearing.failed)
        if thought.meaning not in {Meaning.UNKNOWN, Meaning.GUESSED}:
            return thought
        again = await self._reconsidered(hearing, history, samples)
        if again is not None:
            return again
        sure = hearing.transcript.confidence >= _OWN_LANGUAGE
        if not sure and (other := await self._other(samples)):
            return Thought(Meaning.FOREIGN, target=other, seconds=thought.seconds)
        return thought

    async def _beyond(self, hearing: Hearing, history: tuple[Exchange, ...]) -> Thought:
        """What the words come to, as a question, behind the yes or no that they may begin with."""
        question, (agreed, rest) = (
            as_question(hearing, history),
            self._phrases.replied(hearing.transcript.text),
        )
        denies = agreed is Meaning.NO
        if agreed is not None and rest:
            before = denied(history) if denies else history
            question = replace(question, text=rest, history=before, denies=denies)
        elif agreed is not None:
            return Thought(agreed)
        thought = replace(await self._ask(question, self._dialogues), denies=denies)
        # "Yes, please do" is a yes.
        short = hearing.meaning is not None and thought.meaning is not Meaning.ANSWERED
        return Thought(hearing.meaning) if short and hearing.meaning else thought

    async def _reconsidered(
        self, hearing: Hearing, history: tuple[Exchange, ...], samples: Floats
    ) -> Thought | None:
        """The answer to what was perhaps misheard; None: there is none either."""
        if self._reconsider is None or self._weighing is None:
            return None
        if hearing.transcript.confidence > SURELY_HEARD:
            return None
        begun = time.monotonic()
        try:
            async with aclosing(self._reconsider(samples)) as looks:
                reply = await self._weighing.weigh(as_question(hearing, history), looks)
        except EngineError:
            return None
        if reply is None:
            return None
        seconds = time.monotonic() - begun
        return Thought(Meaning.ANSWERED, reply, engine=reply.engine, seconds=seconds, text=reply.heard)

    async def think_again(self, hearing: Hearing, history: tuple[Exchange, ...], after: str) -> Thought:
        """As `think`, with the engines behind the one named `after`, whose reply broke off."""
        names = [dialogue.name for dialogue in self._dialogues]
        rest = self._dialogues[names.index(after) + 1 :] if after in names else ()
        return await self._ask(as_question(hearing, history), rest)

    @property
    def by_meaning(self) -> bool:
        """Whether questions are understood by more than their words; as far as an engine tells."""
        return any(one.by_meaning for one in self._dialogues if isinstance(one, Explaining))

    def explain(self, hearing: Hearing, history: tuple[Exchange, ...]) -> dict[str, object]:
        """What the dialogue engines thought of it, by their names."""
        question = as_question(hearing, history)
        return {one.name: one.explain(question) for one in self._dialogues if isinstance(one, Explaining)}

    def is_backchannel(self, text: str) -> bool:
        """Whether `text` only says that the caller listens."""
        return self._backchannel(text)

    def judge(self, hearing: Hearing, thought: Thought | None) -> Completeness:
        """How complete the turn is, by its words and by whether an answer to it is known."""
        if hearing.completeness is not Completeness.UNSURE:
            return hearing.completeness
        # What the file may hold an answer to is a whole question, too, even if it has to be asked back about.
        found = (
            thought is not None
            and thought.engine == "answers"
            and thought.meaning in {Meaning.ANSWERED, Meaning.GUESSED}
        )
        # A statement goes on more often than a question: "I want to change my appointment ... to Thursday".
        asks = self._whole_phrases or hearing.transcript.text.endswith("?")
        meaning = hearing.meaning
        if meaning is Meaning.GOODBYE:
            # Perhaps a digit among others: what was said before decides.
            meaning = thought.meaning if thought else None
        short = meaning not in {None, Meaning.NOTHING, Meaning.FOREIGN}
        return Completeness.FINISHED if short or (found and asks) else Completeness.UNSURE

    async def _other(self, samples: Floats) -> str:
        """Name of the assistant whose language `samples` are in; empty: none that is known."""
        if self._foreign is None:
            return ""
        try:
            return await self._foreign(samples)
        except EngineError:
            return ""

    def _whom(self, text: str) -> str:
        """Extension of the department that `text` names, or that it is; empty: none."""
        said = words(text)
        for name, extension in self._departments:
            if contains(said, name):
                return extension
        digits = "".join(word for word in said if word.isdigit())
        return digits if len(digits) == 4 and digits.startswith("1") else ""

    async def _ask(self, question: Question, dialogues: Sequence[Dialogue]) -> Thought:
        """Each of `dialogues` in turn, until one is sure; a failure counts only when none was."""
        begun = time.monotonic()
        failure: EngineError | None = None
        guess: Guess | None = None
        for dialogue in dialogues:
            try:
                reply = await dialogue.reply(question)
            except EngineError as error:
                failure = error
                continue
            if isinstance(reply, Reply):
                seconds = time.monotonic() - begun
                return Thought(Meaning.ANSWERED, reply, engine=reply.engine, seconds=seconds)
            guess = guess or reply
        seconds = time.monotonic() - begun
        if guess is not None:
            return Thought(Meaning.GUESSED, None, guess.rounds, engine=guess.engine, seconds=seconds)
        # With an engine that failed behind one that did not know, the honest answer is still an answer.
        if failure is not None and len(self._dialogues) == 1:
            meaning = Meaning.NOTHING if failure.retryable else Meaning.FAILED
            return Thought(meaning, seconds=seconds, failed=failure.stage)
        return Thought(Meaning.UNKNOWN, seconds=seconds, failed=failure.stage if failure else None)
