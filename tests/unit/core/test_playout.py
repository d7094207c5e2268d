"""The playout queue, driven by a clock that is a number."""

import pytest

from sipforge.core.audio.playout import FRAME_BYTES, SILENCE, Holder, Playout, PlayoutError

SPEECH = bytes(range(256)) * 5  # 1280 bytes: two frames


def started() -> Playout:
    playout = Playout()
    playout.start(100.0)
    return playout


def take(playout: Playout):
    return playout.take(playout.deadline)


def test_silence_when_there_is_nothing():
    playout = started()
    assert take(playout).pcm == SILENCE
    assert playout.counts.underruns == 0


def test_speech_is_cut_into_frames_in_order_and_padded_at_the_end():
    playout = started()
    for start in range(0, 1280, 100):
        playout.push(SPEECH[start : start + 100])
    playout.push(b"\x01\x02")
    frames = [take(playout).pcm for _ in range(4)]
    assert b"".join(frames[:2]) == SPEECH
    assert frames[2] == b"\x01\x02" + SILENCE[2:]
    assert frames[3] == SILENCE
    assert all(len(frame) == FRAME_BYTES for frame in frames)


def test_deadlines_are_absolute():
    playout = started()
    for late in (0.0, 0.015, 0.005, 0.09, 0.0):
        playout.take(playout.deadline + late)
    assert playout.deadline == pytest.approx(100.0 + 5 * 0.02)
    assert playout.counts.frames == 5
    assert playout.counts.late_frames == 1
    assert playout.counts.restarts == 0


def test_after_a_long_stall_the_row_begins_anew_instead_of_a_burst():
    playout = started()
    tick = playout.take(103.0)
    assert tick.late_seconds == pytest.approx(3.0)
    assert playout.deadline == pytest.approx(103.02)
    assert playout.counts.restarts == 1


def test_a_mark_comes_back_one_frame_after_the_last_of_its_speech():
    playout = started()
    playout.push(SPEECH)
    playout.mark("a")
    playout.push(SPEECH[:2])
    playout.mark("b")
    playout.mark("c")
    assert [take(playout).heard for _ in range(5)] == [(), (), ("a",), ("b", "c"), ()]
    assert playout.counts.underruns == 0


def test_a_mark_with_nothing_before_it_is_heard_at_once():
    playout = started()
    playout.mark("empty")
    assert not playout.idle
    assert take(playout).heard == ("empty",)
    assert playout.idle


def test_running_dry_without_a_mark_is_one_underrun():
    playout = started()
    playout.push(SPEECH)
    for _ in range(5):
        take(playout)
    assert playout.counts.underruns == 1
    playout.push(SPEECH)
    playout.mark("end")
    for _ in range(5):
        take(playout)
    assert playout.counts.underruns == 1


def test_clear_tells_how_much_was_heard_and_drops_the_rest_with_its_marks():
    playout = started()
    playout.push(SPEECH * 5)
    playout.mark("never")
    for _ in range(3):
        take(playout)
    cleared = playout.clear()
    assert cleared.played_seconds == pytest.approx(0.06)
    assert cleared.dropped_seconds == pytest.approx(0.14)
    assert cleared.heard == ()
    assert playout.idle
    assert take(playout).pcm == SILENCE
    assert take(playout).heard == ()
    assert playout.counts.underruns == 0


def test_clear_counts_from_the_last_mark_that_was_heard():
    playout = started()
    playout.push(SPEECH)
    playout.mark("first")
    playout.push(SPEECH)
    for _ in range(3):
        take(playout)
    assert playout.clear().played_seconds == pytest.approx(0.02)
    playout.push(SPEECH)
    take(playout)
    assert playout.clear().played_seconds == pytest.approx(0.02)
    assert playout.clear().played_seconds == 0.0


def test_clear_returns_a_mark_whose_speech_was_all_sent():
    playout = started()
    playout.push(SPEECH)
    playout.mark("heard")
    take(playout)
    take(playout)
    cleared = playout.clear()
    assert cleared.heard == ("heard",)
    assert cleared.played_seconds == 0.0


def test_after_a_clear_new_marks_wait_for_new_speech():
    playout = started()
    playout.push(SPEECH * 10)
    take(playout)
    playout.clear()
    playout.push(SPEECH)
    playout.mark("new")
    assert [take(playout).heard for _ in range(3)] == [(), (), ("new",)]


def test_held_speech_waits_and_goes_on_where_it_was():
    playout = started()
    playout.push(SPEECH)
    playout.mark("said")
    first = take(playout).pcm
    playout.hold()
    held = [take(playout) for _ in range(3)]
    assert {tick.pcm for tick in held} == {SILENCE}
    assert [tick.heard for tick in held] == [(), (), ()]
    assert playout.counts.underruns == 0
    playout.release()
    assert first + take(playout).pcm == SPEECH
    assert take(playout).heard == ("said",)


def test_a_clear_lets_go_what_was_held():
    playout = started()
    playout.push(SPEECH)
    take(playout)
    playout.hold()
    take(playout)
    assert playout.clear().played_seconds == pytest.approx(0.02)
    playout.push(SPEECH)
    assert take(playout).pcm == SPEECH[:FRAME_BYTES]


def test_the_queue_is_bounded_and_drops_the_newest():
    playout = Playout(queue_seconds=0.04)
    playout.start(0.0)
    assert playout.push(SPEECH[:1000]) == 0
    assert playout.push(SPEECH) == 1000
    assert playout.push(SPEECH) == 1280
    assert playout.queued_seconds == pytest.approx(0.04)
    assert playout.counts.dropped_bytes == 2280
    assert take(playout).pcm + take(playout).pcm == SPEECH[:1000] + SPEECH[:280]


def test_marks_are_bounded():
    playout = started()
    for _ in range(256):
        playout.mark("x")
    with pytest.raises(PlayoutError):
        playout.mark("one too many")
    assert len(take(playout).heard) == 256


def test_half_a_sample_and_an_unstarted_player_are_refused():
    playout = Playout()
    with pytest.raises(ValueError, match="whole"):
        playout.push(b"x")
    with pytest.raises(ValueError, match="not started"):
        playout.take(0.0)


def test_what_the_line_holds_neither_the_bot_nor_a_clear_lets_go():
    playout = started()
    playout.push(SPEECH)
    playout.hold(Holder.LINE)
    playout.hold()
    playout.release()
    assert take(playout).pcm == SILENCE
    playout.clear()
    playout.push(SPEECH)
    assert take(playout).pcm == SILENCE
    assert playout.counts.underruns == 0
    playout.release(Holder.LINE)
    assert not playout.held_by(Holder.LINE)
    assert take(playout).pcm == SPEECH[:FRAME_BYTES]


def test_a_line_that_is_taken_back_leaves_the_bots_hold():
    playout = started()
    playout.push(SPEECH)
    playout.hold()
    playout.hold(Holder.LINE)
    playout.release(Holder.LINE)
    assert take(playout).pcm == SILENCE
    playout.release()
    assert take(playout).pcm == SPEECH[:FRAME_BYTES]
