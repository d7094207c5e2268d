"""What may be said of the example office, and what may not: the sentences of models, true and invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from sipforge.engines.answering.chat.grounding import Fact, Grounds, Verdict, statement
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.text.english.normalisation import sentences

TOPICS = load_knowledge(Path(__file__).parents[3] / "inventory" / "knowledge" / "english.toml").topics

TRUE = [
    ("When are you open?", "We are open from 8 am to 5 pm, Monday to Friday."),
    (
        "When are you open?",
        "Our office is open Monday to Friday, from eight in the morning to five in the afternoon.",
    ),
    ("When do you close?", "We close at 5 PM."),
    ("When do you close?", "The office closes at five in the afternoon."),
    (
        "What time do you open in the morning?",
        "We open at 8:00 AM and close at 5:00 PM, Monday through Friday.",
    ),
    ("Are you open on Saturday?", "Yes, on Saturday we are open from nine to midday."),
    ("Are you open on Saturday?", "Yes, we are open on Saturdays from 9:00 AM to 12:00 PM."),
    ("Are you open on Sunday?", "No, we are closed on Sundays."),
    ("Are you open on Sunday?", "No, we are closed on Sundays and public holidays."),
    ("Where is your office?", "We are on the second floor of the Green House in Kigali."),
    (
        "What is your address?",
        "Our office is located on the 2nd floor of the Green House, next to the post office in Kigali.",
    ),
    ("How do I get there by bus?", "Take the bus to the main market and walk up the hill for two minutes."),
    ("Is there parking?", "Yes, you can park free of charge behind the building."),
    ("Where do I park my car?", "Parking is free behind the building."),
    ("What do you charge?", "One hour costs 20000 francs."),
    ("Can I pay by card?", "Yes, you can pay by card."),
    ("How can I pay?", "You can pay with cash, card, or mobile money."),
    ("How do I make an appointment?", "You can make an appointment by telephone or email."),
    ("What is your email address?", "Our email address is info@hilltop.example."),
    ("What is your phone number?", "Our telephone number is 0788 123 456."),
    ("What is your phone number?", "You can call us at 0788-123-456."),
    ("Do you speak French?", "Yes, we speak French."),
    ("Which languages do you speak?", "We speak English, Kinyarwanda, French, and Swahili."),
    ("Who is the director?", "The director is Alice Uwase."),
    ("Who is the boss?", "The director's name is Alice Uwase."),
    ("Can you measure my land?", "Yes, we measure land."),
    ("What services do you offer?", "We measure land, draw maps and help with land papers."),
    ("What should I bring?", "Please bring your identity card and your land papers."),
    ("Is there a lift?", "Yes, there is a lift."),
    ("Can I come with a wheelchair?", "Yes, there is a lift and there are no steps at the entrance."),
    ("Thank you very much.", "You're welcome!"),
    ("Hello", "Hello, how can I help you?"),
    ("What are your opening hours?", "Our opening hours are Monday to Friday from 8 a.m. to 5 p.m."),
    ("Do you work on Christmas?", "We are closed on public holidays."),
    ("Where are you?", "You can find us in Kigali, on the second floor of the Green House."),
    ("Where are you located?", "The office is next to the post office in Kigali."),
    ("How can I reach you by bus?", "You can take the bus to the main market."),
    ("How do I get to your office?", "From the main market, walk up the hill for two minutes."),
    ("Is parking free?", "Yes, parking behind the building is free of charge."),
    ("Where can I park?", "There is free parking behind the building."),
    ("How much is an hour?", "An hour costs twenty thousand francs."),
    ("Do you take mobile money?", "Yes, we accept mobile money."),
    ("Can I pay cash?", "Yes, you can pay in cash, by card or with mobile money."),
    ("What is your email?", "You can email us at info at hilltop dot example."),
    ("On which number can I call you?", "Please call 0788 123 456."),
    ("Does anyone speak Kinyarwanda?", "Yes, we do speak Kinyarwanda."),
    ("Do you speak Swahili?", "We speak Swahili, as well as English, French and Kinyarwanda."),
    ("Who is in charge?", "Alice Uwase is the director."),
    ("When is the director in?", "She is in the office every morning."),
    ("What do you do?", "We help with land papers, measure land, and draw maps."),
    ("Do you make maps?", "Yes, we draw maps."),
    ("What papers do I have to bring?", "You need your identity card and your land papers."),
    ("Is there an elevator?", "Yes, we have a lift."),
    ("Are there stairs?", "There are no steps at the entrance."),
    ("How much does it cost?", "The first visit is free, and after that one hour costs 20,000 francs."),
]

WRONG = [
    ("Are you open on Sunday?", "Yes, we are open on Sundays."),
    ("When are you open?", "We are open every day of the week."),
    ("When are you open?", "We are open from 9 am to 5 pm."),
    ("When are you open?", "We are open 24 hours a day."),
    ("When are you open?", "We open at eight in the evening."),
    ("When are you open?", "We open at five in the afternoon and close at eight in the morning."),
    ("When do you close?", "We close at eight in the morning."),
    ("Are you open at six?", "Yes, we are open at six."),
    (
        "Are you open on Saturday?",
        "On Saturday we are open from nine in the morning to five in the afternoon.",
    ),
    ("Are you open on Saturday?", "We are closed on Saturday."),
    ("Are you open on public holidays?", "We are not closed on public holidays."),
    ("Who is the director?", "The director is Peter Uwase."),
    ("Who is the director?", "The director is Alice Johnson."),
    ("Who is the director?", "The director is not Alice Uwase."),
    ("What is your phone number?", "Our telephone number is 0788 123 457."),
    ("What is your phone number?", "Our telephone number is 0788 456 123."),
    ("What is your phone number?", "Our telephone number is 555-1234."),
    ("What is your email address?", "Our email address is info@office.com."),
    ("How much does it cost?", "One hour costs 30,000 francs."),
    ("How much does it cost?", "The first visit costs 20,000 francs."),
    ("How much does it cost?", "One hour costs 20,000 dollars."),
    ("Is there parking?", "You can park in front of the building."),
    ("Is there parking?", "There is no parking."),
    ("Is there a lift?", "There is no lift."),
    ("Are there stairs?", "There are steps at the entrance."),
    ("Do you sell shoes?", "Yes, we sell shoes."),
    ("Do you sell shoes?", "Yes."),
    ("Do you sell shoes?", "Yes, of course!"),
    ("What is the price of gold?", "One hour costs 20,000 francs."),
    ("When is the next train?", "We open at eight in the morning."),
    ("Where is the airport?", "We are in Kigali."),
    ("Do you speak German?", "Yes, we speak German."),
    ("What is the weather today?", "The weather is sunny today."),
    ("Can I speak to Peter?", "Peter is in the office every morning."),
    ("Is there Wi-Fi?", "Yes, there is free Wi-Fi."),
    ("What time is it?", "It is five in the afternoon."),
    ("What are your opening hours?", "We are open from Monday to Saturday."),
    ("What are your opening hours?", "We are open Monday to Friday from 8 a.m. to 6 p.m."),
    ("What time do you open?", "We open at half past eight in the morning."),
    ("Do you close for lunch?", "Yes, we close from midday to one."),
    ("Are you open on Saturday?", "On Saturday we are open in the afternoon."),
    ("Are you open on Sunday?", "We are open on Sunday from nine to midday."),
    ("Are you open at Christmas?", "We are open on public holidays."),
    ("Where are you?", "We are on the third floor of the Green House."),
    ("Where are you?", "We are in the White House, next to the bank."),
    ("Where are you?", "We are in Huye."),
    ("How do I get to your office?", "Take bus number 12 to the main market."),
    ("How do I get to your office?", "Walk down the hill for ten minutes."),
    ("Is parking free?", "Parking costs 500 francs."),
    ("Is parking free?", "Parking is not free."),
    ("How much is the first visit?", "The first visit is not free."),
    ("What do you charge?", "The first hour is free, and the visit costs 20,000 francs."),
    ("Can I pay by cheque?", "Yes, you can pay by cheque."),
    ("How do I make an appointment?", "You can make an appointment on our website."),
    ("How soon can I come?", "We usually have time for you within two days."),
    ("What is your email?", "Our email address is hilltop at info dot example."),
    ("What is your email?", "Our email address is info@hilltop.com."),
    ("On which number can I call you?", "Our number is 0788 123."),
    ("On which number can I call you?", "Please call 0788 123 4567."),
    ("Which languages do you speak?", "We speak English and Chinese."),
    ("Who is the director?", "The director is Alice Mukamana."),
    ("When is the director in?", "She is in the office every afternoon."),
    ("When is the director in?", "She is never in the office in the morning."),
    ("Do you sell houses?", "We sell land."),
    ("Do I need my ID card?", "No, you do not need your identity card."),
    ("Is there a lift?", "There is no lift, and there are steps at the entrance."),
    ("Can you lend me money?", "Yes, we have mobile money."),
    ("Do you repair cars?", "You can park your car behind the building."),
    ("Is there a restaurant?", "There is a restaurant on the second floor of the Green House."),
    ("Can I get a discount?", "The first hour is free."),
    ("Are you hiring?", "Send your papers to info at hilltop dot example."),
    ("Is the office closed on public holidays?", "We are closed on Sunday, which is a public holiday."),
]

TRUE_BUT_DOUBTED = [
    ("When are you open?", "We are open until five in the afternoon."),
    ("Until when are you open tomorrow?", "On weekdays we close at five."),
    ("Are you open at the weekend?", "We are open on Saturday from nine until midday, but closed on Sunday."),
    ("Are you open on Saturday?", "We open at nine on Saturday and close at midday."),
    ("How much is the first visit?", "The first visit is free of charge."),
    ("What do you charge?", "The first visit is free, then it is 20,000 francs per hour."),
    ("I would like an appointment.", "You can book an appointment by phone or by email."),
    ("How soon can I come?", "We usually have time within three days."),
    ("Do I need my ID card?", "Yes, bring your identity card and the papers of your land."),
]
"""Sentences that a better guard would let pass; each costs the caller an answer."""

WRONG_BUT_SAID = [
    ("How much is an hour?", "One hour is free."),
]
"""The words of one fact, put together wrongly: what the guard cannot see, kept here to be known."""


@pytest.fixture(scope="module")
def grounds() -> Grounds:
    return Grounds(Fact(topic.answer, topic.questions) for topic in TOPICS)


@pytest.mark.parametrize(("question", "sentence"), TRUE)
def test_what_follows_from_a_fact_is_said(grounds: Grounds, question: str, sentence: str) -> None:
    assert grounds.judge(statement(sentence), question) is Verdict.SAY


@pytest.mark.parametrize(("question", "sentence"), WRONG)
def test_what_does_not_is_not(grounds: Grounds, question: str, sentence: str) -> None:
    assert grounds.judge(statement(sentence), question) is not Verdict.SAY


@pytest.mark.parametrize(("question", "sentence"), TRUE_BUT_DOUBTED)
def test_doubt_counts_against_a_sentence(grounds: Grounds, question: str, sentence: str) -> None:
    assert grounds.judge(statement(sentence), question) is Verdict.REFUSE


@pytest.mark.parametrize(("question", "sentence"), WRONG_BUT_SAID)
def test_the_limit_of_the_guard(grounds: Grounds, question: str, sentence: str) -> None:
    assert grounds.judge(statement(sentence), question) is Verdict.SAY


def test_the_written_answers_are_true_to_their_own_questions(grounds: Grounds) -> None:
    for topic in TOPICS:
        for question in topic.questions:
            for sentence in sentences(topic.answer):
                assert grounds.judge(sentence, question) is Verdict.SAY, (question, sentence)


@pytest.mark.parametrize("sentence", ["Let me see.", "I will help you.", "Sure!", "Well, yes."])
def test_a_sentence_without_a_claim_is_left_out(grounds: Grounds, sentence: str) -> None:
    assert grounds.judge(sentence, "Where can I park?") is Verdict.SKIP
    assert not grounds.hopeless(sentence, "Where can I park?")


def test_a_question_about_none_of_the_facts_is_hopeless_from_the_first_word(grounds: Grounds) -> None:
    assert grounds.hopeless("W", "Do you sell shoes?")
    assert not grounds.hopeless("H", "Hello!")


@pytest.mark.parametrize("question", ["Thank you very much.", "Hello!"])
def test_unless_the_caller_only_greets(grounds: Grounds, question: str) -> None:
    assert grounds.judge("Hello, how can I help you?", question) is Verdict.SAY
    assert grounds.judge("We sell shoes.", question) is Verdict.REFUSE


@pytest.mark.parametrize(("question", "sentence"), TRUE)
def test_no_beginning_of_a_good_sentence_is_hopeless(grounds: Grounds, question: str, sentence: str) -> None:
    for length in range(len(sentence) + 1):
        assert not grounds.hopeless(statement(sentence[:length]), question), sentence[:length]


def test_a_wrong_word_is_hopeless_once_it_is_whole(grounds: Grounds) -> None:
    question = "Who is the director?"
    assert not grounds.hopeless("The director is Pete", question)
    assert grounds.hopeless("The director is Peter and", question)


def test_closest_facts_come_first(grounds: Grounds) -> None:
    closest = grounds.closest("Where can I park my car?", 2)
    assert len(closest) == 2
    assert closest[0].text == "You can park free of charge behind the building."


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Yes, we are open.", "We are open."),
        ("No. We are closed.", "We are closed."),
        ("Of course, you can.", "You can."),
        ("Yes of course, you can.", "You can."),
        ("No parking is there.", "No parking is there."),
        ("Nobody is here.", "Nobody is here."),
        ("Yes.", "Yes."),
        ("", ""),
    ],
)
def test_yes_and_no_are_claims_of_their_own(sentence: str, said: str) -> None:
    assert statement(sentence) == said
