"""One call in progress: telephone ⇄ bot, with the playout in between.

Three tasks, for as long as the call lasts: one listens to the telephone, one plays a frame every 20 ms, one
talks to the bot. Whoever sees the end says so (`_finish`), and the others are cancelled. How a call ends:

- The caller hangs up, or Asterisk misbehaves: at once.
- The bot says hangup, transfer or message, or closes with 0x00: when what is queued has been played.
- The bot cannot be reached, vanishes, stalls or misbehaves: what is queued is dropped, its recorded apology
  is played, and the dialplan goes on to its operator. Its breaker counts a failure.

While nobody listens at the other end (`LineWatch`) the queue stands still, whatever the bot does, and so does
an end that has begun: what was still to be heard is heard when the line is taken back.

Both sides get 0x00 before they are closed, whatever happened.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import Enum
from typing import Final

from sipforge.core.asterisk.presses import Presses, Source
from sipforge.core.audio.playout import FRAME_SECONDS, SILENCE, Holder, Playout, PlayoutError
from sipforge.core.audiosocket import Frame, Kind, ProtocolError, encode
from sipforge.core.breaker import BreakerState, CircuitBreaker
from sipforge.core.conversation.actions import Reason
from sipforge.core.messages.events import (
    BotEvent,
    Clear,
    Cleared,
    HangupEvent,
    Held,
    Mark,
    MessageEvent,
    MetricsEvent,
    OrchestratorEvent,
    Pause,
    ReplyEvent,
    Resume,
    Resumed,
    TranscriptEvent,
    TransferEvent,
    event_frame,
    parse_bot_event,
)
from sipforge.infra.frame_stream import FrameStream
from sipforge.infra.logs import CallLogger
from sipforge.orchestrator.bot_link import BotDialler, BotUnavailableError, Outbox
from sipforge.orchestrator.calls import Call, Calls, CallState, Departure, Way
from sipforge.orchestrator.line_watch import LineWatch
from sipforge.orchestrator.phone_leg import PhoneLeg
from sipforge.orchestrator.telemetry import Telemetry
from sipforge.orchestrator.timing import Timing

_log = logging.getLogger(__name__)
_HANGUP: Final = encode(Frame(Kind.HANGUP))


class Outcome(Enum):
    """How a call ended."""

    CALLER = "caller_hung_up"
    GOODBYE = "goodbye"
    IDLE = "idle"
    ERROR = "bot_error"
    """The bot said that it cannot go on."""
    BOT_CLOSED = "bot_closed"
    """The bot ended the call with 0x00 and no reason."""
    TRANSFER = "transfer"
    MESSAGE = "message"
    BOT_FAILED = "bot_failed"
    DROPPED = "dropped"
    """Asterisk's side misbehaved."""
    SHUTDOWN = "shutdown"


_GOOD: Final = frozenset(Outcome) - {Outcome.ERROR, Outcome.BOT_FAILED, Outcome.DROPPED, Outcome.SHUTDOWN}
"""Outcomes that show a bot at work."""

_REASONS: Final = {Reason.GOODBYE: Outcome.GOODBYE, Reason.IDLE: Outcome.IDLE, Reason.ERROR: Outcome.ERROR}


Apology = Callable[[str], bytes]
"""The recorded apology of a bot, slin at 16 kHz; empty when there is none. May read a file."""


class Relay:
    """Carries one call from its first frame to its last."""

    def __init__(
        self,
        call: Call,
        phone: PhoneLeg,
        *,
        calls: Calls,
        dialler: BotDialler,
        breaker: CircuitBreaker,
        apology: Apology,
        operator: str,
        watch: LineWatch,
        telemetry: Telemetry,
        timing: Timing,
    ) -> None:
        """Make a relay for a claimed call; `run` does the work.

        Args:
            call: CONNECTED.
            phone: Asterisk's connection.
            calls: told of every move.
            dialler: the way to the bot.
            breaker: of this bot.
            apology: what is played when the bot fails.
            operator: extension a caller of a failed bot goes on to; empty: none.
            watch: tells of holds and keys.
            telemetry: told what happens.
            timing: waits and bounds.
        """
        self._call = call
        self._phone = phone
        self._calls = calls
        self._dialler = dialler
        self._breaker = breaker
        self._apology = apology
        self._operator = operator
        self._watch = watch
        self._telemetry = telemetry
        self._timing = timing
        self._log = CallLogger(_log, call.id)
        self._playout = Playout()
        self._presses = Presses()
        self._outbox = Outbox(timing.caller_audio_frames, timing.control_frames)
        self._bot: FrameStream | None = None
        self._ending: Outcome | None = None
        """Set once the call leaves when what is queued has been played."""
        self._drained = False
        """Set once everything that is to be played before the end is queued."""
        self._finished: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._detail = ""

    async def run(self) -> Outcome:
        """Carry the call; gives how it ended. Cancelled, it hangs up on both sides first."""
        self._telemetry.call_began(self._call.bot)
        outcome = Outcome.SHUTDOWN
        self._watch.listen(self._call.id, self)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(part()) for part in (self._listen, self._play, self._serve_bot)]
                outcome = await self._finished
                for task in tasks:
                    task.cancel()
            if outcome in _GOOD and self._call.state in {CallState.TALKING, CallState.ENDING}:
                self._breaker.success()
        finally:
            self._watch.leave(self._call.id, self)
            self._telemetry.call_over(self._call.bot, outcome.value, self._playout.counts)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._phone.hang_up())
                if self._bot is not None:
                    group.create_task(self._bot.close(_HANGUP, self._timing.linger_seconds))
            self._log_end(outcome)
        return outcome

    def hold(self) -> None:
        """Nobody listens at the other end: nothing is played, and the bot is told."""
        if not self._playout.held_by(Holder.LINE):
            self._playout.hold(Holder.LINE)
            self._tell_bot(Held())

    def resume(self) -> None:
        """Somebody listens: all goes on where it was."""
        if self._playout.held_by(Holder.LINE):
            self._playout.release(Holder.LINE)
            self._tell_bot(Resumed())

    def press(self, key: str, source: Source, seconds: float = 0.0) -> None:
        """A key was pressed for `seconds`, as `source` tells; the bot is told of each press once."""
        if self._presses.take(key, source, asyncio.get_running_loop().time(), seconds):
            self._to_bot(Frame(Kind.DTMF, key.encode("ascii")))

    def _log_end(self, outcome: Outcome) -> None:
        bad = outcome in {Outcome.DROPPED, Outcome.BOT_FAILED}
        counts = self._playout.counts
        self._log.log(
            logging.WARNING if bad else logging.INFO,
            "call ended: %s",
            outcome.value + (f": {self._detail}" if self._detail else ""),
            extra={
                "bot": self._call.bot,
                "frames": counts.frames,
                "late_frames": counts.late_frames,
                "underruns": counts.underruns,
            },
        )

    def _finish(self, outcome: Outcome, detail: str = "") -> None:
        """The call is over now; the first to say so wins, and a bot's ending that had begun names it."""
        if not self._finished.done():
            self._detail = self._detail or detail
            self._finished.set_result(self._ending or outcome)

    async def _listen(self) -> None:
        try:
            while (frames := await self._phone.receive()) is not None:
                for frame in frames:
                    if frame.kind == Kind.DTMF:
                        # The stream does not say what a key came as, so a key sent twice would be two there.
                        if not self._watch.knows(self._call.id):
                            self.press(chr(frame.payload[0]), Source.STREAM)
                    elif self._ending is None:
                        dropped = self._outbox.put_audio(frame)
                        self._telemetry.caller_audio_dropped(self._call.bot, dropped)
            self._finish(Outcome.CALLER)
        except TimeoutError:
            self._finish(Outcome.DROPPED, "Asterisk's side stalled while sending")
        except ProtocolError as error:
            self._finish(Outcome.DROPPED, str(error))
        except OSError:
            self._finish(Outcome.CALLER, "connection broke")

    async def _play(self) -> None:
        clock = asyncio.get_running_loop().time
        self._playout.start(clock())
        try:
            while not (self._drained and self._playout.idle):
                await asyncio.sleep(max(0.0, self._playout.deadline - clock()))
                tick = self._playout.take(clock())
                await self._phone.play(tick.pcm)
                self._telemetry.frame_sent(tick.late_seconds)
                self._return_marks(tick.heard)
            self._finish(Outcome.BOT_CLOSED)
        except TimeoutError:
            self._finish(Outcome.DROPPED, "Asterisk's side stalled while reading")
        except OSError:
            self._finish(Outcome.CALLER, "connection broke")

    def _return_marks(self, names: tuple[str, ...]) -> None:
        for name in names:
            self._tell_bot(Mark(name))

    def _tell_bot(self, event: OrchestratorEvent) -> None:
        self._to_bot(event_frame(event))

    def _to_bot(self, frame: Frame) -> None:
        if self._ending is not Outcome.BOT_FAILED:
            self._outbox.put_control(frame)

    async def _serve_bot(self) -> None:
        self._calls.save(self._call)
        try:
            self._bot = await self._dialler.connect(self._call)
            async with asyncio.TaskGroup() as group:
                writing = group.create_task(self._write_bot(self._bot))
                await self._read_bot(self._bot)
                writing.cancel()
        except* BotUnavailableError as failures:
            await self._bot_failed(str(failures.exceptions[0]))

    async def _write_bot(self, bot: FrameStream) -> None:
        try:
            while True:
                bot.send(await self._outbox.next())
                await bot.flush(self._timing.bot_stall_seconds)
        except TimeoutError as error:
            raise BotUnavailableError("does not read") from error
        except OSError as error:
            raise BotUnavailableError(f"connection broke: {error.strerror}") from error

    async def _read_bot(self, bot: FrameStream) -> None:
        """Until the bot closes after having said that the call ends."""
        try:
            while True:
                frame = await bot.read(None, self._timing.frame_seconds)
                if frame is None:
                    if self._ending is None:
                        raise BotUnavailableError("closed without hang-up")
                    return
                if self._call.state is CallState.CONNECTED:
                    self._bot_is_there()
                if frame.kind == Kind.HANGUP:
                    self._end_after_speech(Outcome.BOT_CLOSED)
                    return
                self._take(frame)
        except TimeoutError as error:
            raise BotUnavailableError("stalled while sending") from error
        except (ProtocolError, PlayoutError) as error:
            raise BotUnavailableError(f"broke the protocol: {error}") from error
        except OSError as error:
            raise BotUnavailableError(f"connection broke: {error.strerror}") from error

    def _bot_is_there(self) -> None:
        # A bot on trial has passed. In a closed breaker only a whole call wipes out earlier failures, or a
        # bot that greets and then dies would never be left alone.
        if self._breaker.state(asyncio.get_running_loop().time()) is BreakerState.HALF_OPEN:
            self._breaker.success()
        self._calls.move(self._call, CallState.TALKING)

    def _take(self, frame: Frame) -> None:
        if frame.kind == Kind.SLIN16:
            if self._ending is None:
                self._playout.push(frame.payload)
            return
        event = parse_bot_event(frame)
        match event:
            case TranscriptEvent() | ReplyEvent():
                self._calls.append_history(self._call, event)
            case MetricsEvent(values):
                self._call.last_metrics = values
                self._telemetry.answer_measured(self._call.bot, values)
            case _ if self._ending is None:
                self._obey(event)

    def _obey(self, event: BotEvent) -> None:
        match event:
            case Mark(name):
                self._playout.mark(name)
            case Clear():
                found = self._playout.clear()
                self._return_marks(found.heard)
                self._tell_bot(Cleared(found.played_seconds))
            case Pause():
                self._playout.hold()
            case Resume():
                self._playout.release()
            case TransferEvent(target, briefing):
                self._call.departure = Departure(Way.TRANSFER, target, briefing)
                self._end_after_speech(Outcome.TRANSFER)
            case MessageEvent(target):
                self._call.departure = Departure(Way.MESSAGE, target)
                self._end_after_speech(Outcome.MESSAGE)
            case HangupEvent(reason):
                self._end_after_speech(_REASONS[reason])

    def _end_after_speech(self, outcome: Outcome) -> None:
        if self._ending is None:
            self._ending = outcome
            self._play_out()

    def _play_out(self) -> None:
        self._playout.release()
        # A telephone stops at once when it is hung up on; the tail lets its jitter buffer run empty first.
        self._playout.push(SILENCE * int(self._timing.tail_seconds / FRAME_SECONDS))
        self._drained = True
        self._calls.move(self._call, CallState.ENDING)

    async def _bot_failed(self, detail: str) -> None:
        if self._ending is not None or self._finished.done():
            # It had said all it had to say: the call ends as it was going to.
            return
        self._ending = Outcome.BOT_FAILED
        self._detail = detail
        self._breaker.failure(asyncio.get_running_loop().time())
        if self._operator:
            self._call.departure = Departure(Way.PERSON, self._operator)
        self._playout.clear()
        self._playout.push(await asyncio.to_thread(self._apology, self._call.bot))
        self._play_out()
