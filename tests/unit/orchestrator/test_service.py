"""Whole calls through a real orchestrator: sockets on loopback, a bot written here, no Asterisk."""

import asyncio
import json
import shutil
import socket

import pytest

from sipforge.core.audiosocket import Kind
from sipforge.core.conversation.actions import Reason
from sipforge.core.messages.events import (
    Clear,
    Cleared,
    HangupEvent,
    Mark,
    MetricsEvent,
    Pause,
    ReplyEvent,
    Resume,
    TranscriptEvent,
)
from sipforge.infra.capacity import Measurement, save_measurements
from tests.unit.orchestrator.office import FAST, SPEECH, UNAVAILABLE, played, quiet, sounds
from tests.unit.redis_server import RedisServer


def test_speech_is_played_in_order_and_its_marks_come_back(tmp_path):
    told = []

    async def script(bot):
        bot.say(SPEECH[:1000])
        bot.say(SPEECH[1000:2560])
        bot.event(Mark("first"))
        bot.say(SPEECH[2560:])
        bot.event(Mark("second"))
        told.extend([await bot.told(), await bot.told()])
        bot.event(HangupEvent(Reason.GOODBYE))
        told.append(await bot.told())

    async def story(office):
        phone = await office.phone()
        pcm = await phone.audio_until_hangup()
        await office.until_no_calls()
        return pcm, await office.metric('sipforge_calls_total{bot="english",outcome="goodbye"}')

    pcm, counted = played(story, tmp_path, script)
    assert sounds(pcm) == SPEECH
    assert len(pcm) % 640 == 0
    assert told[:2] == [Mark("first"), Mark("second")]
    assert told[2].kind == Kind.HANGUP
    assert counted == 1


def test_the_bot_hears_the_caller_and_the_keys_in_20_ms_frames(tmp_path):
    heard = asyncio.Queue()

    async def script(bot):
        bot.say(b"\x01\x01" * 320)
        while (frame := await bot.read()) is not None:
            heard.put_nowait(frame)

    async def story(office):
        phone = await office.phone()
        await phone.first_sound()
        phone.send(Kind.SLIN16, SPEECH[:1000])
        phone.send(Kind.SLIN16, SPEECH[1000:])
        phone.send(Kind.DTMF, b"f")
        phone.send(Kind.DTMF, b"#")
        return [await heard.get() for _ in range(6)]

    frames = played(story, tmp_path, script)
    audio = [frame.payload for frame in frames if frame.kind == Kind.SLIN16]
    assert [len(pcm) for pcm in audio] == [640] * 5
    assert b"".join(audio) == SPEECH
    assert [frame.payload for frame in frames if frame.kind == Kind.DTMF] == [b"#"]


def test_an_8_khz_telephone_gets_8_khz_and_the_bot_16(tmp_path):
    hellos, heard = [], asyncio.Queue()

    async def script(bot):
        hellos.append(bot.hello)
        bot.say(b"\x10\x10" * 3200)
        while True:
            heard.put_nowait(await bot.hear())

    async def story(office):
        call = await office.admitted()
        phone = await office.phone(call)
        frame = await phone.first_sound()
        phone.send(Kind.SLIN8, b"\x10\x10" * 1600)
        return call, frame, [await heard.get() for _ in range(10)]

    call, frame, pieces = played(story, tmp_path, script, rate_hz=8000)
    assert (frame.kind, len(frame.payload)) == (Kind.SLIN8, 320)
    assert [len(piece) for piece in pieces] == [640] * 10
    assert b"".join(pieces)[-640:] == b"\x10\x10" * 320
    assert (hellos[0].call, hellos[0].caller, hellos[0].dialled) == (call, "1001", "2000")
    assert hellos[0].rate_hz == 8000


def test_a_reply_that_is_held_is_silence_until_it_goes_on(tmp_path):
    async def script(bot):
        bot.say(b"\x07\x07" * 8000)
        bot.event(Mark("said"))
        await bot.hear()
        bot.event(Pause())
        await bot.hear()
        bot.event(Resume())
        assert await bot.told() == Mark("said")
        bot.event(HangupEvent(Reason.GOODBYE))
        await bot.told()

    async def story(office):
        phone = await office.phone()
        pcm = b""
        while b"\x07\x07" * 320 not in pcm:
            pcm += (await phone.read()).payload
        phone.send(Kind.SLIN16, bytes(640))
        while not pcm.endswith(bytes(640 * 3)):
            pcm += (await phone.read()).payload
        phone.send(Kind.SLIN16, bytes(640))
        return pcm + await phone.audio_until_hangup()

    pcm = played(story, tmp_path, script)
    assert pcm.count(b"\x07\x07" * 320) == 25
    assert not pcm.replace(b"\x07", b"").strip(b"\0")


def test_clear_silences_at_once_and_says_how_much_was_heard(tmp_path):
    answers = []

    async def script(bot):
        bot.say(SPEECH)
        bot.event(Mark("heard"))
        bot.say(b"\x07\x07" * 16000)
        bot.event(Mark("never heard"))
        answers.append(await bot.told())
        await bot.hear()
        bot.event(Clear())
        answers.append(await bot.told())
        bot.event(HangupEvent(Reason.GOODBYE))
        await bot.told()

    async def story(office):
        phone = await office.phone()
        pcm = b""
        while b"\x07\x07" * 320 not in pcm:
            pcm += (await phone.read()).payload
        phone.send(Kind.SLIN16, bytes(640))
        return pcm + await phone.audio_until_hangup()

    pcm = played(story, tmp_path, script)
    assert answers[0] == Mark("heard")
    loud = pcm.count(b"\x07\x07" * 320)
    assert answers[1] == Cleared(pytest.approx(loud * 0.02))
    assert 0 < loud < 50


def test_a_bot_may_end_a_call_with_nothing_but_0x00(tmp_path):
    async def script(bot):
        bot.say(SPEECH)
        bot.send(Kind.HANGUP)

    async def story(office):
        call = await office.admitted()
        return await (await office.phone(call)).audio_until_hangup(), await office.after(call)

    pcm, following = played(story, tmp_path, script)
    assert sounds(pcm) == SPEECH
    assert following == ("hangup", "")


async def dies(bot) -> None:
    bot.say(SPEECH * 100)
    await bot.hear()


async def babbles(bot) -> None:
    bot.say(SPEECH * 100)
    await bot.hear()
    bot.writer.write(b"\x42\x00\x00")
    await bot.told()


async def lies(bot) -> None:
    await bot.hear()
    bot.writer.write(b"\x81\x00\x02{}")
    await bot.told()


async def stops_in_a_frame(bot) -> None:
    await bot.hear()
    bot.writer.write(b"\x12\x02\x80\x00")
    await bot.told()


async def floods_with_marks(bot) -> None:
    await bot.hear()
    bot.say(SPEECH * 10)
    for number in range(300):
        bot.event(Mark(str(number)))
    await bot.told()


@pytest.mark.parametrize("script", [dies, babbles, lies, stops_in_a_frame, floods_with_marks])
def test_a_bot_that_fails_is_apologised_for_and_the_caller_goes_on_to_a_person(tmp_path, script):
    async def story(office):
        call = await office.admitted()
        phone = await office.phone(call)
        phone.send(Kind.SLIN16, bytes(640))
        pcm = await phone.audio_until_hangup()
        following = await office.after(call)
        failed = await office.metric('sipforge_calls_total{bot="english",outcome="bot_failed"}')
        return pcm, following, failed

    pcm, following, failed = played(story, tmp_path, script)
    assert sounds(pcm).rstrip(b"\0").endswith(UNAVAILABLE)
    assert following == ("users", "1000")
    assert failed == 1


def test_a_bot_that_refuses_the_token_is_a_bot_that_failed(tmp_path):
    async def story(office):
        office.bot_key = "x" * 40
        call = await office.admitted()
        pcm = await (await office.phone(call)).audio_until_hangup()
        return pcm, await office.after(call)

    pcm, following = played(story, tmp_path, quiet)
    assert sounds(pcm).rstrip(b"\0") == UNAVAILABLE
    assert following == ("users", "1000")


def test_a_bot_that_cannot_be_reached_opens_its_breaker(tmp_path):
    async def story(office):
        path = office.settings.bot_socket("english")
        path.unlink()
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        for _ in range(3):
            pcm = await (await office.phone()).audio_until_hangup()
            assert sounds(pcm).rstrip(b"\0") == UNAVAILABLE
        answer = await office.route()
        _, health = await office.get("/health")
        return answer, health

    answer, health = played(story, tmp_path, quiet)
    assert answer == {"SIPFORGE_CALL": "", "SIPFORGE_REFUSED": "unavailable"}
    assert health["status"] == "degraded"
    english = health["checks"]["bots"]["english"]
    assert english == {"socket": True, "breaker": "open", "calls": 0, "room": True}


def test_a_bot_that_does_not_read_loses_the_oldest_audio_and_then_the_call(tmp_path):
    async def script(bot):
        bot.reader._transport.pause_reading()
        bot.say(SPEECH)
        await asyncio.sleep(10)

    async def story(office):
        phone = await office.phone()
        await phone.first_sound()
        for _ in range(200):
            phone.send(Kind.SLIN16, bytes(6400))
        pcm = await phone.audio_until_hangup()
        lost = await office.metric('sipforge_caller_audio_dropped_frames_total{bot="english"}')
        return pcm, lost

    pcm, lost = played(story, tmp_path, script)
    assert sounds(pcm).rstrip(b"\0").endswith(UNAVAILABLE)
    assert lost > 100


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
@pytest.mark.parametrize("ending", ["0x00", "close", "reset"])
def test_a_caller_who_hangs_up_in_the_middle_of_an_answer_leaves_nothing_behind(tmp_path, ending):
    last = []

    async def script(bot):
        bot.event(TranscriptEvent(turn=1, text="opening hours", confidence=0.9, seconds=1.0))
        bot.say(SPEECH * 100)
        last.append(await bot.told())
        last.append(await bot.told())

    async def story(office):
        await office.until(lambda: office.parts.store.available)
        call = await office.admitted()
        phone = await office.phone(call)
        await phone.first_sound()
        assert redis.keys() == {f"sipforge:session:{call}", f"sipforge:history:{call}"}
        session = json.loads(redis.ask("get", f"sipforge:session:{call}"))
        if ending == "0x00":
            phone.send(Kind.HANGUP)
            await phone.audio_until_hangup()
        elif ending == "close":
            phone.close()
        else:
            phone.writer.transport.abort()
        await office.until_no_calls()
        await office.until(lambda: len(last) == 2)
        status, about = await office.get(f"/calls/{call}")
        names = {task.get_coro().__qualname__ for task in asyncio.all_tasks()}
        assert not {name for name in names if "Relay" in name or "AudioSocketServer" in name}
        return call, session, status, about

    redis = RedisServer(tmp_path)
    redis.start()
    try:
        call, session, status, about = played(story, tmp_path, script, redis=redis.socket)
        assert session["state"] == "talking"
        assert redis.keys() == {f"sipforge:history:{call}"}
    finally:
        redis.stop()
    assert last[0].kind == Kind.HANGUP
    assert last[1] is None
    assert status == 200
    assert about["state"] == "ended"
    assert [entry["text"] for entry in about["history"]] == ["opening hours"]


def test_stopping_ends_calls_on_both_sides(tmp_path):
    last = asyncio.Queue()

    async def script(bot):
        bot.say(SPEECH * 100)
        last.put_nowait(await bot.told())

    async def story(office):
        phone = await office.phone()
        await phone.first_sound()
        office.stop.set()
        await phone.audio_until_hangup()
        return await last.get()

    assert played(story, tmp_path, script).kind == Kind.HANGUP


def test_the_api_tells_the_calls_in_progress_and_what_was_said(tmp_path):
    async def script(bot):
        bot.event(TranscriptEvent(turn=1, text="Muraho é", confidence=0.5, seconds=1.0))
        bot.event(ReplyEvent(turn=1, text="Mwaramutse", engine="answers"))
        bot.event(MetricsEvent({"stt_seconds": 0.25, "turns": 1}))
        bot.say(SPEECH)
        await bot.told()

    async def story(office):
        call = await office.admitted()
        waiting = (await office.get("/calls"))[1]
        phone = await office.phone(call)
        await phone.first_sound()
        found = [await office.get(path) for path in ("/calls", f"/calls/{call}", "/calls/nobody", "/health")]
        stage = await office.metric('sipforge_answer_stage_seconds_sum{bot="english",stage="stt"}')
        active = await office.metric('sipforge_calls_active{bot="english"}')
        return call, waiting, found, stage, active

    call, waiting, found, stage, active = played(story, tmp_path, script)
    assert [(entry["call"], entry["state"]) for entry in waiting] == [(call, "admitted")]
    (_, (live,)), (_, about), (missing, _), (status, health) = found
    assert live.pop("seconds") >= 0
    assert live.pop("started").endswith("+00:00")
    assert live == {
        "call": call,
        "bot": "english",
        "caller": "1001",
        "dialled": "2000",
        "state": "talking",
        "rate_hz": 16000,
        "metrics": {"stt_seconds": 0.25, "turns": 1.0},
    }
    assert [entry["text"] for entry in about["history"]] == ["Muraho é", "Mwaramutse"]
    assert missing == 404
    assert (status, health["status"], health["checks"]["redis"]) == (200, "degraded", "down")
    assert health["checks"]["bots"]["kinyarwanda"]["socket"] is False
    assert stage == 0.25
    assert active == 1


def test_the_dialplan_is_answered_for_calls_that_are_not_admitted(tmp_path):
    async def story(office):
        answers = [await office.route(dialled) for dialled in ("2999", "3000", "2000")]
        return [answer.get("SIPFORGE_REFUSED") or answer["SIPFORGE_BOT"] for answer in answers]

    assert played(story, tmp_path, quiet) == ["unknown", "unavailable", "english"]


def test_what_is_measured_meanwhile_counts_from_the_next_call_on(tmp_path):
    def limit(source: str) -> str:
        return f'sipforge_calls_limit{{bot="english",source="{source}"}}'

    async def story(office):
        before = [await office.metric(limit(source)) for source in ("default", "measured", "set")]
        settings = office.settings
        settings.capacity_file.parent.mkdir(parents=True, exist_ok=True)
        save_measurements(settings, {"english": Measurement({}, 6.0, 2)})
        refused = [(await office.route()).get("SIPFORGE_REFUSED", "") for _ in range(3)]
        after = [await office.metric(limit(source)) for source in ("default", "measured", "set")]
        return before, refused, after

    assert played(story, tmp_path, quiet) == ([10, 0, 0], ["", "", "busy"], [0, 2, 0])


def test_a_call_that_never_connects_is_swept_away(tmp_path):
    async def story(office):
        await office.admitted()
        await office.until_no_calls()

    timing = type(FAST)(admission_seconds=0.05, sweep_seconds=0.01)
    played(story, tmp_path, quiet, timing=timing)


@pytest.mark.parametrize("rate", ["", "44100", "16000x"])
def test_a_call_at_a_rate_that_there_is_not_is_refused(tmp_path, caplog, rate):
    async def story(office):
        return await office.route(arg_1=rate)

    assert played(story, tmp_path, quiet) == {}
    assert "call of 2000 refused: its audio rate must be one of 8000, 16000" in caplog.text
