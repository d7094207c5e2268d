import numpy as np
import pytest

from tests.bench.__main__ import PARTS, _options, estimate
from tests.bench.barge_in import DISTURBANCES, chosen
from tests.bench.bench import Judged, _mixed, pieces
from tests.bench.calls import Asked, dealt
from tests.bench.questions import Question
from tests.bench.stats import FAILED
from tests.bench.turns import Heard, Turn
from tests.bench.verdicts import Verdict
from tests.phones.audio import Segment, write_wav


def test_parts_run_in_their_own_order():
    options = _options(["--parts", "barge-in,reply", "--turns", "30", "--calls", "5"])
    assert options.parts == ["reply", "barge-in"]
    assert (options.turns, options.calls) == (30, [5])
    assert _options([]).parts == list(PARTS)
    for wrong in (["--parts", "reply,nothing"], ["--calls", "1,5"], ["--calls", "11"]):
        with pytest.raises(SystemExit):
            _options(wrong)


def test_parts_that_measure_the_same_calls_make_them_once():
    assert estimate(["reply", "stages"]) == estimate(["reply"])
    assert estimate(["stages"]) > 10.0
    assert estimate(["load", "stages"]) - estimate(["stages"]) < 1.0


def test_questions_without_an_answer_are_spread_and_all_asked():
    known = [Question(f"k{number}", "hours") for number in range(6)]
    unknown = [Question(f"u{number}", "") for number in range(3)]
    mixed = [question.text for question in _mixed(known, unknown)]
    assert mixed == ["k0", "u0", "k1", "k2", "u1", "k3", "k4", "u2", "k5"]
    assert [len(hand) for hand in dealt(known, 4)] == [2, 2, 1, 1]


def test_speech_is_split_at_short_pauses(tmp_path):
    rate_hz = 8000
    tone = 0.1 * np.sin(np.arange(rate_hz) / 3.0)
    parts = [np.zeros(4000), tone[:1600], np.zeros(800), tone[:1600], np.zeros(1600), tone, np.zeros(4000)]
    write_wav(tmp_path / "heard.wav", np.concatenate(parts), rate_hz)
    found = pieces(tmp_path / "heard.wav", Segment(0.5, 2.2))
    assert found == [
        Segment(pytest.approx(0.5), pytest.approx(1.0)),
        Segment(pytest.approx(1.2), pytest.approx(2.2)),
    ]


def test_why_a_turn_has_no_time():
    question, said = Question("When?", "hours"), Segment(1.0, 2.0)
    early = Heard(Segment(1.5, 3.0), Segment(1.5, 3.0))

    def problem(turn: Turn | None, of_call: str, seconds: float = FAILED) -> str:
        return Judged(Asked(question, turn, None, of_call), "", Verdict.SILENT, seconds).problem

    assert problem(None, "486 Busy Here") == "486 Busy Here"
    assert problem(None, "") == "the phone did not say it"
    assert problem(Turn(said, (), ()), "") == "no reply"
    assert problem(Turn(said, (early,), ()), "") == "the caller was cut off"
    assert problem(Turn(said, (), (early,)), "", 0.5) == ""


class _Kind:
    def __init__(self, value: str) -> None:
        self.value = value


class _Clip:
    def __init__(self, kind: str, number: int) -> None:
        self.kind, self.number = _Kind(kind), number


def test_every_cough_and_sign_of_listening_is_among_the_disturbances():
    clips = [
        _Clip(kind, number)
        for kind in ("silence", "noise", "cough", "tone", "backchannel")
        for number in range(15)
    ]
    found = [clip.kind.value for clip in chosen(clips)]
    assert len(found) == DISTURBANCES
    assert {kind: found.count(kind) for kind in set(found)} == {
        "cough": 15,
        "backchannel": 15,
        "noise": 10,
        "tone": 10,
    }
