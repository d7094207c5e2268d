"""Whole calls over a real Unix socket, with engines whose behaviour is plain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sipforge.bot.thinking import CROWDED_SECONDS
from sipforge.core.audiosocket import Frame, Kind
from sipforge.core.messages.events import Held, Resumed, event_frame
from tests.unit.bot.doubles import silence, spoken
from tests.unit.bot.peer import (
    BROKEN,
    BYE,
    FOREIGN,
    MM,
    MUMBLE,
    RIDDLE,
    WHEN,
    YES,
    Bot,
    Peer,
    greeted,
    run,
)


def test_a_call_from_greeting_to_goodbye(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.spoken(2)
            peer.say(spoken(BYE) + silence(0.5))
            await peer.until(lambda: bool(peer.of("hangup")))
            await peer.replied(3)
            peer.send(Frame(Kind.HANGUP))
            await peer.until(lambda: peer.over)
        assert peer.replies() == ["greeting_afternoon.", "At eight.", "goodbye."]
        assert [event["engine"] for event in peer.of("reply")] == ["phrases", "book", "phrases"]
        assert [event["topics"] for event in peer.of("reply")] == [[], ["when"], []]
        assert [(event["turn"], event["text"]) for event in peer.of("transcript")] == [
            (1, "when"),
            (2, "bye"),
        ]
        assert peer.of("hangup") == [{"type": "hangup", "reason": "goodbye"}]
        assert peer.audio_bytes > 0
        values = peer.of("metrics")[0]["values"]
        assert set(values) == {
            "end_of_turn_seconds",
            "stt_seconds",
            "dialogue_seconds",
            "tts_seconds",
            "reply_seconds",
        }
        assert values["end_of_turn_seconds"] == pytest.approx(0.3, abs=0.05)
        assert bot.metric('sipforge_bot_calls_ended_total{how="done"} 1.0')
        assert bot.metric('sipforge_bot_stage_seconds_count{stage="reply"} 2.0')
        assert bot.service.calls == 0

    run(tmp_path, scenario)


def test_recognition_begins_at_the_pause_and_begins_again_when_the_caller_goes_on(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(RIDDLE, 0.5) + silence(0.2))
            async with asyncio.timeout(5):
                await bot.stt.heard.wait()
            assert not peer.of("transcript")
            peer.say(spoken(RIDDLE, 0.5) + silence(0.5))
            await peer.spoken(2)
        assert len(bot.stt.heard_seconds) == 2
        assert bot.stt.heard_seconds[1] > bot.stt.heard_seconds[0] + 0.4
        assert len(peer.of("transcript")) == 1

    run(tmp_path, scenario)


def test_speech_over_a_reply_holds_it_and_words_end_it(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            bot.book.answers["when"] = "At eight in the morning."
            peer.plays = False
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.spoken(2)
            peer.say(silence(1.5) + spoken(RIDDLE, 0.3))
            await peer.until(lambda: bool(peer.of("pause")))
            assert not peer.of("clear")
            peer.say(spoken(RIDDLE, 0.5) + silence(0.5))
            await peer.clear(0.2)
            peer.plays = True
            await peer.replied(3)
        # 0.24 s of sound and a pause make 0.44 s; of the five words as many as their share of it.
        assert peer.replies() == ["greeting_afternoon.", "At eight", "unknown."]
        assert [event["text"] for event in peer.of("transcript")] == ["when", "riddle"]
        assert [(turn.caller, turn.assistant) for turn in bot.book.asked[-1].history] == [
            ("when", "At eight in the morning."),
        ]

    run(tmp_path, scenario)


@pytest.mark.parametrize("over", [MM, MUMBLE])
def test_a_reply_goes_on_after_a_false_alarm(tmp_path: Path, over: int) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.plays = False
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.spoken(2)
            peer.say(silence(1.5) + spoken(over, 0.3) + silence(0.5))
            await peer.until(lambda: bool(peer.of("resume")))
            peer.plays = True
            peer.mark(peer.of("mark")[-1]["name"])
            await peer.replied(2)
        assert peer.replies() == ["greeting_afternoon.", "At eight."]
        assert [event["type"] for event in peer.events if event["type"] in {"pause", "resume", "clear"}] == [
            "pause",
            "resume",
        ]

    run(tmp_path, scenario)


def test_the_own_echo_is_a_false_alarm(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            bot.book.answers["when"] = "We open at eight in the morning."
            bot.stt.texts = ("when", "open at eight in the warning")
            peer.plays = False
            peer.say(spoken(0) + silence(0.5))
            await peer.spoken(2)
            peer.say(silence(1.5) + spoken(1, 1.3) + silence(0.5))
            await peer.until(lambda: bool(peer.of("resume")))
            # The same sound again does not hold the reply any more.
            peer.say(spoken(1, 1.3) + silence(0.5) + spoken(1, 1.3) + silence(0.5))
            peer.plays = True
            peer.mark(peer.of("mark")[-1]["name"])
            await peer.replied(2)
        assert len(peer.of("pause")) == 1
        assert not peer.of("clear")

    run(tmp_path, scenario)


def test_a_caller_who_goes_on_into_the_reply_is_understood_as_a_whole(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.plays = False
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.spoken(2)
            peer.say(silence(0.3) + spoken(RIDDLE, 0.8) + silence(0.5))
            await peer.clear(0.1)
            peer.plays = True
            await peer.replied(2)
        # From the first word to the last; the reply to the first part is not remembered.
        assert bot.stt.heard_seconds[-1] > 0.8 + 0.3 + 0.8
        assert peer.replies() == ["greeting_afternoon.", "unknown."]
        assert bot.book.asked[-1].history == ()

    run(tmp_path, scenario)


def test_a_cough_is_not_answered(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(MUMBLE, 0.2) + silence(1.0))
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.replied(2)
        assert peer.replies() == ["greeting_afternoon.", "At eight."]

    run(tmp_path, scenario)


def test_a_reply_is_spoken_sentence_by_sentence_as_it_comes(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            bot.book.answers["when"] = "At eight. Not before. Please ring. TRANSFER"
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.until(lambda: bool(peer.of("transfer")))
            assert bot.tts.made[-3:] == ["At eight.", "Not before.", "Please ring."]
            # The engine's own words stand for the phrase that says so.
            assert "connecting." not in bot.tts.made
            assert [event["target"] for event in peer.of("transfer")] == ["1000"]

    run(tmp_path, scenario)


def test_a_reply_that_breaks_off_leads_to_the_next_engine_in_the_same_turn(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            bot.book.answers["when"] = "At eight. Not bef BREAK"
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.replied(2)
        assert peer.replies() == ["greeting_afternoon.", "At eight. unknown."]
        assert len(peer.of("transcript")) == 1

    run(tmp_path, scenario)


def test_a_reply_that_takes_its_time_is_announced(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            bot.book.wait_seconds = 1.0
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.replied(2)
        assert peer.replies() == ["greeting_afternoon.", "one_moment. At eight."]

    run(tmp_path, scenario, filler=0.4)


def test_a_caller_who_will_wait_because_of_others_is_told_so(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            bot.book.wait_seconds, bot.queue_seconds = 1.0, CROWDED_SECONDS
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.replied(2)
        assert peer.replies() == ["greeting_afternoon.", "hold. At eight."]

    run(tmp_path, scenario, filler=0.4)


def test_a_caller_whose_telephone_sends_silence_is_told_so_too(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async def hush(peer: Peer) -> None:
            for _ in range(60):
                peer.say(silence(0.02))
                await asyncio.sleep(0.02)

        async with greeted(connect) as peer:
            bot.book.wait_seconds, bot.queue_seconds = 1.0, CROWDED_SECONDS
            peer.say(spoken(WHEN) + silence(0.5))
            await asyncio.gather(hush(peer), peer.replied(2))
        assert peer.replies() == ["greeting_afternoon.", "hold. At eight."]

    run(tmp_path, scenario, filler=0.8)


def test_the_other_language_is_noticed_and_offered(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        bot.stt.sure = 0.3
        async with greeted(connect) as peer:
            peer.say(spoken(FOREIGN) + silence(0.5))
            await peer.spoken(2)
            peer.say(spoken(FOREIGN) + silence(0.5))
            await peer.until(lambda: bool(peer.of("transfer")))
        [transfer] = peer.of("transfer")
        # With what was said, which the other one answers.
        assert (transfer["target"], transfer["briefing"]) == ("3000", False)
        assert transfer["said_seconds"] >= 0.8

    run(tmp_path, scenario)


def test_unknown_then_yes_transfers_after_the_words(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(RIDDLE) + silence(0.5))
            await peer.spoken(2)
            peer.say(spoken(YES) + silence(0.5))
            await peer.until(lambda: bool(peer.of("transfer")))
            assert [event["type"] for event in peer.events[-2:]] == ["reply", "transfer"]
            await peer.replied(3)
        assert peer.replies() == ["greeting_afternoon.", "unknown.", "connecting."]
        assert peer.of("transfer")[0]["target"] == "1000"

    run(tmp_path, scenario)


def test_keys_interrupt(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.plays = False
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.spoken(2)
            peer.send(Frame(Kind.DTMF, b"*"))
            await peer.clear(0.0)
            await peer.spoken(3)
            peer.plays = True
            peer.send(Frame(Kind.DTMF, b"#"))
            await peer.until(lambda: bool(peer.of("hangup")))
        assert len(peer.of("clear")) == 2
        assert bot.tts.made[-1] == "goodbye."
        assert bot.tts.made.count("At eight.") == 1  # kept, the second time

    run(tmp_path, scenario)


def test_a_topic_is_chosen_and_a_message_left_by_keys_alone(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            for count, key in enumerate("8381*", 2):
                peer.send(Frame(Kind.DTMF, key.encode()))
                await peer.spoken(count)
            peer.send(Frame(Kind.DTMF, b"9"))
            await peer.until(lambda: bool(peer.of("message")))
        said = ["One, two.", "answer 2.", "Three.", "answer 7.", "answer 7.", "leave_message."]
        assert peer.replies() == ["greeting_afternoon.", *said[: len(peer.replies()) - 1]]
        assert bot.tts.made == list(dict.fromkeys(["greeting_afternoon.", *said]))
        assert peer.of("message") == [{"type": "message", "target": "1000"}]

    run(tmp_path, scenario)


def test_the_menu_is_read_after_two_turns_that_nobody_understands(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            for count in (2, 3):
                peer.say(spoken(MUMBLE) + silence(0.5))
                await peer.replied(count)
            for count, key in ((4, b"2"), (5, b"*")):
                peer.send(Frame(Kind.DTMF, key))
                await peer.replied(count)
        said = ["not_understood.", "not_understood. One, two.", "answer 1.", "answer 1."]
        assert peer.replies()[1:] == said
        assert [event["topics"] for event in peer.of("reply")][1:] == [[], [], ["topic-1"], ["topic-1"]]

    run(tmp_path, scenario)


def test_silence_is_asked_about_and_then_let_go(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            await peer.until(lambda: bool(peer.of("hangup")))
            await peer.replied(4)
        assert peer.replies() == ["greeting_afternoon.", "ask_again.", "idle_warning.", "idle_goodbye."]
        assert peer.of("hangup") == [{"type": "hangup", "reason": "idle"}]

    run(tmp_path, scenario, prompt_again_seconds=2.1, idle_limit_seconds=5.0)


def test_a_turn_ends_though_the_phone_sends_nothing_in_silence(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(WHEN))
            await peer.replied(2)
        assert peer.replies() == ["greeting_afternoon.", "At eight."]

    run(tmp_path, scenario)


@pytest.mark.parametrize(("operator", "said"), [("1000", "connecting."), ("", "unavailable.")])
def test_a_broken_recogniser(tmp_path: Path, operator: str, said: str) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(BROKEN) + silence(0.5))
            await peer.until(lambda: bool(peer.of("transfer") or peer.of("hangup")))
            await peer.replied(2)
        assert peer.replies() == ["greeting_afternoon.", said]

    run(tmp_path, scenario, operator=operator)


def test_on_hold_nothing_is_heard_and_no_time_goes_by(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.send(event_frame(Held()))
            peer.say(spoken(WHEN) + silence(0.5))
            await asyncio.sleep(1.2)
            peer.send(event_frame(Resumed()))
            peer.say(spoken(RIDDLE) + silence(0.5))
            await peer.replied(2)
        # Neither the question nor the reprompt, which would have come after a second.
        assert peer.replies() == ["greeting_afternoon.", "unknown."]
        assert len(bot.stt.heard_seconds) == 1

    run(tmp_path, scenario, prompt_again_seconds=1.0)


def test_a_turn_that_a_hold_interrupts_is_answered_after_it(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(WHEN))
            peer.send(event_frame(Held()))
            await asyncio.sleep(0.6)
            assert not peer.of("transcript")
            peer.send(event_frame(Resumed()))
            await peer.replied(2)
        assert peer.replies() == ["greeting_afternoon.", "At eight."]

    run(tmp_path, scenario)
