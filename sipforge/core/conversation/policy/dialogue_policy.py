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
from typing import Final

from sipforge.core.conversation.actions import (
    Action,
    AskWho,
    HandOver,
    Hangup,
    Hush,
    Phrase,
    Play,
    ReadMenu,
    Reason,
    Repeat,
    Say,
    Tell,
    TellTopic,
    Transfer,
    greeting,
)
from sipforge.core.conversation.policy import keypad
from sipforge.core.conversation.policy.front_desk import FrontDesk
from sipforge.core.conversation.policy.meanings import Meaning, Offer, PolicyRules, Rounds
from sipforge.core.conversation.policy.offers import Offers
from sipforge.core.messages.hello import Arrival, Detail

PAUSE_SECONDS: Final = 2.0
"""What is said to silence is not said in one breath."""
HEARD_SECONDS: Final = 3.0
"""After which a caller whose words came along, but hold no speech, is asked."""


class DialoguePolicy(Offers):
    """One call's course."""

    def __init__(self, rules: PolicyRules, topics: Sequence[str] = ()) -> None:
        """`topics` are the ids of those of the keypad's menu; none: there is no menu."""
        super().__init__(rules, keypad.Pages(len(topics)))
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
        self._misunderstood = 0
        self._desk: FrontDesk | None = None
        """Until it is known which assistant goes on with a call at the front desk."""
        self._undo: tuple[Offer | None, str, Rounds, set[str], int, FrontDesk | None] | None = None
        """What stood before the turn that was understood last."""

    @property
    def any_language(self) -> bool:
        """Whether the caller may speak any assistant's language."""
        return self._desk is not None

    def begin(  # noqa: PLR0911 - a table
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
            case Arrival.HANDED_OVER if detail is Detail.SAID:
                self._wait_seconds = HEARD_SECONDS
                return []
            case Arrival.HANDED_OVER:
                return [Say(Phrase.GREETING_HANDED_OVER)]
            case Arrival.FRONT_DESK if self._rules.front_desk is not None:
                desk = FrontDesk(self._rules.front_desk, hour)
                if detail is Detail.CLOSED:
                    return desk.closed()
                self._desk = desk
                return desk.greet()
            case Arrival.FRONT_DESK:
                # The office has no front desk any more.
                return [Say(greeting(hour))]
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
            self._silence_seconds = 0.0
            if self._desk is not None:
                return self._at_desk()
            self._wait_seconds *= 2
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
        self._undo = (
            self._offer,
            self._target,
            self._rounds,
            set(self._denied),
            self._misunderstood,
            self._desk,
        )
        desk = self._desk
        if desk is not None and meaning in {Meaning.NOTHING, Meaning.REPEAT}:
            return self._at_desk() if meaning is Meaning.NOTHING else desk.greet()
        if meaning in {Meaning.NOTHING, Meaning.BUSY}:
            return self._not_understood(meaning)
        self._misunderstood = 0
        if meaning in {Meaning.UNKNOWN, Meaning.GUESSED, Meaning.FOREIGN}:
            self._unclear = True
            self._silence_seconds, self._wait_seconds = 0.0, self._rules.prompt_again_seconds
        else:
            self._understood_something()
        self._desk = None
        if desk is not None and meaning is Meaning.FOREIGN and target:
            return [HandOver(target, said=True)]
        if meaning is Meaning.REPEAT:
            return [Repeat()]
        if meaning is Meaning.FOREIGN and self._offer is Offer.OTHER_LANGUAGE:
            # A caller who was invited in their language and answers in it wants it.
            return [HandOver(self._target, said=True)]
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
                return self._chosen(meaning) if offer is Offer.TOPIC else self._chosen_person(meaning)
            case Meaning.GREETING:
                return [Say(Phrase.GREETING_HANDED_OVER)]
            case Meaning.WHO if guesses:
                self._make_offer(Offer.PERSON)
                self._rounds = guesses
                return [AskWho(guesses[0])]
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
                return [Play(target, Phrase.INVITATION)]
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
            self._offer, self._target, self._rounds, self._denied, self._misunderstood, self._desk = (
                self._undo
            )
            self._undo = None

    def key(self, key: str) -> list[Action]:
        """The caller pressed a key."""
        self._understood_something()
        self._misunderstood = 0
        desk = self._desk
        actions = (desk.pressed(key) if desk is not None else None) or self._pressed(key)
        if actions and key != keypad.REPEAT_KEY:
            self._desk = None
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
            case keypad.YES_KEY | keypad.OTHER_KEY if self._offer is Offer.PERSON:
                self._offer = None
                return self._chosen_person(Meaning.FIRST if key == keypad.YES_KEY else Meaning.SECOND)
            case keypad.YES_KEY if self._offer is not None:
                offer, self._offer = self._offer, None
                return self._take(offer)
            case _ if topic is not None:
                return [TellTopic(self._topics[topic])]
            case _ if key == keypad.MORE_KEY or key in keypad.TOPIC_KEYS:
                return self._read_menu(turn=key == keypad.MORE_KEY)
            case _:
                return []

    def _at_desk(self) -> list[Action]:
        """The caller at the front desk said nothing, or nothing of which the language can be told."""
        assert self._desk is not None  # noqa: S101 - who asks has looked
        self._unclear = True
        if (again := self._desk.again()) is not None:
            self._desk, actions = again
            return actions
        desk, self._desk = self._desk, None
        if not self._rules.operator:
            return [Say(Phrase.ASK_AGAIN)]
        return [*desk.everyone(Phrase.CONNECTING), Transfer(self._rules.operator)]

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

    def _understood_something(self) -> None:
        self._idle_seconds = self._silence_seconds = 0.0
        self._wait_seconds = self._rules.prompt_again_seconds
        self._warned = self._unclear = self.stayed = False
