"""Whom a caller asks for by name: what was heard is compared with the office's directory.

Rules, in prose. Who asks for somebody ("connect me with ...") names them behind that; what is short and
answers to nothing else may be a name alone ("Aline, please"). A name that was written down as it is spelt is
that person; so is one that was heard when the recogniser was told the office's names, if it sounds like what
it wrote without. What only sounds like a name is asked about, and so are several people who share one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sipforge.bot.phrases import Phrases
from sipforge.core.office.directory import Directory, Person
from sipforge.engines.protocols import Alternative, EngineError, Floats
from sipforge.text.lexicon import PLAIN, Lexicon
from sipforge.text.plain import words

ASKED: Final = 3
"""People whom a caller is asked about at once; of more, nobody knows the first any more."""
ALIKE: Final = 0.72
"""How much what was written must be spelt like a name to be asked about (difflib's ratio), where the
recogniser cannot be told the names."""
SOUNDS_ALIKE: Final = 0.6
"""How much it must sound like a name that was heard when the recogniser was told the names: it may only have
been told. Of 40 requests for eight people, in three voices over the telephone, 21 were written down with a
part of the name as it is spelt, and 38 were once the names were told. Of 18 others, for somebody else or
something, none was heard as one of the names."""
SURELY: Final = 0.6
"""Confidence from which such a name need not be asked about."""
LIKELY: Final = 0.5
"""Least share of what was heard then."""
TOLD: Final = 20
"""Names that the recogniser is told at once: those that sound most like what it wrote."""
ALONE_WORDS: Final = 3
"""Of a name that is all that was said, without words that say nothing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a caller may want."""

    people: tuple[Person, ...] = ()
    """Empty: nobody is known who is meant."""
    sure: bool = False
    """Whether it is the only one of them, for sure."""


class Names:
    """What callers may say who want somebody, as it is now; the same object while nobody comes or goes."""

    def __init__(self, people: Callable[[], Directory], ask_for: Sequence[str]) -> None:
        self._people = people
        self._ask_for = ask_for
        self._made: tuple[Directory, Mapping[str, str]] = (Directory(), {})

    def __call__(self) -> Mapping[str, str]:
        """Phrase → whom it means."""
        directory = self._people()
        if self._made[0] is not directory:
            self._made = (directory, directory.sayings(self._ask_for))
        return self._made[1]


class Who:
    """One bot's knowledge of the office's people."""

    def __init__(
        self,
        people: Callable[[], Directory],
        phrases: Phrases,
        lexicon: Lexicon = PLAIN,
        expecting: Callable[[Floats, str], Awaitable[Sequence[Alternative]]] | None = None,
    ) -> None:
        """Put it together.

        Args:
            people: the directory as it is now.
            phrases: how callers ask for somebody.
            lexicon: of their language.
            expecting: the recogniser's; see `sipforge.engines.protocols.Expecting`.
        """
        self._people = people
        self._phrases = phrases
        self._lexicon = lexicon
        self._common = lexicon.function | lexicon.weak | lexicon.everyday
        self._expecting = expecting

    def name(self, extension: str) -> str:
        """Of the person with this extension; empty: nobody has it."""
        return self._people().name(extension)

    def spelt(self, text: str, among: Sequence[str] | None = None) -> Wanted:
        """Who is named anywhere in `text`, as it is spelt; `among` these extensions, where they are given."""
        found = self._people().spelt(words(text), self._common)
        if among is not None:
            found = tuple(person for person in found if person.extension in among)
        return Wanted(found[:ASKED], sure=len(found) == 1)

    async def wanted(self, text: str, samples: Floats, *, alone: bool = False) -> Wanted:
        """Whom the caller who said `text` wants.

        Args:
            text: what was recognised.
            samples: of which sound.
            alone: whether it may be the name alone, since it is nothing else.
        """
        directory, said = self._people(), words(text)
        name = self._phrases.after_asking(said)
        if name is None and alone:
            name = [word for word in said if word not in self._lexicon.function]
            name = name if len(name) <= ALONE_WORDS else None
        if not name or not directory.people:
            return Wanted()
        found = self.spelt(" ".join(name))
        return found if found.people else await self._looked_again(directory, name, samples)

    async def _looked_again(self, directory: Directory, name: list[str], samples: Floats) -> Wanted:
        """Whom what was written only sounds like, or who is heard by a recogniser that knows the names."""
        alike = directory.alike(name, self._lexicon.sound)
        told = [person for _, person in alike[:TOLD]]
        likeness = {person: likeness for likeness, person in alike}
        try:
            looks = await self._expecting(samples, _hint(told)) if self._expecting is not None else ()
        except EngineError:
            looks = ()
        for look in looks[:1]:
            heard = directory.spelt(words(look.text), self._common)
            best = max((likeness[person] for person in heard), default=0.0)
            if look.share < LIKELY or best < SOUNDS_ALIKE:
                return Wanted()
            return Wanted(heard[:ASKED], sure=len(heard) == 1 and look.confidence >= SURELY)
        spelt = directory.alike(name)
        near = [person for likeness, person in spelt if likeness >= max(ALIKE, spelt[0][0] - 0.01)]
        return Wanted(tuple(near[:ASKED]))


def _hint(people: Sequence[Person]) -> str:
    return ", ".join(person.name for person in people) + "."
