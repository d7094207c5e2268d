"""How well the front desk tells which language people speak, by the real recogniser of who is at the desk.

    python -m tests.bench.front_desk FOLDER [--line NAME] [--count N] [--desk NAME]

FOLDER is that of `tests.bench.people`: orders of people in English, sentences of a man in Kinyarwanda. Each
is one utterance, the first that a caller says at the desk.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sipforge.bot.build import ANY_LANGUAGE, FOREIGN, make_foreign, make_recognisers, make_thinking
from sipforge.bot.hear import Ear
from sipforge.bot.phrases import load_phrases
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.engines.registry import VAD, made
from sipforge.engines.runtime.telephone_line import LINES, over_the_line
from sipforge.infra.settings.host import Settings, check_settings
from tests.bench.people import Recording, loud, recordings, settings

LANGUAGES: Final = {"slots": "english", "sentence": "kinyarwanda"}
"""Kind of recording → assistant whose language it is."""


def with_desk(both: Settings, desk: str) -> Settings:
    """The office of the bench with a front desk at which `desk` is."""
    tables = both.model_dump(mode="json", exclude={"front_desk"})
    names = [desk, *(name for name in both.bots if name != desk)]
    for name, bot in tables["bots"].items():
        bot["others"] = [other for other in names if other != name]
    tables["front_desk"] = {"extension": "9000", "assistants": names}
    return check_settings(Path("front-desk"), tables).with_models(both.model_directory)


def chosen(folder: Path, count: int) -> list[Recording]:
    """`count` recordings of each language, spread over all there are."""
    kinds: dict[str, list[Recording]] = {kind: [] for kind in LANGUAGES}
    for one in recordings(folder):
        if (kind := one.kind.rsplit(" ", 1)[-1]) in kinds:
            kinds[kind].append(one)
    return [of[number * len(of) // count] for of in kinds.values() for number in range(min(count, len(of)))]


async def decisions(
    both: Settings, desk: str, spoken: Sequence[Recording], line: str
) -> Counter[tuple[str, str]]:
    """How often which language, by its assistant's name, was taken for which; "": asked again."""
    bot, office = both.bots[desk], with_desk(both, desk)
    others = {other: both.bots[other].phrases for other in office.bots[desk].others}
    phrases = load_phrases(bot.phrases, office.office, bot.language, others)
    recognisers = make_recognisers(office, desk, phrases, load_knowledge(bot.knowledge))
    thinking = make_thinking(
        bot,
        phrases,
        recognisers,
        (),
        foreign=make_foreign(office, desk, recognisers, FOREIGN),
        whose_language=make_foreign(office, desk, recognisers, ANY_LANGUAGE),
    )
    [vad] = made(VAD, [bot.vad.engine], office.model_directory / bot.vad.model)
    ear = Ear(vad, thinking, None, {}, TurnRules())
    found: Counter[tuple[str, str]] = Counter()
    for one in spoken:
        samples = loud(one.samples)
        samples, seconds = ear.noticed(over_the_line(samples, LINES[line]) if line else samples)
        thought = await thinking.think(await thinking.hear(samples, seconds), (), samples, any_language=True)
        taken = {Meaning.NOTHING: "", Meaning.FOREIGN: thought.target}.get(thought.meaning, desk)
        found[LANGUAGES[one.kind.rsplit(" ", 1)[-1]], taken] += 1
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--line", default="gentle", choices=["", *LINES])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--desk", default="english", choices=["english", "kinyarwanda"])
    given = parser.parse_args()
    spoken = chosen(given.folder, given.count)
    found = asyncio.run(decisions(settings(), given.desk, spoken, given.line))
    for (said, taken), count in sorted(found.items()):
        print(f"{said}: {count} {f'taken for {taken}' if taken else 'asked again'}")


if __name__ == "__main__":
    main()
