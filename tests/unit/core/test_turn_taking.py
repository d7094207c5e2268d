from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.conversation.turn_taking import TRANSITIONS, Cue, Event, TurnRules, TurnState, TurnTaking
from sipforge.text.turn_end import Completeness

WINDOW = 0.032
RULES = TurnRules()


class Talk:
    """A caller and an assistant, in windows."""

    def __init__(self) -> None:
        self.turns = TurnTaking(RULES)
        self.cues: list[Cue] = []
        self.seconds = 0.0

    def hear(self, probability: float, seconds: float, dbfs: float = -20.0) -> list[Cue]:
        """The cues of a stretch."""
        found: list[Cue] = []
        for _ in range(round(seconds / WINDOW)):
            found += self.turns.window(WINDOW, probability, dbfs)
        return found

    def speech(self, seconds: float, dbfs: float = -20.0) -> list[Cue]:
        return self.hear(0.9, seconds, dbfs)

    def silence(self, seconds: float) -> list[Cue]:
        return self.hear(0.02, seconds, -70.0)

    def silence_until_answer(self) -> float:
        """Seconds of silence up to the end of the turn."""
        for count in range(1, 200):
            if Cue.ANSWER in self.turns.window(WINDOW, 0.02):
                return count * WINDOW
        raise AssertionError("the turn never ended")


def speaking(*, answers: bool = True) -> Talk:
    talk = Talk()
    talk.speech(1.0)
    talk.silence(0.3)
    talk.turns.recognised(Completeness.FINISHED)
    talk.silence_until_answer()
    talk.turns.reply(answers=answers)
    return talk


def test_recognition_begins_at_the_first_short_pause() -> None:
    talk = Talk()
    assert talk.speech(1.0) == []
    assert talk.turns.caller_speaks
    assert talk.silence(0.16) == []
    assert talk.silence(0.096) == [Cue.RECOGNISE]
    assert talk.turns.state is TurnState.MAYBE_FINISHED


def test_a_caller_who_goes_on_makes_that_work_useless() -> None:
    talk = Talk()
    talk.speech(1.0)
    talk.silence(0.3)
    assert talk.speech(0.2) == [Cue.FORGET]
    assert talk.silence(0.3) == [Cue.RECOGNISE]


def test_a_click_in_a_pause_is_not_going_on() -> None:
    talk = Talk()
    talk.speech(1.0)
    talk.silence(0.3)
    assert talk.speech(WINDOW) == []
    assert talk.turns.state is TurnState.MAYBE_FINISHED


@pytest.mark.parametrize(
    ("completeness", "seconds"),
    [
        (Completeness.FINISHED, RULES.finished_seconds),
        (Completeness.UNSURE, RULES.unsure_seconds),
        (Completeness.OPEN, RULES.open_seconds),
        (None, RULES.open_seconds),
    ],
)
def test_the_silence_that_ends_a_turn_depends_on_its_words(
    completeness: Completeness | None, seconds: float
) -> None:
    talk = Talk()
    talk.speech(1.0)
    talk.silence(0.256)
    if completeness is not None:
        assert talk.turns.recognised(completeness) == ()
    assert 0.256 + talk.silence_until_answer() == pytest.approx(seconds, abs=WINDOW)
    assert talk.turns.state is TurnState.THINKING


def test_a_turn_is_over_as_soon_as_its_words_say_so() -> None:
    talk = Talk()
    talk.speech(1.0)
    talk.silence(0.6)
    assert talk.turns.recognised(Completeness.FINISHED) == (Cue.ANSWER,)


def test_words_of_an_earlier_pause_do_not_end_a_turn() -> None:
    talk = Talk()
    talk.speech(1.0)
    talk.silence(0.3)
    talk.turns.recognised(Completeness.FINISHED)
    talk.speech(0.5)
    assert Cue.ANSWER not in talk.silence(RULES.finished_seconds + 0.1)


def test_a_very_long_utterance_ends() -> None:
    talk = Talk()
    cues = talk.speech(RULES.longest_seconds + 0.1)
    assert cues[-2:] == [Cue.RECOGNISE, Cue.ANSWER]


def test_a_caller_who_goes_on_before_the_reply_has_not_finished() -> None:
    talk = Talk()
    talk.speech(1.0)
    talk.silence(0.3)
    talk.turns.recognised(Completeness.FINISHED)
    talk.silence_until_answer()
    assert not talk.turns.settled
    assert talk.speech(0.2) == [Cue.FORGET, Cue.CONTINUE]
    assert talk.turns.state is TurnState.LISTENING


def test_speech_over_a_reply_holds_it_within_a_tenth_of_a_second() -> None:
    talk = speaking()
    assert talk.silence(2.0) == []
    assert talk.speech(0.064) == []
    assert talk.speech(WINDOW) == [Cue.HOLD]


def test_what_was_meant_ends_the_reply_and_is_the_callers_turn() -> None:
    talk = speaking()
    talk.silence(2.0)
    assert talk.speech(0.5) == [Cue.HOLD]
    assert talk.silence(0.3) == [Cue.LOOK]
    assert talk.turns.judged(True) == (Cue.STOP,)
    assert talk.turns.state is TurnState.MAYBE_FINISHED
    assert talk.turns.recognised(Completeness.FINISHED) == ()
    assert talk.silence_until_answer() < RULES.finished_seconds


def test_long_speech_over_a_reply_is_looked_at_before_it_ends() -> None:
    talk = speaking()
    talk.silence(2.0)
    cues = talk.speech(1.0)
    assert cues == [Cue.HOLD, Cue.LOOK]
    assert talk.turns.judged(True) == (Cue.STOP,)
    assert talk.turns.state is TurnState.LISTENING
    assert talk.silence(0.3) == [Cue.RECOGNISE]


def test_a_false_alarm_lets_the_reply_go_on() -> None:
    talk = speaking()
    talk.silence(2.0)
    talk.speech(0.3)
    talk.silence(0.3)
    assert talk.turns.judged(False) == (Cue.RELEASE,)
    assert talk.turns.state is TurnState.SPEAKING
    assert talk.speech(0.3) == [Cue.HOLD]


def test_the_whole_is_looked_at_rather_than_its_beginning() -> None:
    talk = speaking()
    talk.silence(2.0)
    assert talk.speech(0.9) == [Cue.HOLD, Cue.LOOK]
    assert talk.silence(0.3) == [Cue.FORGET, Cue.LOOK]


def test_noise_without_words_is_waited_out() -> None:
    talk = speaking()
    talk.silence(2.0)
    looks = 0
    for _ in range(10):
        cues = talk.speech(RULES.look_seconds + WINDOW)
        looks += cues.count(Cue.LOOK)
        if talk.turns.judged(False) == (Cue.RELEASE,):
            break
    assert talk.turns.state is TurnState.SPEAKING
    assert 3 <= looks <= 5
    assert talk.speech(5.0) == []
    talk.silence(0.5)
    assert talk.speech(0.3) == [Cue.HOLD]


def test_echo_holds_a_reply_once_and_then_only_louder_speech() -> None:
    talk = speaking()
    talk.silence(2.0)
    talk.speech(0.5, -30.0)
    talk.silence(0.3)
    assert talk.turns.judged(False, echo=True) == (Cue.RELEASE,)
    assert talk.speech(0.5, -29.0) == []
    talk.silence(0.5)
    assert talk.speech(0.5, -20.0) == [Cue.HOLD]


@pytest.mark.parametrize(("seconds", "continues"), [(0.5, True), (1.5, False)])
def test_in_the_first_second_of_a_reply_the_turn_goes_on(seconds: float, continues: bool) -> None:
    talk = speaking()
    talk.silence(seconds)
    assert talk.turns.settled is not continues
    talk.speech(0.3)
    talk.silence(0.3)
    assert (Cue.CONTINUE in talk.turns.judged(True)) is continues


def test_a_prompt_answers_nothing_that_could_go_on() -> None:
    talk = speaking(answers=False)
    talk.speech(0.3)
    talk.silence(0.3)
    assert talk.turns.judged(True) == (Cue.STOP,)


def test_a_reply_that_was_over_as_the_caller_began() -> None:
    talk = speaking()
    talk.silence(2.0)
    talk.speech(0.3)
    assert talk.turns.heard_out() == (Cue.RELEASE,)
    assert talk.turns.state is TurnState.LISTENING
    assert talk.silence(0.3) == [Cue.RECOGNISE]
    assert talk.turns.judged(False) == ()


def test_after_a_reply_the_caller_is_listened_to() -> None:
    talk = speaking()
    talk.silence(1.0)
    assert talk.turns.heard_out() == ()
    talk.speech(0.5)
    assert talk.silence(0.3) == [Cue.RECOGNISE]


def test_a_cough_needs_no_reply() -> None:
    talk = Talk()
    talk.speech(0.2)
    talk.silence(0.3)
    talk.turns.recognised(Completeness.UNSURE)
    talk.silence_until_answer()
    assert talk.turns.speech_seconds == pytest.approx(0.2, abs=WINDOW)
    talk.turns.nothing()
    assert talk.turns.state is TurnState.LISTENING


def test_every_state_can_be_left_and_reached() -> None:
    assert {state for state, _ in TRANSITIONS} == set(TurnState)
    assert set(TRANSITIONS.values()) == set(TurnState)
    assert {event for _, event in TRANSITIONS} == set(Event)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("window"), st.floats(0, 1), st.floats(-80, 0)),
        st.tuples(st.just("recognised"), st.sampled_from(Completeness)),
        st.tuples(st.just("judged"), st.booleans(), st.booleans()),
        st.tuples(st.just("heard_out")),
        st.tuples(st.just("reply"), st.booleans()),
    ),
    max_size=300,
)


@given(STEPS)
def test_no_order_of_facts_breaks_it_and_holds_are_let_go(steps: list[tuple[object, ...]]) -> None:
    turns = TurnTaking(RULES)
    held = False
    for what, *arguments in steps:
        match what:
            case "window":
                cues = turns.window(WINDOW, *arguments)  # type: ignore[arg-type]
            case "recognised":
                cues = turns.recognised(*arguments)  # type: ignore[arg-type]
            case "judged":
                cues = turns.judged(arguments[0], echo=arguments[1])  # type: ignore[arg-type]
            case "heard_out":
                cues = turns.heard_out()
            case _:
                # An assistant speaks where nobody else does.
                if turns.state is TurnState.INTERRUPTED:
                    continue
                turns.reply(answers=bool(arguments[0]))
                cues = ()
        for cue in cues:
            if cue is Cue.HOLD:
                assert not held
                held = True
            elif cue in {Cue.RELEASE, Cue.STOP}:
                held = False
        assert held is (turns.state is TurnState.INTERRUPTED)
