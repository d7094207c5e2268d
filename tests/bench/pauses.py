"""Callers who pause inside a sentence: is the pause taken for the end?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tests.bench.speakers import RATE_HZ, Speaker
from tests.phones.audio import Samples


@dataclass(frozen=True, slots=True)
class Paused:
    """A sentence with a pause in it."""

    first: str
    pause_seconds: float
    second: str

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.first} {self.second}"

    def spoken(self, speaker: Speaker) -> tuple[Samples, float, float]:
        """Both parts with the pause between, and the seconds at which the first and both end."""
        first, second = _said(speaker, self.first), speaker.say(self.second)
        silence = np.zeros(round(self.pause_seconds * RATE_HZ))
        sound = np.concatenate([first, silence, second])
        return sound, len(first) / RATE_HZ, len(sound) / RATE_HZ


def _said(speaker: Speaker, text: str) -> Samples:
    # A comma keeps the voice from falling as at the end of a sentence.
    return speaker.say(text if text[-1] in ",.?" else text + ",")


_PARTS: Final = (
    ("I would like to make an appointment", "for next Tuesday."),
    ("My telephone number is", "zero seven eight eight, one two three, four five six."),
    ("My number is zero seven eight eight", "one two three, four five six."),
    ("I need someone to", "measure my land near the river."),
    ("Can you tell me", "what time you open on Saturday?"),
    ("I want to know how much", "the first visit costs."),
    ("I called yesterday but", "nobody answered the phone."),
    ("Which documents should I bring", "to the office?"),
    ("Do you have a car park because", "I am coming with a big car?"),
    ("I would like to", "speak to the director."),
    ("Hello, um", "where is your office?"),
    ("Is it possible to pay with", "mobile money?"),
    ("We are four people and", "we would like to come on Friday."),
    ("What is the", "email address of the manager?"),
    ("If I come by bus", "where do I get off?"),
    ("I lost the paper that", "you gave me last week."),
    ("Could you please", "connect me with a person?"),
    ("How do I get to your office from", "the bus station?"),
    ("The thing is", "I cannot come on Monday."),
    ("I think there is a mistake in", "the invoice."),
    ("Are you open on", "public holidays?"),
    ("When I called last week", "a lady told me to bring my card."),
    ("My name is", "Peter."),
    ("I am calling about the letter", "that I received on Monday."),
    ("Can I bring", "my brother with me?"),
    ("How long does it take to get", "a new land title?"),
    ("I want to change my appointment to", "Thursday afternoon."),
    ("Do I need an appointment or", "can I just come in?"),
    ("What should I do if", "I cannot come on that day?"),
    ("Please send the map to", "my email address."),
    ("I have two questions, first", "what does it cost?"),
    ("Is there a lift, because", "my mother uses a wheelchair?"),
    ("I do not know whether", "I have the right paper."),
    ("You told me that", "the director is there every morning."),
    ("Can someone call me back", "this evening after six?"),
    ("So what I would like is", "an appointment with the engineer."),
    ("The price was twenty thousand francs", "is that still right?"),
    ("Where can I", "park my car?"),
    ("I wanted to ask about", "your prices."),
    ("We bought some land and now", "we need a map of it."),
    ("Could you repeat the", "telephone number?"),
    ("I would prefer to come in the", "afternoon."),
    ("Does the price include the", "drawing of the map?"),
    ("I will be there at", "half past ten."),
    ("Can you send somebody to", "my house in Kigali?"),
    ("It is about the land", "that belongs to my father."),
    ("Do you speak French or", "only English?"),
    ("I was wondering", "if you are open tomorrow."),
    ("The card that I have is", "not valid any more."),
    ("Which bus goes from the market", "to your office?"),
)
PAUSED: Final = tuple(
    Paused(first, (0.3, 0.4, 0.5, 0.6, 0.7)[place % 5], second)
    for place, (first, second) in enumerate(_PARTS)
)
