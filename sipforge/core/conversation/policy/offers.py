"""What stands between an assistant and its caller: an offer, or a question about topics or people. Pure.

The rules in prose are those of `dialogue_policy`, which is the whole.
"""

from __future__ import annotations

from sipforge.core.conversation.actions import (
    Action,
    Ask,
    AskWho,
    HandOver,
    Hangup,
    Phrase,
    Reason,
    Say,
    TakeMessage,
    TellTopic,
    Transfer,
)
from sipforge.core.conversation.policy import keypad
from sipforge.core.conversation.policy.meanings import Meaning, Offer, PolicyRules, Rounds
from sipforge.core.office.extensions import is_user


class Offers:
    """One call's."""

    def __init__(self, rules: PolicyRules, pages: keypad.Pages) -> None:
        self._rules = rules
        self._pages = pages
        self._offer: Offer | None = None
        self._target = rules.operator
        """Whom the offer is about: an extension, or the name of another assistant."""
        self._rounds: Rounds = ()
        """With TOPIC and PERSON: what was asked about, and what comes next."""
        self._denied: set[str] = set()

    @property
    def offers(self) -> bool:
        """Whether an offer stands, so that a "yes" is an answer."""
        return self._offer is not None

    @property
    def _asks(self) -> tuple[str, ...]:
        return self._rounds[0] if self._offer in {Offer.TOPIC, Offer.PERSON} else ()

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

    def _chosen_person(self, meaning: Meaning) -> list[Action]:
        """The caller's reply to the question whom they want."""
        [asked, *_] = self._rounds
        match meaning:
            case Meaning.FIRST:
                return self._connect(asked[0])
            case Meaning.YES if len(asked) == 1:
                return self._connect(asked[0])
            case Meaning.SECOND if len(asked) > 1:
                return self._connect(asked[1])
            case Meaning.YES | Meaning.BOTH:
                self._offer = Offer.PERSON
                return [AskWho(asked)]
            case _:
                return [Say(Phrase.CARRY_ON)]

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
            case Offer.PERSON:
                return self._chosen_person(Meaning.YES)

    def _connect(self, target: str) -> list[Action]:
        extension = target or self._rules.operator
        if not extension:
            return [Say(Phrase.NO_OPERATOR)]
        return [Say(Phrase.CONNECTING), Transfer(extension)]

    def _message(self, target: str) -> list[Action]:
        # A group has no mailbox.
        extension = target if is_user(target) else self._rules.operator
        if not extension:
            return [Say(Phrase.NO_OPERATOR)]
        return [Say(Phrase.LEAVE_MESSAGE), TakeMessage(extension)]
