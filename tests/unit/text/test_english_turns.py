"""Whole sentences and cut ones: of the first hardly any may be called open, of the second most should be."""

from __future__ import annotations

import pytest

from sipforge.text.english.turns import completeness, is_backchannel
from sipforge.text.turn_end import Completeness
from tests.bench.pauses import PAUSED
from tests.bench.sentences import OFFICE
from tests.phones.texts import load_texts

FINISHED, OPEN, UNSURE = Completeness.FINISHED, Completeness.OPEN, Completeness.UNSURE

CUT = (
    ("I was told to call you about", "my contract."),
    ("Is it okay if", "I come a little later?"),
    ("Would you be able to", "send somebody tomorrow?"),
    ("I have been waiting for", "three weeks now."),
    ("It is for my", "daughter."),
    ("We are looking for a", "lawyer."),
    ("My account number is one two", "three four five six seven eight nine."),
    ("The address is on the", "green paper."),
    ("Hi, I am", "Claire from the ministry."),
    ("I already paid, but", "I did not get a receipt."),
    ("Who can", "help me with the forms?"),
    ("What happens when", "I miss the appointment?"),
    ("Could I have the", "extension of the accountant?"),
    ("I do not understand why", "it costs so much."),
    ("Please tell him that", "I called."),
    ("We will come with our", "own driver."),
    ("How many days does", "it take?"),
    ("Yes, and", "one more question."),
    ("The road to your office is", "closed today."),
    ("I sent you an email with", "all the papers."),
    ("Is the director in the office or", "is he travelling?"),
    ("I would rather", "come myself."),
    ("They said I should", "speak to the engineer."),
    ("At what time will", "the meeting begin?"),
    ("No, I mean the", "other office."),
    ("I am not sure which", "form I need."),
    ("It depends on", "the price."),
    ("Can you wait, I need to find my", "card."),
    ("The plot is near", "the school."),
    ("Do you know if", "the bank is open?"),
    ("My phone is plus two five zero", "seven eight eight, one two three, four five six."),
    ("Let me think, um", "Thursday is fine."),
    ("What is the price for", "two hours?"),
    ("Because of the rain I", "could not come."),
    ("I would like to know whether", "the map is ready."),
    ("There is a problem with the", "bill."),
    ("If it is possible", "I would like to come on Monday."),
    ("I want", "a new appointment."),
    ("Could you give me", "the number of the bank?"),
    ("He said he would call me but", "he never did."),
    ("I am calling from", "Huye."),
    ("We need a map and a", "title for the land."),
    ("Where do I", "sign?"),
    ("Is there any", "bus on Sunday?"),
    ("The last time I came", "you were closed."),
    ("My brother and I", "own it together."),
    ("I think it is", "the second one."),
    ("You can reach me at", "zero seven two two, five five five, one one one."),
    ("So the visit is free and then", "I pay by the hour?"),
    ("Does it matter that", "the land is not mine?"),
    ("I would like an appointment with", "Alice."),
    ("Can I speak with someone who", "knows about maps?"),
    ("Is it far from", "the airport?"),
    ("I need it before", "Friday."),
    ("Thank you, and one more thing, what", "should I bring?"),
    ("We have", "three children."),
    ("When does the", "office close?"),
    ("I will send my", "son to you."),
    ("The number on the letter is zero zero four", "two two."),
    ("Could you speak a bit", "louder?"),
)
"""Where people stop to think; the sentences are of other kinds than those the rules were written with."""

WHOLE = (
    "Which floor are you on?",
    "What is it about?",
    "Who should I speak to?",
    "Can you tell me where it is?",
    "I do not know what it is.",
    "What should I do?",
    "Yes, I am.",
    "No, I don't.",
    "That is all I need.",
    "Hold on.",
    "Can I come in?",
    "How are you?",
    "Where are you?",
    "How much is it?",
    "What do you have?",
    "My number is 0788 123 456.",
    "It is zero seven eight eight one two three four five six.",
    "Call me at plus two five zero seven eight eight one two three four five six.",
    "Extension one zero zero two.",
    "I want to come at 10:30.",
    "It was 2024.",
    "Two.",
    "At ten.",
    "Yes.",
    "No, thank you.",
    "Goodbye.",
    "Alice Uwase, please.",
    "Next Monday in the afternoon.",
    "If I come on Monday, can I see the director?",
    "When I come, what should I bring?",
    "I like that.",
    "Please call me back.",
    "Tell me more.",
    "I do not think so.",
)


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("I would like to", OPEN),
        ("um", OPEN),
        ("because", OPEN),
        ("I am looking for the...", OPEN),
        ("My number is.", OPEN),
        ("zero seven eight eight", OPEN),
        ("0788 123", OPEN),
        ("+250 788", OPEN),
        ("My number is 0788 123 456.", FINISHED),
        ("My number is 0788-123-456.", FINISHED),
        ("It is double seven", OPEN),
        ("Extension 10", OPEN),
        ("935", OPEN),
        ("935612", OPEN),
        ("822909.", OPEN),
        ("G-A-N-E-S-H", OPEN),
        ("It is spelt M, U, K", OPEN),
        ("It was 2024.", UNSURE),
        ("Is it plan B?", UNSURE),
        ("I need 12 copies.", UNSURE),
        ("+250 788 123 456", FINISHED),
        ("Extension 1002.", FINISHED),
        ("I want to come at 10.", UNSURE),
        ("Can you, please", OPEN),
        ("The director, please.", UNSURE),
        ("What time do you", OPEN),
        ("How does the bus get here from?", OPEN),
        ("When can I come to?", OPEN),
        ("How long is the ticket good for?", UNSURE),
        ("Can I just walk in or do I have to book?", UNSURE),
        ("I have to book", OPEN),
        ("Can I bring?", OPEN),
        ("Can I book?", OPEN),
        ("Do you make maps as well?", UNSURE),
        ("I'd like to pay by card, can I?", UNSURE),
        ("Can I?", OPEN),
        ("which building is your office in.", UNSURE),
        ("which building is your office in", OPEN),
        ("What do I have to bring?", UNSURE),
        ("Where does the bus leave from?", UNSURE),
        ("What time do you open?", UNSURE),
        ("I have a question. Can I", OPEN),
        ("Yes, please.", UNSURE),
        ("", UNSURE),
        ("The second floor", UNSURE),
    ],
)
def test_judgement(text: str, judged: Completeness) -> None:
    assert completeness(text) is judged


def test_whole_sentences_are_hardly_ever_called_open() -> None:
    known = load_texts("english")
    wholes = [
        *WHOLE,
        *OFFICE,
        *(f"{first} {second}" for first, second in CUT),
        *(paused.text for paused in PAUSED),
        *(question for topic in known.topics.values() for question in topic.questions),
        *known.everything(),
    ]
    called_open = [text for text in wholes if completeness(text) is OPEN]
    assert len(wholes) > 200
    assert len(called_open) <= 0.03 * len(wholes), called_open


@pytest.mark.parametrize("end", ["", "."])
def test_cut_sentences_are_mostly_called_open(end: str) -> None:
    firsts = [first for first, _ in CUT] + [paused.first for paused in PAUSED]
    missed = [text for text in firsts if completeness(text + end) is not OPEN]
    assert len(firsts) >= 100
    assert len(missed) <= 0.25 * len(firsts), missed


@pytest.mark.parametrize(
    "text",
    [
        "Mm-hm.",
        "Mm-hmm",
        "Uh-huh.",
        "Uhuh.",
        "Hmm.",
        "Okay.",
        "OK, right.",
        "I see.",
        "Yeah, yeah.",
        "Mmm",
        "Ah, okay.",
    ],
)
def test_signs_of_listening(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No.",
        "Okay, but when?",
        "Right behind the house?",
        "I see a problem.",
        "Stop.",
        "Wait.",
        "What?",
        "Hello?",
    ],
)
def test_what_interrupts(text: str) -> None:
    assert not is_backchannel(text)
