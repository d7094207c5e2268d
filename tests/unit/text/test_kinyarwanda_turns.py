from __future__ import annotations

import pytest

from sipforge.text.kinyarwanda.turns import completeness, is_backchannel
from sipforge.text.turn_end import Completeness
from tests.phones.texts import load_texts

FINISHED, OPEN, UNSURE = Completeness.FINISHED, Completeness.OPEN, Completeness.UNSURE


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("Mukora ku wa gatandatu?", UNSURE),
        ("Ndashaka gahunda ku", OPEN),
        ("Ndashaka guhura n'", OPEN),
        ("Mukora kuva ku wa mbere kugeza.", OPEN),
        ("Nimero yanjye ni zeru karindwi umunani umunani", OPEN),
        ("Zeru karindwi umunani umunani, rimwe kabiri gatatu, kane gatanu gatandatu.", FINISHED),
        ("Yego.", UNSURE),
        ("Yego, murakoze.", UNSURE),
        ("Ndashaka gahunda.", UNSURE),
        ("", UNSURE),
    ],
)
def test_judgement(text: str, judged: Completeness) -> None:
    assert completeness(text) is judged


def test_no_question_of_the_office_is_called_open() -> None:
    topics = load_texts("kinyarwanda").topics.values()
    questions = [question for topic in topics for question in topic.questions]
    assert len(questions) > 30
    assert [question for question in questions if completeness(question) is OPEN] == []


def test_signs_of_listening() -> None:
    assert is_backchannel("Yego, yego.")
    assert not is_backchannel("Yego, murakoze")
    assert not is_backchannel("Oya")
    assert not is_backchannel("")
