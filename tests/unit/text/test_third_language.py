from __future__ import annotations

import tomllib

import pytest

from sipforge.bot.phrases import load_phrases
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.text.language import languages, load_language
from tests.models import REPOSITORY
from tests.third_language import FOLDER, italian_beside_the_others

PHRASES = REPOSITORY / "roles" / "sipforge" / "files" / "phrases"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Apriamo alle 8.", "Apriamo alle otto."),
        ("Costa 5.000 franchi", "Costa cinquemila franchi"),
        ("21, 28 e 1001", "ventuno, ventotto e milleuno"),
        ("180 euro, 2026", "centoottanta euro, duemilaventisei"),
    ],
)
def test_its_numbers_are_said(written: str, spoken: str) -> None:
    with italian_beside_the_others():
        assert "italian" in languages()
        assert load_language("italian").normalise(written) == spoken
    assert "italian" not in languages()


def test_the_other_assistants_know_it_by_its_own_file() -> None:
    others = {"kinyarwanda": PHRASES / "kinyarwanda.toml", "italian": FOLDER / "phrases.toml"}
    phrases = load_phrases(PHRASES / "english.toml", "x", "english", others)
    assert phrases.intent("I would like to speak Italian.") == (Meaning.OTHER_LANGUAGE, "italian")
    assert phrases.intent("I would like to speak Kinyarwanda.") == (Meaning.OTHER_LANGUAGE, "kinyarwanda")
    assert "italian" not in str(tomllib.loads((PHRASES / "english.toml").read_text()))
    assert len(load_knowledge(FOLDER / "knowledge.toml").topics) == 2
