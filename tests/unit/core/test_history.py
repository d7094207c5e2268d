"""Which of the events of a call become its exchanges."""

from sipforge.core.conversation.history import EXCHANGES, TEXT_CHARACTERS, Exchange, History
from sipforge.core.messages.events import TOPICS, BotEvent, MetricsEvent, ReplyEvent, TranscriptEvent


def heard(turn: int, text: str) -> TranscriptEvent:
    return TranscriptEvent(turn, text, 0.9, 1.0)


def said(turn: int, text: str, *topics: str) -> ReplyEvent:
    return ReplyEvent(turn, text, "answers", topics)


def exchanges(*events: BotEvent) -> list[tuple[str, str]]:
    history = History()
    for event in events:
        history.take(event)
    return [(exchange.caller, exchange.assistant) for exchange in history.exchanges]


def test_replies_belong_to_the_turn_they_answer():
    assert exchanges(
        said(0, "Good morning."),
        heard(1, "When are you open?"),
        said(1, "From eight."),
        said(1, "To five."),
        heard(2, "And on Saturday?"),
    ) == [("When are you open?", "From eight. To five."), ("And on Saturday?", "")]


def test_an_exchange_has_the_topics_of_all_its_replies_the_last_where_they_are_many():
    history = History()
    history.take(heard(1, "When are you open, and where?"))
    history.take(said(1, "From eight.", "hours"))
    history.take(said(1, "Here.", "place"))
    assert history.exchanges[0].topics == ("hours", "place")
    history.take(said(1, "And so on.", *map(str, range(TOPICS - 1))))
    assert history.exchanges[0].topics == ("place", *map(str, range(TOPICS - 1)))


def test_what_was_not_understood_is_no_exchange():
    events = heard(1, ""), said(1, "Pardon?"), heard(2, "Hello"), said(1, "too late")
    assert exchanges(*events) == [("Hello", "")]


def test_other_events_change_nothing():
    assert exchanges(MetricsEvent({}), said(-1, "x")) == []


def test_after_a_new_connection_the_first_turn_is_another_one():
    history = History()
    history.take(heard(1, "I want Alice"))
    history.take(said(1, "One moment."))
    history.reconnected()
    history.take(said(1, "Nobody answered."))
    history.take(heard(1, "A message, then"))
    assert history.exchanges == (Exchange("I want Alice", "One moment."), Exchange("A message, then", ""))


def test_it_is_bounded():
    history = History()
    for turn in range(EXCHANGES + 2):
        history.take(heard(turn, f"{turn}" + "é" * 1000))
        for _ in range(3):
            history.take(said(turn, "b" * 200))
    assert len(history.exchanges) == EXCHANGES
    assert history.exchanges[0].caller.startswith("2")
    texts = [text for one in history.exchanges for text in (one.caller, one.assistant)]
    assert {len(text) for text in texts} == {TEXT_CHARACTERS}


def test_a_reply_that_is_reported_late_belongs_to_its_own_turn():
    history = History()
    for event in (heard(1, "When?"), heard(2, "Where?"), said(1, "From", "hours"), said(2, "Here.", "place")):
        history.take(event)
    assert history.exchanges == (
        Exchange("When?", "From", ("hours",)),
        Exchange("Where?", "Here.", ("place",)),
    )
