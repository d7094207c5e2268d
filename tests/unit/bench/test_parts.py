"""What each part makes of what it measured: figures, targets, failures."""

from pathlib import Path

import numpy as np
import pytest

from tests.bench import (
    cloud,
    interruptions,
    load,
    local_model,
    playout,
    quality,
    reply,
    stages,
    turn_cuts,
    word_errors,
)
from tests.bench.bench import Conversations, Judged
from tests.bench.calls import Asked
from tests.bench.findings import Findings
from tests.bench.interruptions import Disturbance, Interruption, measured_stop
from tests.bench.questions import Question
from tests.bench.readings import parse
from tests.bench.rtp import Flow, Packet
from tests.bench.stats import FAILED, Figure
from tests.bench.turn_cuts import Paused
from tests.bench.turns import Heard, Turn
from tests.bench.verdicts import Verdict
from tests.bench.word_errors import Errors
from tests.phones.audio import Segment, write_wav

RIGHT, WRONG, HONEST, SILENT = Verdict.RIGHT, Verdict.WRONG, Verdict.HONEST, Verdict.SILENT


def figure(found: Findings, what: str) -> Figure:
    (one,) = [figure for figure in found.figures if figure.what == what]
    return one


def judged(
    seconds: float,
    verdict: Verdict = RIGHT,
    topic: str = "hours",
    filler: float = 0.0,
    heard: str = "x.wav",
    began: float = 10.0,
) -> Judged:
    """A turn whose first sound came `filler` seconds before the answer; `FAILED`: no reply."""
    said = Segment(began, began + 2.0)
    begins = began + 2.0 + seconds - filler
    after = (
        (Heard(Segment(begins, begins + 3.0), Segment(begins, begins + 3.0)),) if seconds != FAILED else ()
    )
    asked = Asked(
        Question("When?", topic), Turn(said, (), after), Path(heard), stages={"stt": 0.3, "reply": seconds}
    )
    return Judged(asked, "heard", verdict, seconds)


def test_reply_times_and_what_was_right():
    one = [judged(0.5)] * 46 + [judged(0.5, Verdict.ASKED)] + [judged(0.7, WRONG)] * 2
    one += [judged(FAILED, SILENT)]
    unknown = [judged(0.5, HONEST, "")] * 19 + [judged(0.5, WRONG, "")]
    found = reply.findings({1: one + unknown, 10: [judged(2.5, filler=1.5)] * 20})
    p95 = figure(found, "1 call: end of question to first word of answer, p95")
    assert (p95.value, p95.n, p95.failed, p95.met) == (pytest.approx(0.61), 50, 1, True)
    right = figure(found, "questions in other words than the file's, answered right")
    assert (right.value, right.n, right.target) == (46, 50, None)
    served = figure(found, "those, or asked back whether that is meant")
    assert (served.value, served.n, served.target.bound, served.met) == (47, 50, 45, True)
    wrong = figure(found, "questions without an answer, answered wrongly")
    assert (wrong.value, wrong.n, wrong.met) == (1, 20, False)
    assert figure(found, "10 calls: to first sound, a filler included, p50").value == pytest.approx(1.0)
    assert figure(found, "10 calls: end of question to first word of answer, p95").met is True
    assert len(found.failures) == 4  # two wrong, one silent, one unknown answered
    assert "no reply" in found.failures[2]
    assert found.plots[0].series["1 call"].count(FAILED) == 1
    assert found.tables[0].rows[0] == ["1 call", "46", "1", "2", "0", "0", "1", "50"]


def test_how_often_callers_speak_is_told():
    found = reply.findings(
        {5: [judged(0.5, heard=name, began=began) for name in ("a", "b") for began in (10.0, 22.0, 36.0)]}
    )
    interval = figure(found, "5 calls: from one question of a caller to the next, mean")
    assert (interval.value, interval.n) == (pytest.approx(13.0), 4)


def test_the_local_model_is_heard_in_time():
    found = local_model.findings([judged(1.9, filler=0.9)] * 29 + [judged(3.0)])
    assert figure(found, "end of question to first word of answer, p50").met is True
    in_time = figure(found, "something heard within 1.2 s")
    assert (in_time.value, in_time.met) == (29, False)


def test_faults_of_the_cloud_are_held_to_what_is_without_them():
    found = cloud.findings(
        {
            "no fault": [judged(1.0)] * 30,
            "refuse": [judged(1.5)] * 5 + [judged(2.9)],
            "slow first token": [judged(2.0)] * 5 + [judged(FAILED, SILENT)],
            "no key": [judged(0.75)] * 6,
            "offline mode": [judged(0.7)] * 6,
        }
    )
    assert figure(found, "refuse: slowest later than the median without it").value == pytest.approx(1.9)
    assert figure(found, "refuse: slowest later than the median without it").met is True
    assert figure(found, "refuse: answered right from the local file in the same turn").met is True
    assert figure(found, "slow first token: slowest later than the median without it").met is False
    assert figure(found, "slow first token: answered right from the local file in the same turn").value == 5
    assert figure(found, "no key: median later than in offline mode").met is True
    assert len(found.failures) == 1


def test_a_fault_measured_without_its_base_is_not_met():
    found = cloud.findings({"refuse": [judged(1.0)]})
    later = figure(found, "refuse: slowest later than the median without it")
    assert (later.value, later.met) == (None, False)


def test_barge_in_and_false_stops():
    stopped = [Interruption("q", "hours", 0.2, RIGHT, "a")] * 28
    stopped += [Interruption("q", "hours", FAILED, WRONG, "a"), Interruption("q", "hours", None, RIGHT, "a")]
    calm = [Disturbance("cough 1", "cough", True, 0.0, False, "a")] * 48
    calm += [
        Disturbance("cough 2", "cough", True, 0.4, True, "a"),
        Disturbance("hum", "hum", False, 2.0, False, "a"),
    ]
    found = interruptions.findings(stopped, calm)
    p50 = figure(found, "caller's first sound to the reply's last, p50")
    assert (p50.value, p50.n, p50.failed) == (0.2, 29, 1)
    assert figure(found, "interruptions that fell into a pause of the reply, not among those").value == 1
    assert figure(found, "interrupting questions answered right").value == 29
    lost = figure(found, "replies lost to a cough, a noise or a back-channel")
    assert (lost.value, lost.n, lost.met) == (1, 50, True)
    assert found.tables[0].rows == [["cough", "49", "0", "1", "1"], ["hum", "1", "1", "0", "0"]]
    assert len(found.failures) == 2


def test_a_stop_is_measured_where_a_reply_is_heard():
    loud = np.concatenate([np.full(110, -20.0), np.full(90, -70.0)])
    assert measured_stop(loud, onset=2.0, until=3.5) == pytest.approx(0.2)
    assert measured_stop(loud, onset=2.5, until=3.5) is None
    assert measured_stop(np.full(200, -20.0), onset=2.0, until=3.5) == FAILED


def test_callers_cut_off_are_counted_and_not_among_the_waits():
    def paused(cut: bool, seconds: float) -> Paused:
        return Paused("I would", 0.7, "like", cut, seconds, "", "", "x.wav")

    found = turn_cuts.findings(
        [paused(False, 0.8)] * 47 + [paused(True, FAILED)] * 2 + [paused(False, FAILED)]
    )
    assert figure(found, "callers cut off").met is True
    assert figure(found, "wait after the last sound, p50").n == 48
    assert figure(found, "wait after the last sound, p50").failed == 1
    assert ["cut off" in line for line in found.failures] == [True, True, False]


def conversations(
    callers: int, asked=(), cores: float = 0.1, memory_mb: float = 100.0, flows=None
) -> Conversations:
    exported = {
        "orchestrator": parse(
            "# TYPE sipforge_playout_late_seconds histogram\n"
            'sipforge_playout_late_seconds_bucket{le="0.001"} 90\n'
            'sipforge_playout_late_seconds_bucket{le="0.002"} 100\n'
            'sipforge_playout_late_seconds_bucket{le="+Inf"} 100\n'
            "sipforge_playout_late_seconds_sum 0.05\nsipforge_playout_late_seconds_count 100\n"
            "# TYPE sipforge_playout_underruns counter\n"
            'sipforge_playout_underruns_total{bot="english"} 2\n'
        ),
        "english": parse(
            "# TYPE sipforge_bot_stage_seconds histogram\n"
            'sipforge_bot_stage_seconds_bucket{stage="stt",le="1.0"} 4\n'
            'sipforge_bot_stage_seconds_bucket{stage="stt",le="+Inf"} 4\n'
            'sipforge_bot_stage_seconds_sum{stage="stt"} 1.2\n'
            'sipforge_bot_stage_seconds_count{stage="stt"} 4\n'
        ),
    }
    units = {"asterisk": cores, "sipforge-bot@english": 2 * cores, "machine": 5 * cores}
    return Conversations(callers, asked, 60.0, exported, units, {"asterisk": memory_mb}, flows)


def test_playout_counts_late_packets_and_torn_speech(tmp_path):
    tone = 0.1 * np.sin(np.arange(16000) / 3.0)
    tone[8000:8800] = 0.0
    write_wav(tmp_path / "call.wav", tone, 8000)
    packets = [Packet(0.02 * n + (0.05 if n >= 50 else 0.0), n, b"") for n in range(100)]
    flows = {
        Flow(10000, 14004, 1): packets,
        Flow(14004, 10000, 2): [Packet(0.0, 1, b""), Packet(9.0, 2, b"")],
    }
    asked = [judged(0.5, heard=str(tmp_path / "call.wav")).asked] * 2
    found = playout.findings([conversations(1, asked, flows=flows)])
    assert figure(found, "1 call: longest gap").value == pytest.approx(70.0)
    assert figure(found, "1 call: gaps over 60 ms").value == 1
    (gap,) = found.raw["1 calls"]["gaps"]
    assert gap == pytest.approx({"seconds": 0.07, "after_seconds": 0.98, "packets_missing": 0, "port": 14004})
    torn = figure(found, "1 call: holes over 60 ms in speech")
    assert (torn.value, torn.n, torn.met) == (1, 1, False)
    assert figure(found, "1 call: frames sent late by, p99").value == pytest.approx(1.9)
    assert figure(found, "1 call: times that speech ran dry").value == 2


def test_playout_without_packets_is_not_measured():
    assert figure(playout.findings([conversations(1)]), "1 call: gaps over 60 ms").met is False


def test_load_is_what_calls_add():
    idle = {"asterisk": 0.02, "machine": 0.1}
    found = load.findings(idle, [conversations(1), conversations(10, cores=0.5, memory_mb=190.0)])
    assert figure(found, "1 call: cores for each call, all services").value == pytest.approx(0.28)
    assert figure(found, "10 calls: cores for each call, all services").value == pytest.approx(0.148)
    assert figure(found, "memory for each further call, all services").value == pytest.approx(10.0)


def test_stages_of_turns_that_had_a_reply():
    asked = [judged(0.5).asked, judged(0.7).asked, judged(FAILED).asked]
    (table,) = stages.findings([conversations(1, asked)]).tables
    assert table.rows == [["stt", "0.300", "0.300", "0.300", "4"], ["reply", "0.600", "0.690", "", "0"]]


def test_quality_counts_what_was_not_found():
    scored = [quality.Scored("a", 0.9, 4.2, "x.wav", 4.4)] * 3 + [quality.Scored("b", 0.2, None, "y.wav")]
    found = quality.findings({"bot, 1 call": scored}, [0.001] * 98 + [0.030] * 2)
    mos = figure(found, "bot, 1 call: PESQ, mean")
    assert (mos.value, mos.n, mos.failed, mos.met) == (pytest.approx(4.2), 4, 1, True)
    assert figure(found, "user to user: delay added by the server, one way, p99").met is False
    assert figure(found, "user to user: delay added by the server, one way, p50").value == pytest.approx(1.0)
    assert (
        figure(quality.findings({}, None), "user to user: delay added by the server, one way, p99").met
        is False
    )


def test_sentences_are_found_in_replies(tmp_path):
    pytest.importorskip("pesq")
    rng = np.random.default_rng(1)
    names = ("first", "second", "third")
    sentences = {name: np.convolve(rng.standard_normal(12000), np.hanning(9), "same") / 30 for name in names}
    silence = np.zeros(4000)
    heard = np.concatenate(
        [
            silence,
            sentences["first"],
            silence,
            sentences["second"],
            silence,
            silence,
            0.02 * rng.standard_normal(12000),
            silence,
        ]
    )
    write_wav(tmp_path / "heard.wav", heard, 8000)

    def asked(start: float, end: float) -> Asked:
        place = Segment(start, end)
        return Asked(
            Question("When?", "hours"),
            Turn(Segment(0.0, 0.1), (), (Heard(place, place),)),
            tmp_path / "heard.wav",
        )

    found = quality.bot_scores([asked(0.5, 4.0), asked(5.5, 7.0)], sentences)
    assert [one.what for one in found] == ["first", "second", "reply to “When?”"]
    assert [one.mos is not None and one.mos > 4.0 for one in found] == [True, True, False]


def test_word_errors_by_noise_and_speaker():
    measured = [
        Errors("slt", "clean", 100, 5),
        Errors("rms", "clean", 100, 15),
        Errors("slt", "12 dB", 50, 10),
    ]
    measured.append(Errors("kal16", "clean, formant voices", 10, 5))
    found = word_errors.findings(measured, [True, True, False], [False])
    clean = figure(found, "word errors, clean, all speakers")
    assert (clean.value, clean.n, clean.met) == (pytest.approx(10.0), 200, False)
    assert figure(found, "word errors, 12 dB, all speakers").met is None
    assert figure(found, "short answers (“yes”, “no” …) written right").value == 2
    assert figure(found, "noises that became words, had they been taken for speech").value == 0
    assert found.tables[0].rows == [
        ["slt", "5.0", "20.0", ""],
        ["rms", "15.0", "", ""],
        ["kal16", "", "", "50.0"],
    ]
    assert found.plots[0].values == {
        "clean": 10.0,
        "12 dB": 20.0,
        "clean, formant voices": 50.0,
        "slt, clean": 5.0,
        "rms, clean": 15.0,
    }
