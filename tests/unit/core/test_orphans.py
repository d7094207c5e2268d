import pytest

from sipforge.core.asterisk.orphans import OrphanWatch, call_of

CALL = "40325ec2-5efd-4bd3-805f-53576e581d13"
CHANNEL = f"AudioSocket/127.0.0.1:9092-{CALL}"


@pytest.mark.parametrize(
    ("channel", "call"),
    [
        (CHANNEL, CALL),
        (CHANNEL.upper().replace("AUDIOSOCKET", "AudioSocket"), CALL),
        ("PJSIP/1001-00000004", None),
        (f"PJSIP/{CALL}", None),
        ("AudioSocket/127.0.0.1:9092-not-a-uuid", None),
        (CHANNEL + ";1", None),
    ],
)
def test_the_call_in_a_channels_name(channel: str, call: str | None) -> None:
    assert call_of(channel) == call


def test_a_channel_that_is_vouched_for_stays() -> None:
    watch = OrphanWatch(10)
    assert [watch.observe(now, [CHANNEL], {CALL}) for now in (0, 10, 1000)] == [(), (), ()]


@pytest.mark.parametrize("known", [frozenset(), frozenset({"another"}), None])
def test_a_channel_without_its_call_is_named_when_its_time_is_over(known: frozenset[str] | None) -> None:
    watch = OrphanWatch(10)
    assert watch.observe(100.0, [CHANNEL], known) == ()
    assert watch.observe(109.9, [CHANNEL], known) == ()
    assert watch.observe(110.0, [CHANNEL], known) == (CHANNEL,)


def test_one_good_answer_starts_the_time_anew() -> None:
    watch = OrphanWatch(10)
    watch.observe(0, [CHANNEL], None)
    watch.observe(9, [CHANNEL], {CALL})
    watch.observe(10, [CHANNEL], None)
    assert watch.observe(19.9, [CHANNEL], None) == ()
    assert watch.observe(20, [CHANNEL], None) == (CHANNEL,)


def test_an_orphan_is_named_once_in_its_time_and_again_if_it_stays() -> None:
    watch = OrphanWatch(10)
    seen = [(now, watch.observe(now, [CHANNEL], None)) for now in range(0, 25)]
    assert [now for now, orphans in seen if orphans] == [10, 20]


def test_a_channel_that_went_is_forgotten() -> None:
    watch = OrphanWatch(10)
    watch.observe(0, [CHANNEL], None)
    watch.observe(5, [], None)
    assert watch.observe(12, [CHANNEL], None) == ()


def test_other_channels_are_never_named() -> None:
    watch = OrphanWatch(10)
    watch.observe(0, ["PJSIP/1001-00000004"], None)
    assert watch.observe(100, ["PJSIP/1001-00000004"], None) == ()
