"""The policy of a conversation: what an assistant says and does. Pure: facts in, actions out.

Rules, in prose. The assistant greets by the time of day, or says why the caller is back with it. What it does
not know it says honestly and offers a person, if there is one; a person who cannot be reached leads to the
offer of a message; a caller who speaks another assistant's language is offered that one. "Yes" takes the
offer that stands, "no" goes on. What a caller may mean is asked about, one topic or a choice of two: a "yes"
or a choice is answered, a "no" leads to the next guess, and after the last counts as not knowing; what was
denied is not asked about again, and who asks anew for what was asked about has chosen it. Not understanding
twice in a row leads to the keypad's menu, and where there is none counts as not knowing. Silence makes it ask
again, ever more rarely; too long a time in which nothing was understood is warned of, with the offer of a
person where something was heard, and ends the call. A turn that goes on was not over, and decided nothing.
The keys work at any time: 0 connects with the person, 9 takes a message, # ends the call, * says the last
thing again, 8 reads the menu of topics, 1 takes the offer that stands (2 the other topic of two, or none of
one). Of an offer and the menu the newer one stands: in the menu, 1 to 7 choose a topic; else they open it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sipforge.core.conversation import keypad
from sipforge.core.conversation.actions import (
    Action,
    Ask,
    HandOver,
    Hangup,
    Hush,
    Invite,
    Phrase,
    ReadMenu,
    Reason,
    Repeat,
    Say,
    TakeMessage,
    Tell,
    TellTopic,
    Transfer,
    greeting,
)
from sipforge.core.messages.hello import Arrival, Detail


class Meaning(Enum):
    """What an utterance came to."""

    ANSWERED = "answered"
    GUESSED = "guessed"
    """It may be about topics that come with it (`Rounds`)."""
    UNKNOWN = "unknown"
    NOTHING = "nothing"
    FOREIGN = "foreign"
    """It is not this assistant's language but that of another, whose name comes with it."""
    GREETING = "greeting"
    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    """Nothing is asked for."""
    FIRST = "first"
    """Of what was asked about, as the two below."""
    SECOND = "second"
    BOTH = "both"
    GOODBYE = "goodbye"
    REPEAT = "repeat"
    OPERATOR = "operator"
    MESSAGE = "message"
    OTHER_LANGUAGE = "other_language"
    """The caller asks for the language of another assistant, whose name comes with it."""
    BUSY = "busy"
    """Too many callers at once."""
    FAILED = "failed"


PAUSE_SECONDS: Final = 2.0
"""What is said to silence is not said in one breath."""


class Offer(Enum):
    """What a "yes" would take."""

    OPERATOR = "operator"
    MESSAGE = "message"
    OTHER_LANGUAGE = "other_language"
    TOPIC = "topic"


Rounds = tuple[tuple[str, ...], ...]
"""Ids of topics: those to ask about at once, one or two, then those to ask about where these are denied."""


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """What the settings say about a conversation."""

    operator: str = ""
    """Extension of the person offered; empty: nobody is."""
    prompt_again_seconds: float = 10.0
    idle_limit_seconds: float = 300.0
    idle_warning_seconds: float = 20.0
    """How long before the end of an idle call it is warned of; at most a quarter of the limit."""


class DialoguePolicy:
    """One call's course."""

    def __init__(self, rules: PolicyRules, topics: Sequence[str] = ()) -> None:
        """`topics` are the ids of those of the keypad's menu; none: there is no menu."""
        self._rules = rules
        self._wait_seconds = rules.prompt_again_seconds
        self._silence_seconds = 0.0
        self._idle_seconds = 0.0
        """Since something was understood."""
        self._warned = False
        self._unclear = False
        """Whether something was heard in that time."""
        self.stayed = False
        """Whether that time was over once already."""
        self._topics = topics
        self._pages = keypad.Pages(len(topics))
        self._offer: Offer | None = None
        self._target = rules.operator
        """Whom the offer is about: an extension, or the name of another assistant."""
        self._rounds: Rounds = ()
        """With TOPIC: what was asked about, and what comes next."""
        self._denied: set[str] = set()
        self._misunderstood = 0
        self._undo: tuple[Offer | None, str, Rounds, set[str], int] | None = None
        """What stood before the turn that was understood last."""

    @property
    def offers(self) -> bool:
        """Whether an offer stands, so that a "yes" is an answer."""
        return self._offer is not None

    @property
    def _asks(self) -> tuple[str, ...]:
        return self._rounds[0] if self._offer is Offer.TOPIC else ()

    def begin(
        self, arrival: Arrival, hour: int, detail: Detail = Detail.NONE, target: str = ""
    ) -> list[Action]:
        """The call is there.

        Args:
            arrival: how it came.
            hour: of the day, 0 to 23.
            detail: why it is back.
            target: whom the caller was to be connected with; empty for another assistant.
        """
        match arrival:
            case Arrival.NEW:
                return [Say(greeting(hour))]
            case Arrival.HANDED_OVER:
                return [Say(Phrase.GREETING_HANDED_OVER)]
            case Arrival.RETURNED:
                return self._return(detail, target)

    def _return(self, detail: Detail, target: str) -> list[Action]:
        if detail is Detail.MESSAGE_LEFT:
            return [Say(Phrase.CARRY_ON)]
        if not target:
            return [Say(Phrase.UNAVAILABLE)]
        self._make_offer(Offer.MESSAGE, target)
        phrases = {Detail.BUSY: Phrase.OPERATOR_BUSY, Detail.MESSAGE_FAILED: Phrase.MESSAGE_FAILED}
        return [Say(phrases.get(detail, Phrase.OPERATOR_AWAY))]

    def passed(self, seconds: float) -> None:
        """`seconds` of the call went by."""
        self._idle_seconds += seconds

    def waited(self, quiet_seconds: float | None) -> list[Action]:
        """What is to be said because of the time; asked often, while nothing else is going on.

        Args:
            quiet_seconds: how long it was quiet since the last time: nobody spoke, and nothing was thought
                about. None: it was not quiet.
        """
        rules = self._rules
        self._silence_seconds = 0.0 if quiet_seconds is None else self._silence_seconds + quiet_seconds
        if self._idle_seconds >= rules.idle_limit_seconds:
            return [Say(Phrase.GOODBYE if self._unclear else Phrase.IDLE_GOODBYE), Hangup(Reason.IDLE)]
        if not self._warned and self._idle_seconds >= rules.idle_limit_seconds - self._warning_seconds:
            self._warned, self._silence_seconds = True, 0.0
            return self._unknown() if self._unclear else [Say(Phrase.IDLE_WARNING)]
        if self._silence_seconds >= max(PAUSE_SECONDS, self._wait_seconds) and not self._warned:
            self._wait_seconds *= 2
            self._silence_seconds = 0.0
            return [Say(Phrase.ASK_AGAIN, self._asks)]
        return []

    def stays(self) -> None:
        """The caller of an idle call that was about to end spoke."""
        self._idle_seconds = self._rules.idle_limit_seconds - self._warning_seconds
        self.stayed = True

    @property
    def _warning_seconds(self) -> float:
        return min(self._rules.idle_warning_seconds, self._rules.idle_limit_seconds / 4)

    def understood(  # noqa: PLR0911, PLR0912 - a table
        self, meaning: Meaning, target: str = "", guesses: Rounds = (), *, denies: bool = False
    ) -> list[Action]:
        """What the caller's turn came to.

        Args:
            meaning: of the turn.
            target: with OPERATOR and MESSAGE an extension, empty for the operator; with OTHER_LANGUAGE and
                FOREIGN the name of an assistant.
            guesses: with GUESSED, what it may be about.
            denies: the turn began with a "no", whatever came then.
        """
        self._undo = (self._offer, self._target, self._rounds, set(self._denied), self._misunderstood)
        if meaning in {Meaning.NOTHING, Meaning.BUSY}:
            return self._not_understood(meaning)
        self._misunderstood = 0
        if meaning in {Meaning.UNKNOWN, Meaning.GUESSED, Meaning.FOREIGN}:
            self._unclear = True
            self._silence_seconds, self._wait_seconds = 0.0, self._rules.prompt_again_seconds
        else:
            self._understood_something()
        if meaning is Meaning.REPEAT:
            return [Repeat()]
        if meaning is Meaning.FOREIGN and self._offer is Offer.OTHER_LANGUAGE:
            # A caller who was invited in their language and answers in it wants it.
            return [HandOver(self._target)]
        asked = self._asks
        offer, self._offer = self._offer, None
        if denies:
            self._denied.update(asked)
        match meaning:
            case Meaning.ANSWERED:
                return [Tell()]
            case Meaning.GUESSED:
                guesses = self._undenied(guesses)
                likely = sum(guesses[:1], ())
                again = [topic for topic in likely if topic in asked] if not denies else []
                # Who asks anew has chosen; where something else is likelier, nothing was.
                if not again or again[0] != likely[0]:
                    return self._guess(guesses)
                return [TellTopic(again[0])] if len(again) == 1 else self._unknown()
            case Meaning.YES | Meaning.NO | Meaning.FIRST | Meaning.SECOND | Meaning.BOTH if asked:
                return self._chosen(meaning)
            case Meaning.GREETING:
                return [Say(Phrase.GREETING_HANDED_OVER)]
            case Meaning.OPERATOR:
                return self._connect(target)
            case Meaning.MESSAGE:
                return self._message(target)
            case Meaning.YES if offer is not None:
                return self._take(offer)
            case Meaning.YES | Meaning.NO | Meaning.THANKS:
                return [Say(Phrase.CARRY_ON)]
            case Meaning.GOODBYE:
                return [Say(Phrase.GOODBYE), Hangup(Reason.GOODBYE)]
            case Meaning.OTHER_LANGUAGE if target:
                return [HandOver(target)]
            case Meaning.FOREIGN if target:
                self._make_offer(Offer.OTHER_LANGUAGE, target)
                return [Invite(target)]
            case Meaning.FAILED:
                return self._failed()
            case _:
                return self._unknown()

    def turn_over(self) -> None:
        """A turn is to be understood."""
        self._undo = None

    def went_on(self) -> None:
        """The turn was not over, as where "please" comes after "yes"."""
        if self._undo is not None:
            self._offer, self._target, self._rounds, self._denied, self._misunderstood = self._undo
            self._undo = None

    def key(self, key: str) -> list[Action]:
        """The caller pressed a key."""
        self._understood_something()
        self._misunderstood = 0
        actions = self._pressed(key)
        return [Hush(), *actions] if actions else []

    def _pressed(self, key: str) -> list[Action]:  # noqa: PLR0911 - a table
        topic = self._pages.topic(key)
        match key:
            case keypad.OPERATOR_KEY:
                return self._connect("")
            case keypad.MESSAGE_KEY:
                return self._message(self._target if self._offer is Offer.MESSAGE else "")
            case keypad.END_KEY:
                return [Say(Phrase.GOODBYE), Hangup(Reason.GOODBYE)]
            case keypad.REPEAT_KEY:
                return [Repeat()]
            case keypad.YES_KEY | keypad.OTHER_KEY if self._offer is Offer.TOPIC:
                self._offer = None
                return self._chosen(Meaning.FIRST if key == keypad.YES_KEY else Meaning.SECOND)
            case keypad.YES_KEY if self._offer is not None:
                offer, self._offer = self._offer, None
                return self._take(offer)
            case _ if topic is not None:
                return [TellTopic(self._topics[topic])]
            case _ if key == keypad.MORE_KEY or key in keypad.TOPIC_KEYS:
                return self._read_menu(turn=key == keypad.MORE_KEY)
            case _:
                return []

    def _not_understood(self, meaning: Meaning) -> list[Action]:
        self._misunderstood += 1
        self._unclear = True
        if meaning is Meaning.BUSY:
            self._offer_operator()
            return [Say(Phrase.BUSY)]
        if self._misunderstood < 2:
            # An offer still stands: the caller's yes to it may be what was not understood.
            return [Say(Phrase.NOT_UNDERSTOOD, self._asks)]
        self._misunderstood = 0
        self._pages.close()
        menu = self._read_menu()
        return [Say(Phrase.NOT_UNDERSTOOD), *menu] if menu else self._unknown()

    def _read_menu(self, *, turn: bool = False) -> list[Action]:
        page = self._pages.turn() if turn else self._pages.open()
        if page is None:
            return []
        self._offer = None
        return [ReadMenu(page)]

    def _guess(self, rounds: Rounds) -> list[Action]:
        """Ask about the first of `rounds` that was not denied."""
        rounds = self._undenied(rounds)
        if not rounds:
            return self._unknown()
        self._make_offer(Offer.TOPIC)
        self._rounds = rounds
        return [Ask(rounds[0])]

    def _undenied(self, rounds: Rounds) -> Rounds:
        kept = (tuple(topic for topic in asked if topic not in self._denied) for asked in rounds)
        return tuple(filter(None, kept))

    def _chosen(self, meaning: Meaning) -> list[Action]:
        """The caller's reply to what was asked about."""
        asked, *further = self._rounds
        match meaning:
            case Meaning.YES if len(asked) > 1:
                return self._guess((*((topic,) for topic in asked), *further))
            case Meaning.YES | Meaning.FIRST:
                return [TellTopic(asked[0])]
            case Meaning.BOTH:
                return [TellTopic(topic) for topic in asked]
            case Meaning.SECOND if len(asked) > 1:
                return [TellTopic(asked[1])]
            case _:
                self._denied.update(asked)
                return self._guess(tuple(further))

    def _unknown(self) -> list[Action]:
        self._offer_operator()
        return [Say(Phrase.UNKNOWN if self._offer else Phrase.UNKNOWN_NO_OFFER)]

    def _offer_operator(self) -> None:
        self._make_offer(Offer.OPERATOR if self._rules.operator else None, self._rules.operator)

    def _make_offer(self, offer: Offer | None, target: str = "") -> None:
        self._offer, self._target = offer, target
        self._pages.close()

    def _failed(self) -> list[Action]:
        if self._rules.operator:
            return self._connect("")
        return [Say(Phrase.UNAVAILABLE), Hangup(Reason.ERROR)]

    def _take(self, offer: Offer) -> list[Action]:
        match offer:
            case Offer.OPERATOR:
                return self._connect(self._target)
            case Offer.MESSAGE:
                return self._message(self._target)
            case Offer.OTHER_LANGUAGE:
                return [HandOver(self._target)]
            case Offer.TOPIC:
                return self._chosen(Meaning.YES)

    def _connect(self, target: str) -> list[Action]:
        extension = target or self._rules.operator
        if not extension:
            return [Say(Phrase.NO_OPERATOR)]
        return [Say(Phrase.CONNECTING), Transfer(extension)]

    def _message(self, target: str) -> list[Action]:
        extension = target or self._rules.operator
        if not extension:
            return [Say(Phrase.NO_OPERATOR)]
        return [Say(Phrase.LEAVE_MESSAGE), TakeMessage(extension)]

    def _understood_something(self) -> None:
        self._idle_seconds = self._silence_seconds = 0.0
        self._wait_seconds = self._rules.prompt_again_seconds
        self._warned = self._unclear = self.stayed = False
