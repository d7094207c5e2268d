"""What is said of opening hours at a moment: "we are open now, until ...". Pure.

A topic of the knowledge file names a plan of hours (`hours = "office"`). Who asks about it whether it is open
now is told this, and then the topic's answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sipforge.core.office.opening import Opening
from sipforge.text.plain import contains, words

WEEK: Final = 7
"""Days ahead of which the weekday says when."""


@dataclass(frozen=True, slots=True)
class HoursPhrases:
    """Each holds {time}, the last {day}, too, where it says when; empty in a language that lacks them."""

    open: str = ""
    """Open, and not to be closed before tomorrow."""
    open_until: str = ""
    closed: str = ""
    """Closed, for longer than a week."""
    opens_today: str = ""
    opens_tomorrow: str = ""
    opens_on: str = ""
    days: tuple[str, ...] = ()
    """How {day} is said, from Monday on."""

    now: tuple[str, ...] = ()
    """How callers ask about now: anywhere in what they say, or with a ? behind it as the whole of it."""

    def asked(self, question: str) -> bool:
        """Whether `question` is about now."""
        said = words(question)
        return any(
            said == words(phrase) if phrase.endswith("?") else contains(said, words(phrase))
            for phrase in self.now
        )

    def say(self, found: Opening) -> str:
        """The sentence; times are written as figures, for the language's own text rules to say."""
        time = f"{found.minute // 60:02}:{found.minute % 60:02}"
        soon = found.days is not None and (found.days == 0 or (found.days == 1 and found.minute == 0))
        if found.open:
            return (self.open_until if soon else self.open).replace("{time}", time)
        if found.days is None or found.days >= WEEK:
            return self.closed
        phrase = {0: self.opens_today, 1: self.opens_tomorrow}.get(found.days, self.opens_on)
        day = self.days[found.weekday] if self.days else ""
        return phrase.replace("{time}", time).replace("{day}", day)
