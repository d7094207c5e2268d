"""Errors of our own in the middle of a call: its caller hears of it, and no other call is touched."""

import logging

import pytest

from sipforge.core.audiosocket import Kind
from sipforge.core.conversation.actions import Reason
from sipforge.core.messages.events import HangupEvent, Mark, MetricsEvent, TranscriptEvent, TransferEvent
from sipforge.infra.call_store import CallStore
from sipforge.orchestrator.telemetry import Telemetry
from tests.unit.orchestrator.office import SPEECH, UNAVAILABLE, played, quiet, sounds


async def talks(bot):
    bot.event(TranscriptEvent(1, "opening hours", 0.9, 1.0))
    bot.event(MetricsEvent({"stt_seconds": 0.25}))
    bot.say(SPEECH * 100)
    await bot.told()


def broken(*_, **__):
    raise RuntimeError("out of order")


def tracebacks(caplog):
    return [one for one in caplog.records if one.exc_info and one.name.startswith("sipforge")]


@pytest.mark.parametrize(
    ("part", "method"),
    [
        (CallStore, "append_history"),
        (Telemetry, "answer_measured"),
        (Telemetry, "call_began"),
        (Telemetry, "caller_audio_dropped"),
        (Telemetry, "frame_sent"),
    ],
)
def test_an_error_is_apologised_for_counted_and_followed_by_a_person(
    tmp_path, monkeypatch, caplog, part, method
):
    async def story(office):
        for failed in range(1, 4):
            call = await office.admitted()
            phone = await office.phone(call)
            phone.send(Kind.SLIN16, bytes(640))
            pcm = await phone.audio_until_hangup()
            assert sounds(pcm).rstrip(b"\0").endswith(UNAVAILABLE)
            assert await office.after(call) == ("users", "1000")
            assert len(tracebacks(caplog)) == failed
            assert await office.metric('sipforge_calls_total{bot="english",outcome="failed"}') == failed
        return await office.route()

    monkeypatch.setattr(part, method, broken)
    answer = played(story, tmp_path, talks)
    assert answer["SIPFORGE_REFUSED"] == "unavailable"
    assert "out of order" in caplog.text


def test_without_a_store_the_caller_still_gets_to_a_person(tmp_path, monkeypatch):
    async def story(office):
        call = await office.admitted()
        with monkeypatch.context() as patched:
            for name in ("put_session", "delete_session", "append_history"):
                patched.setattr(CallStore, name, broken)
            pcm = await (await office.phone(call)).audio_until_hangup()
            return sounds(pcm).rstrip(b"\0"), await office.after(call)

    assert played(story, tmp_path, talks) == (UNAVAILABLE, ("users", "1000"))


def test_another_call_goes_on(tmp_path, monkeypatch, caplog):
    begun = []

    async def script(bot):
        begun.append(bot.hello.call)
        if len(begun) > 1:
            await talks(bot)
            return
        bot.event(TranscriptEvent(1, "opening hours", 0.9, 1.0))
        bot.say(SPEECH)
        bot.event(Mark("said"))
        assert await bot.told() == Mark("said")
        await bot.hear()
        bot.say(SPEECH)
        bot.event(HangupEvent(Reason.GOODBYE))
        await bot.told()

    def append(store, call, entry):
        if call != begun[0]:
            raise RuntimeError("out of order")

    async def story(office):
        first = await office.phone()
        await first.first_sound()
        second = await (await office.phone()).audio_until_hangup()
        first.send(Kind.SLIN16, bytes(640))
        return sounds(await first.audio_until_hangup()), sounds(second).rstrip(b"\0")

    monkeypatch.setattr(CallStore, "append_history", append)
    heard, apology = played(story, tmp_path, script)
    assert heard.endswith(SPEECH)
    assert apology == UNAVAILABLE
    assert len(tracebacks(caplog)) == 1


def test_last_words_are_said_and_the_call_goes_where_it_was_going(tmp_path, monkeypatch, caplog):
    async def script(bot):
        bot.say(SPEECH)
        bot.event(TransferEvent("1005"))
        bot.event(MetricsEvent({"stt_seconds": 0.25}))
        await bot.told()

    async def story(office):
        call = await office.admitted()
        return sounds(await (await office.phone(call)).audio_until_hangup()), await office.after(call)

    monkeypatch.setattr(Telemetry, "answer_measured", broken)
    assert played(story, tmp_path, script) == (SPEECH, ("transfer", "1005"))
    assert len(tracebacks(caplog)) == 1


def test_stopping_is_no_failure(tmp_path, caplog):
    async def story(office):
        phone = await office.phone()
        await phone.first_sound()
        office.stop.set()
        return sounds(await phone.audio_until_hangup())

    with caplog.at_level(logging.INFO):
        assert UNAVAILABLE not in played(story, tmp_path, quiet)
    assert "call ended: shutdown" in caplog.text
    assert not tracebacks(caplog)
