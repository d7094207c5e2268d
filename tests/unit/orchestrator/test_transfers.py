"""Calls that an assistant sends on: to a colleague, to a mailbox, to another assistant; and back again."""

import asyncio
from dataclasses import replace

import pytest

from sipforge.core.audiosocket import Kind
from sipforge.core.conversation.history import Exchange
from sipforge.core.messages.events import MessageEvent, ReplyEvent, TranscriptEvent, TransferEvent
from sipforge.core.messages.hello import Arrival, Detail
from tests.unit.orchestrator.office import FAST, SPEECH, onward, played, quiet, sounds

ASKED = TranscriptEvent(1, "Is Bob there?", 0.9, 1.0)
ANSWERED = ReplyEvent(1, "One moment.", "answers", ("bob",))
EXCHANGE = Exchange("Is Bob there?", "One moment.", ("bob",))


class Sends:
    """A bot that sends each new call on, with an event, and keeps any other until it ends."""

    def __init__(self, event=None):
        self.event = event
        self.hellos = asyncio.Queue()

    async def __call__(self, bot):
        if bot.hello.arrival is Arrival.NEW:
            bot.event(ASKED)
            bot.event(ANSWERED)
            bot.say(SPEECH)
            bot.event(self.event)
            bot.say(b"\x66\x66" * 320)  # too late to be heard
            assert (await bot.told()).kind == Kind.HANGUP
        else:
            self.hellos.put_nowait(bot.hello)
            await quiet(bot)


async def sent_on(office, dialled="2000") -> str:
    """A call whose assistant's part is over."""
    call = await office.admitted(dialled)
    pcm = await (await office.phone(call)).audio_until_hangup()
    assert sounds(pcm) == SPEECH
    return call


async def told_of(office, bot, call):
    """The hello of a call that is there again, once its audio is connected; then the caller hangs up."""
    phone = await office.phone(call)
    await phone.first_sound()
    phone.send(Kind.HANGUP)
    await phone.audio_until_hangup()
    await office.until_no_calls()
    return await bot.hellos.get()


@pytest.mark.parametrize(
    ("event", "context", "briefed"),
    [
        (TransferEvent("1005", briefing=True), "transfer", True),
        (TransferEvent("1005"), "transfer", False),
        (MessageEvent("1005"), "message", False),
    ],
)
def test_the_last_word_is_heard_and_the_dialplan_is_told_once_where(tmp_path, event, context, briefed):
    async def story(office):
        call = await sent_on(office)
        first = await office.agi("after", arg_1=call)
        assert office.parts.calls.live() == []
        return call, first, await office.after(call)

    call, first, second = played(story, tmp_path, Sends(event))
    assert onward(first) == (context, "1005")
    assert first["SIPFORGE_BRIEFING"] == (call if briefed else "")
    assert second == ("", "")


@pytest.mark.parametrize(
    ("event", "outcome", "detail"),
    [
        (TransferEvent, "NOANSWER", Detail.NO_ANSWER),
        (TransferEvent, "ANSWER", Detail.NO_ANSWER),
        (TransferEvent, "BUSY", Detail.BUSY),
        (TransferEvent, "CHANUNAVAIL", Detail.UNAVAILABLE),
        (TransferEvent, "CONGESTION", Detail.UNAVAILABLE),
        (TransferEvent, "", Detail.UNAVAILABLE),
        (MessageEvent, "SUCCESS", Detail.MESSAGE_LEFT),
        (MessageEvent, "FAILED", Detail.MESSAGE_FAILED),
    ],
)
def test_a_caller_who_comes_back_goes_on_with_the_conversation(tmp_path, event, outcome, detail):
    async def story(office):
        call = await sent_on(office)
        await office.after(call)
        back = await office.back(call, outcome)
        again = await office.back(call, outcome)
        hello = await told_of(office, bot, call)
        counted = await office.metric(
            f'sipforge_calls_returned_total{{bot="english",detail="{detail.value}"}}'
        )
        history = (await office.get(f"/calls/{call}"))[1]["history"]
        return call, back, again, hello, counted, [entry["text"] for entry in history]

    bot = Sends(event("1005"))
    call, back, again, hello, counted, texts = played(story, tmp_path, bot)
    assert back == ("assistant", "2000")
    assert again == ("", "")
    assert (hello.call, hello.caller, hello.dialled) == (call, "1001", "2000")
    assert (hello.arrival, hello.detail, hello.target) == (Arrival.RETURNED, detail, "1005")
    assert hello.history == (EXCHANGE,)
    assert counted == 1
    assert texts == ["Is Bob there?", "One moment."]


def test_a_call_can_be_sent_on_and_come_back_again_and_again(tmp_path):
    hellos = []

    async def script(bot):
        hellos.append(bot.hello)
        bot.event(replace(ASKED, text=f"Try {len(hellos)}"))
        bot.say(SPEECH)
        bot.event(TransferEvent("1005"))
        await bot.told()

    async def story(office):
        call = await sent_on(office)
        for _ in range(3):
            assert await office.after(call) == ("transfer", "1005")
            assert await office.back(call, "BUSY") == ("assistant", "2000")
            await (await office.phone(call)).audio_until_hangup()

    played(story, tmp_path, script)
    assert [exchange.caller for exchange in hellos[3].history] == ["Try 1", "Try 2", "Try 3"]


def test_another_assistant_takes_the_call_over_with_what_was_said(tmp_path):
    async def story(office):
        call = await office.admitted()
        phone = await office.phone(call)
        # The dialplan asks as soon as it can, and is answered when the first assistant is done with the call.
        await phone.audio_until_hangup()
        answer = await office.agi("after", arg_1=call)
        live = [(found.id, found.bot, found.state.value) for found in office.parts.calls.live()]
        return call, answer, live, await told_of(office, other, call)

    first, other = Sends(TransferEvent("3000")), Sends()
    call, answer, live, hello = played(story, tmp_path, {"english": first, "kinyarwanda": other})
    assert onward(answer) == ("assistant", "3000")
    assert answer["SIPFORGE_BOT"] == "kinyarwanda"
    assert live == [(call, "kinyarwanda", "admitted")]
    assert (hello.arrival, hello.detail, hello.history) == (Arrival.HANDED_OVER, Detail.NONE, (EXCHANGE,))
    assert (hello.call, hello.dialled) == (call, "3000")


@pytest.mark.parametrize(
    ("event", "target", "detail", "colleague"),
    [
        (TransferEvent, "3000", Detail.UNAVAILABLE, ""),
        (TransferEvent, "4567", Detail.UNAVAILABLE, "4567"),
        (TransferEvent, "600", Detail.UNAVAILABLE, "600"),
        (MessageEvent, "3000", Detail.MESSAGE_FAILED, "3000"),
    ],
)
def test_a_call_that_cannot_be_sent_on_comes_back_at_once(tmp_path, event, target, detail, colleague):
    async def story(office):
        call = await sent_on(office)
        answer = await office.agi("after", arg_1=call)
        return answer, await told_of(office, bot, call)

    bot = Sends(event(target))
    answer, hello = played(story, tmp_path, bot)
    assert onward(answer) == ("assistant", "2000")
    assert answer["SIPFORGE_BOT"] == "english"
    assert (hello.arrival, hello.detail, hello.target) == (Arrival.RETURNED, detail, colleague)


def test_an_assistant_that_is_full_or_gone_gets_no_caller_back(tmp_path):
    async def story(office):
        waiting = [await sent_on(office), await sent_on(office)]
        for call in waiting:
            await office.after(call)
        other = await office.admitted()
        full = await office.back(waiting[0], "BUSY")
        await (await office.phone(other)).audio_until_hangup()
        office.settings.bot_socket("english").unlink()
        gone = await office.back(waiting[1], "BUSY")
        return full, gone

    assert played(story, tmp_path, Sends(TransferEvent("1005")), max_calls=1) == (("", ""), ("", ""))


def test_a_caller_who_hangs_up_while_a_colleague_is_rung_leaves_nothing_behind(tmp_path):
    async def story(office):
        call = await sent_on(office)
        await office.after(call)
        assert await office.get("/calls") == (200, [])
        await office.until(lambda: office.parts.calls.away(call) is None)
        return await office.back(call, "NOANSWER")

    timing = type(FAST)(away_seconds=0.05, sweep_seconds=0.01, tail_seconds=0.04)
    assert played(story, tmp_path, Sends(TransferEvent("1005")), timing=timing) == ("", "")


def test_a_call_is_not_sent_on_before_its_assistant_is_done_with_it(tmp_path):
    done = asyncio.Event()

    async def slow(bot):
        if bot.hello.arrival is Arrival.NEW:
            bot.event(TransferEvent("2000"))
            await done.wait()
        else:
            await quiet(bot)

    async def story(office):
        call = await office.admitted()
        phone = await office.phone(call)
        while (await phone.read()).kind != Kind.HANGUP:
            pass
        phone.close()
        asking = asyncio.create_task(office.after(call))
        state = (await office.get(f"/calls/{call}"))[1]["state"]
        assert (state, asking.done()) == ("ending", False)
        done.set()
        assert await asking == ("assistant", "2000")
        # The bot would have refused a call that it still has.
        await (await office.phone(call)).first_sound()

    played(story, tmp_path, slow, timing=type(FAST)(linger_seconds=10.0, leave_seconds=10.0))


def test_a_call_whose_end_does_not_come_is_not_waited_for_for_ever(tmp_path):
    async def story(office):
        call = await office.admitted()
        await (await office.phone(call)).first_sound()
        return await office.after(call)

    assert played(story, tmp_path, quiet, timing=type(FAST)(leave_seconds=0.05)) == ("", "")


def test_the_callers_name_is_told(tmp_path):
    names = []

    async def script(bot):
        names.append(bot.hello.caller_name)
        bot.send(Kind.HANGUP)

    async def story(office):
        for name in ("Alice Uwase", "unknown"):
            answer = await office.route(calleridname=name)
            await (await office.phone(answer["SIPFORGE_CALL"])).audio_until_hangup()

    played(story, tmp_path, script)
    assert names == ["Alice Uwase", ""]


def test_what_the_caller_said_is_heard_first_by_the_assistant_that_is_to_answer_it(tmp_path):
    said = [bytes((number, 1)) * 320 for number in range(1, 40)]
    heard = asyncio.Queue()

    async def first(bot):
        for _ in said:
            await bot.hear()
        bot.event(TransferEvent("3000", said_seconds=0.1))
        assert (await bot.told()).kind == Kind.HANGUP

    async def second(bot):
        heard.put_nowait((bot.hello, [await bot.hear() for _ in range(20)]))
        await quiet(bot)

    async def story(office):
        call = await office.admitted()
        phone = await office.phone(call)
        for slin in said:
            phone.send(Kind.SLIN16, slin)
        await phone.audio_until_hangup()
        answer = await office.agi("after", arg_1=call)
        await told_at(office, call)
        return answer

    async def told_at(office, call):
        phone = await office.phone(call)
        await phone.first_sound()
        phone.send(Kind.HANGUP)
        await phone.audio_until_hangup()
        await office.until_no_calls()

    answer = played(story, tmp_path, {"english": first, "kinyarwanda": second})
    assert onward(answer) == ("assistant", "3000")
    hello, sounds_first = heard.get_nowait()
    assert (hello.arrival, hello.detail) == (Arrival.HANDED_OVER, Detail.SAID)
    # A tenth of a second, with some more before it: whoever asks for it has not heard all.
    assert sounds_first == said[-20:]
