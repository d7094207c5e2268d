"""Whole calls over a real Unix socket, with engines whose behaviour is plain."""

from __future__ import annotations

import asyncio
import json
import logging
import stat
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sipforge.bot.menu import Menu
from sipforge.bot.phrases import Phrases
from sipforge.bot.service import BotMetrics, BotRules, BotService, Parts
from sipforge.bot.setting import Company
from sipforge.bot.thinking import CROWDED_SECONDS, Thinking
from sipforge.bot.voice import Voice, load_language
from sipforge.core.actions import Phrase
from sipforge.core.audiosocket import UNIX_LEG, Frame, FrameParser, Kind, encode
from sipforge.core.course import CourseRules, Meaning
from sipforge.core.messages import Hello, Sender, event_frame, hello_frame
from sipforge.core.turn_taking import TurnRules
from sipforge.engines.protocols import Floats
from sipforge.infra.metrics import Metrics
from sipforge.infra.tokens import issue_token
from tests.unit.bot.doubles import BeepTts, BookDialogue, LevelStt, LoudnessVad, silence, spoken

KEY = "k" * 48
NOW = 1_800_000_000.0
TEXTS = ("", "when", "yes", "bye", "riddle", "FAIL", "mm", "muraho")
MUMBLE, WHEN, YES, BYE, RIDDLE, BROKEN, MM, FOREIGN = range(8)
PHRASES = Phrases(
    {phrase: f"{phrase.value}." for phrase in Phrase}, {Meaning.YES: ("yes",), Meaning.GOODBYE: ("bye",)}
)


class Bot:
    """A bot service with plain engines on a socket."""

    company = Company("3000", lambda: spoken(1, 0.2))
    menu = Menu(("One, two.", "Three."), tuple(f"answer {number}." for number in range(8)))

    def __init__(self, folder: Path, filler: float = 60.0, **changes: Any) -> None:
        self.path = folder / "audio.sock"
        self.stt = LevelStt(*TEXTS)
        self.queue_seconds = 0.0
        self.tts = BeepTts()
        self.metrics = Metrics()
        course: dict[str, Any] = {
            "operator": "1000",
            "prompt_again_seconds": 60.0,
            "idle_limit_seconds": 120.0,
        }
        times: dict[str, Any] = {"pause_seconds": 0.1}
        times |= dict.fromkeys(("finished_seconds", "unsure_seconds", "open_seconds"), 0.3)
        voice = Voice(self.tts, load_language("plain"), None)
        self.book = BookDialogue({"when": "At eight."})
        thinking = Thinking(
            self.stt,
            [self.book],
            PHRASES,
            backchannel=lambda text: text == "mm",
            foreign=self._foreign,
            wait_seconds=lambda: self.queue_seconds,
        )
        self.service = BotService(
            BotRules("english", 2, CourseRules(**{**course, **changes}), TurnRules(**times), filler),
            Parts(LoudnessVad(), thinking, voice, PHRASES, self.company, lambda: 12, self.menu),
            BotMetrics(self.metrics),
            KEY,
            now=lambda: NOW,
        )

    async def _foreign(self, samples: Floats) -> bool:
        return bool(np.abs(samples).max() > (FOREIGN + 1.5) / 10)

    def metric(self, line: str) -> bool:
        return line in self.metrics.render().decode()


class Peer:
    """The orchestrator's end: plays at once, so every mark comes back as soon as it arrives."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.parser = FrameParser(UNIX_LEG)
        self.events: list[dict[str, Any]] = []
        self.audio_bytes = 0
        self.over = False
        self.plays = True

    def send(self, frame: Frame) -> None:
        self.writer.write(encode(frame))

    def say(self, slin: bytes) -> None:
        for start in range(0, len(slin), 640):
            self.send(Frame(Kind.SLIN16, slin[start : start + 640]))

    def hello(self, call: str, *, bot: str = "english", key: str = KEY, token_call: str = "") -> None:
        token = issue_token(key, token_call or call, bot, 30, NOW)
        self.send(hello_frame(Hello(call, "1001", "2000", 8000, token)))

    async def until(self, done: Callable[[], bool]) -> None:
        """Read until `done`, or the stream ends."""
        async with asyncio.timeout(10):
            while not done():
                frame = self.parser.next_frame()
                if frame is not None:
                    self.take(frame)
                    continue
                if self.parser.ended:
                    self.over = True
                    return
                self.parser.receive_data(await self.reader.read(65536))

    def take(self, frame: Frame) -> None:
        if frame.kind == Kind.SLIN16:
            self.audio_bytes += len(frame.payload)
        elif frame.kind == Kind.HANGUP:
            self.over = True
        else:
            event = json.loads(frame.payload)
            self.events.append(event)
            if event["type"] == "mark" and self.plays:
                self.send(event_frame(event, Sender.ORCHESTRATOR))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def replies(self) -> list[str]:
        return [event["text"] for event in self.of("reply")]

    async def spoken(self, count: int) -> None:
        """Until `count` texts have been played."""
        await self.until(lambda: len(self.of("mark")) >= count or self.over)

    async def replied(self, count: int) -> None:
        """Until `count` replies were reported as heard."""
        await self.until(lambda: len(self.replies()) >= count or self.over)

    async def clear(self, played_seconds: float) -> None:
        """Until the bot drops its reply; tell it how much was heard."""
        await self.until(lambda: bool(self.of("clear")))
        answer = {"type": "clear", "played_seconds": played_seconds}
        self.send(event_frame(answer, Sender.ORCHESTRATOR))


Scenario = Callable[[Bot, Callable[[], Awaitable[Peer]]], Awaitable[None]]


def run(folder: Path, scenario: Scenario, **changes: Any) -> None:
    async def main() -> None:
        bot, ready = Bot(folder, **changes), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(bot.service.serve(bot.path, ready))
            await ready.wait()
            peers: list[Peer] = []

            async def connect() -> Peer:
                peers.append(Peer(*await asyncio.open_unix_connection(bot.path)))
                return peers[-1]

            try:
                await scenario(bot, connect)
            finally:
                serving.cancel()
                for peer in peers:
                    peer.writer.close()

    asyncio.run(main())


@asynccontextmanager
async def greeted(connect: Callable[[], Awaitable[Peer]]) -> AsyncIterator[Peer]:
    peer = await connect()
    peer.hello(str(uuid.uuid4()))
    await peer.spoken(1)
    yield peer


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


def test_the_socket_is_for_its_group_only(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        assert stat.S_IMODE(bot.path.stat().st_mode) == 0o660

    (tmp_path / "audio.sock").touch()
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
            ("", "greeting_afternoon."),
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
            peer.send(event_frame(peer.of("mark")[-1], Sender.ORCHESTRATOR))
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
            peer.say(silence(1.5) + spoken(1, 0.5) + silence(0.5))
            await peer.until(lambda: bool(peer.of("resume")))
            # The same sound again does not hold the reply any more.
            peer.say(spoken(1, 0.5) + silence(0.5) + spoken(1, 0.5) + silence(0.5))
            peer.plays = True
            peer.send(event_frame(peer.of("mark")[-1], Sender.ORCHESTRATOR))
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
        assert [turn.caller for turn in bot.book.asked[-1].history] == [""]

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
            assert peer.of("transfer") == [{"type": "transfer", "target": "1000", "briefing": False}]

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


def test_the_other_language_is_noticed_and_offered(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(FOREIGN) + silence(0.5))
            await peer.spoken(2)
            peer.say(spoken(FOREIGN) + silence(0.5))
            await peer.until(lambda: bool(peer.of("transfer")))
        assert peer.of("transfer") == [{"type": "transfer", "target": "3000", "briefing": False}]

    run(tmp_path, scenario, other_language=True)


def test_unknown_then_yes_transfers_after_the_words(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(RIDDLE) + silence(0.5))
            await peer.spoken(2)
            peer.say(spoken(YES) + silence(0.5))
            await peer.until(lambda: bool(peer.of("transfer")))
            assert [event["type"] for event in peer.events[-2:]] == ["mark", "transfer"]
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
            peer.send(Frame(Kind.DTMF, b"2"))
            await peer.replied(4)
        assert peer.replies()[1:] == ["not_understood.", "not_understood. One, two.", "answer 1."]

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


def test_a_broken_voice_ends_the_call_and_only_that(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as other, greeted(connect) as peer:
            bot.book.answers["when"] = "It will FAIL here"
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.until(lambda: peer.over)
            assert peer.of("hangup") == [{"type": "hangup", "reason": "error"}]
            other.say(spoken(BYE) + silence(0.5))
            await other.until(lambda: bool(other.of("hangup")))
        assert "broken voice" in caplog.text

    run(tmp_path, scenario)


def test_the_other_side_vanishes(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            assert bot.service.calls == 1
            peer.writer.write_eof()
            await peer.until(lambda: peer.over)
            assert bot.service.calls == 0
            assert bot.metric('sipforge_bot_calls_ended_total{how="done"} 1.0')

    run(tmp_path, scenario)


CALL = str(uuid.uuid4())


@pytest.mark.parametrize(
    ("greet", "words"),
    [
        (lambda peer: peer.hello(CALL, key="x" * 48), "token refused"),
        (lambda peer: peer.hello(CALL, bot="kinyarwanda"), "token refused"),
        (lambda peer: peer.hello(CALL, token_call=str(uuid.uuid4())), "for another call"),
        (lambda peer: peer.say(silence(0.1)), "expected hello"),
        (lambda peer: peer.writer.write(b"GET / HTTP/1.1\r\n\r\n"), "not allowed"),
        (lambda peer: peer.writer.write(b"\x80\x00"), "inside a frame"),
        (lambda peer: None, "without a hello"),
    ],
)
def test_what_is_no_call_gets_one_log_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, greet: Callable[[Peer], None], words: str
) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as other:
            peer = await connect()
            greet(peer)
            peer.writer.write_eof()
            await peer.until(lambda: peer.over)
            assert not peer.events
            other.say(spoken(WHEN) + silence(0.5))
            await other.replied(2)
            assert other.replies() == ["greeting_afternoon.", "At eight."]
        lines = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
        assert len(lines) == 1
        assert words in lines[0]

    caplog.set_level(logging.INFO)
    run(tmp_path, scenario)


def test_garbage_in_the_middle_of_a_call_ends_it_with_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.writer.write(b"\x77\xff\xff garbage")
            await peer.until(lambda: peer.over)
        lines = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
        assert len(lines) == 1
        assert "broke off" in lines[0]

    run(tmp_path, scenario)


def test_no_more_calls_than_the_limit_and_none_twice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        first = await connect()
        first.hello(CALL)
        await first.spoken(1)
        again = await connect()
        again.hello(CALL)
        await again.until(lambda: again.over)
        assert "here already" in caplog.text
        async with greeted(connect):
            third = await connect()
            third.hello(str(uuid.uuid4()))
            await third.until(lambda: third.over)
            assert "which is the limit" in caplog.text

    run(tmp_path, scenario)


def test_the_service_ends_calls_in_an_orderly_way(tmp_path: Path) -> None:
    async def main() -> None:
        bot, ready = Bot(tmp_path), asyncio.Event()
        serving = asyncio.create_task(bot.service.serve(bot.path, ready))
        await ready.wait()
        peer = Peer(*await asyncio.open_unix_connection(bot.path))
        peer.hello(CALL)
        await peer.spoken(1)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        await peer.until(lambda: peer.over)
        assert peer.over
        peer.writer.close()

    asyncio.run(main())


def test_what_callers_say_is_never_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(RIDDLE) + silence(0.5))
            await peer.spoken(2)

    caplog.set_level(logging.DEBUG)
    run(tmp_path, scenario)
    assert any(record.message == "turn understood" for record in caplog.records)
    assert not any("riddle" in str(record.__dict__) for record in caplog.records)
