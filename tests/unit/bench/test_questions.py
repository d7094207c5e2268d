from tests.bench.questions import VOICES, load_questions

FILE = """
[asked.first]
hours = ["When?", "Until when?"]
prices = ["How much?"]
[asked.tuning]
hours = ["Not this one"]
[unknown]
first = ["Dogs?", "Cats?"]
"""


def test_questions_topic_by_topic(tmp_path):
    path = tmp_path / "english.toml"
    path.write_text(FILE)
    known, unknown = load_questions(path)
    assert [(question.text, question.topic) for question in known] == [
        ("When?", "hours"),
        ("How much?", "prices"),
        ("Until when?", "hours"),
    ]
    assert [question.text for question in unknown] == ["Dogs?", "Cats?"]
    assert not any(question.topic for question in unknown)
    assert [question.voice for question in known] == list(VOICES)


def test_twenty_of_many_without_an_answer_evenly_spread(tmp_path):
    path = tmp_path / "english.toml"
    texts = ", ".join(f'"{number}"' for number in range(61))
    path.write_text(f"[asked.first]\nhours = []\n[unknown]\nfirst = [{texts}]\n")
    _, unknown = load_questions(path)
    assert [question.text for question in unknown] == [str(number) for number in range(0, 60, 3)]
