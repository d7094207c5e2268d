"""One call in progress: telephone ⇄ bot, with the playout in between.

Three tasks, for as long as the call lasts: one listens to the telephone, one plays a frame every 20 ms, one
talks to the bot. Whoever sees the end says so (`_finish`), and the others are cancelled. How a call ends:

- The caller hangs up, or Asterisk misbehaves: at once.
- The bot says hangup, transfer or message, or closes with 0x00: when what is queued has been played.
- The bot cannot be reached, vanishes, stalls or misbehaves: what is queued is dropped, its recorded apology
  is played, and the dialplan goes on to its operator. Its breaker counts a failure.
- An error of ours: likewise, with its traceback in the log.

While nobody listens at the other end (`LineWatch`) the queue stands still, whatever the bot does, and so does
an end that has begun: what was still to be heard is heard when the line is taken back.

Both sides get 0x00 before they are closed, whatever happened.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine

from sipforge.core.asterisk.presses import Presses, Source
from sipforge.core.audio.last_said import LastSaid
from sipforge.core.audio.playout import FRAME_SECONDS, SILENCE, Holder, Playout, PlayoutError
from sipforge.core.audiosocket import Frame, Kind, ProtocolError
from sipforge.core.breaker import BreakerState, CircuitBreaker
from sipforge.core.messages import events
from sipforge.infra.logs import CallLogger
from sipforge.orchestrator.bot_link import BotDialler, BotLeg, BotUnavailableError, Outbox
from sipforge.orchestrator.calls import Call, Calls, CallState, Departure, Way
from sipforge.orchestrator.line_watch import LineWatch
from sipforge.orchestrator.outcome import BAD, GOOD, OF_REASON, Outcome
from sipforge.orchestrator.phone_leg import PhoneLeg
from sipforge.orchestrator.telemetry import Telemetry
from sipforge.orchestrator.timing import Timing

_log = logging.getLogger(__name__)
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
        self._bot: BotLeg | None = None
        self._ending: Outcome | None = None
        """Set once the call leaves when what is queued has been played."""
        self._drained = False
        """Set once everything that is to be played before the end is queued."""
        self._finished: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._failed = False
        """Whether an error of ours ended the call; nothing is done any more but to play what is queued."""
        self._last_said = LastSaid()
        self._detail = ""
        self._alone: asyncio.TimerHandle | None = None
        """Ends a call at whose other end nobody is."""

    async def run(self) -> Outcome:
        """Carry the call; gives how it ended. Cancelled, it hangs up on both sides first."""
        self._playout.start(asyncio.get_running_loop().time())
        outcome = Outcome.SHUTDOWN
        self._watch.listen(self._call.id, self)
        try:
            outcome = await self._carry()
            if outcome in GOOD and self._call.state in {CallState.TALKING, CallState.ENDING}:
                self._breaker.success()
        finally:
            self._watch.leave(self._call.id, self)
            self._leave_alone()
            self._call.said = self._last_said.taken()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._phone.hang_up())
                if self._bot is not None:
                    group.create_task(self._bot.hang_up())
            self._log_end(outcome)
            self._telemetry.call_over(self._call.bot, outcome.value, self._playout.counts)
        return outcome

    async def _carry(self) -> Outcome:
        try:
            self._telemetry.call_began(self._call.bot)
            return await self._until_finished(self._listen, self._play, self._serve_bot)
        except Exception:
            # A mistake of ours in this call alone: to its caller it is as if the assistant had failed.
            self._log.exception("an error ended the call")
            self._failed = True
            if not self._finished.done() or self._finished.cancelled():
                if not self._drained:
                    await self._give_up(Outcome.FAILED)
                await self._until_finished(self._listen, self._play)
            return Outcome.FAILED

    async def _until_finished(self, *parts: Callable[[], Coroutine[None, None, None]]) -> Outcome:
        """Do all of these at once, until one of them says how the call ended."""
        self._finished = asyncio.get_running_loop().create_future()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part()) for part in parts]
            outcome = await self._finished
            for task in tasks:
                task.cancel()
        return outcome

    def hold(self, *, alone: bool = False) -> None:
        """Nobody listens at the other end: nothing is played, and the bot is told.

        Where nobody is there (`alone`), as where an assistant was transferred to another or to an application
        of Asterisk, the call is over unless somebody comes in time.
        """
        self._leave_alone()
        if alone:
            clock, seconds = asyncio.get_running_loop(), self._timing.alone_seconds
            self._alone = clock.call_later(seconds, self._finish, Outcome.CALLER, "nobody came to the line")
        if not self._playout.held_by(Holder.LINE):
            self._playout.hold(Holder.LINE)
            self._tell_bot(events.Held())

    def resume(self) -> None:
        """Somebody listens: all goes on where it was."""
        self._leave_alone()
        if self._playout.held_by(Holder.LINE):
            self._playout.release(Holder.LINE)
            self._tell_bot(events.Resumed())

    def _leave_alone(self) -> None:
        if self._alone is not None:
            self._alone.cancel()
            self._alone = None

    def press(self, key: str, source: Source, seconds: float = 0.0) -> None:
        """A key was pressed for `seconds`, as `source` tells; the bot is told of each press once."""
        if self._presses.take(key, source, asyncio.get_running_loop().time(), seconds):
            self._to_bot(Frame(Kind.DTMF, key.encode("ascii")))

    def _log_end(self, outcome: Outcome) -> None:
        counts = self._playout.counts
        self._log.log(
            logging.WARNING if outcome in BAD else logging.INFO,
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
                        continue
                    self._last_said.add(frame.payload)
                    if self._ending is None:
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
        try:
            while not (self._drained and self._playout.idle):
                await asyncio.sleep(max(0.0, self._playout.deadline - clock()))
                tick = self._playout.take(clock())
                await self._phone.play(tick.pcm)
                if not self._failed:
                    self._telemetry.frame_sent(tick.late_seconds)
                    self._return_marks(tick.heard)
            self._finish(Outcome.BOT_CLOSED)
        except TimeoutError:
            self._finish(Outcome.DROPPED, "Asterisk's side stalled while reading")
        except OSError:
            self._finish(Outcome.CALLER, "connection broke")

    def _return_marks(self, names: tuple[str, ...]) -> None:
        for name in names:
            self._tell_bot(events.Mark(name))

    def _tell_bot(self, event: events.OrchestratorEvent) -> None:
        self._to_bot(events.event_frame(event))

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

    async def _write_bot(self, bot: BotLeg) -> None:
        while True:
            await bot.write(await self._outbox.next())

    async def _read_bot(self, bot: BotLeg) -> None:
        """Until the bot closes after having said that the call ends."""
        while (frame := await bot.receive()) is not None:
            if self._call.state is CallState.CONNECTED:
                self._bot_is_there()
            if frame.kind == Kind.HANGUP:
                self._end_after_speech(Outcome.BOT_CLOSED)
                return
            try:
                self._take(frame)
            except (ProtocolError, PlayoutError) as error:
                raise BotUnavailableError(f"broke the protocol: {error}") from error
        if self._ending is None:
            raise BotUnavailableError("closed without hang-up")

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
        event = events.parse_bot_event(frame)
        match event:
            case events.TranscriptEvent() | events.ReplyEvent():
                self._calls.append_history(self._call, event)
            case events.MetricsEvent(values):
                self._call.last_metrics = values
                self._telemetry.answer_measured(self._call.bot, values)
            case _ if self._ending is None:
                self._obey(event)

    def _obey(self, event: events.BotEvent) -> None:
        match event:
            case events.Mark(name):
                self._playout.mark(name)
            case events.Clear():
                found = self._playout.clear()
                self._return_marks(found.heard)
                self._tell_bot(events.Cleared(found.played_seconds))
            case events.Pause():
                self._playout.hold()
            case events.Resume():
                self._playout.release()
            case events.TransferEvent(target, briefing, said_seconds):
                self._call.departure = Departure(Way.TRANSFER, target, briefing)
                self._last_said.keep(said_seconds)
                self._end_after_speech(Outcome.TRANSFER)
            case events.MessageEvent(target):
                self._call.departure = Departure(Way.MESSAGE, target)
                self._end_after_speech(Outcome.MESSAGE)
            case events.HangupEvent(reason):
                self._end_after_speech(OF_REASON[reason])

    def _end_after_speech(self, outcome: Outcome) -> None:
        if self._ending is None:
            self._ending = outcome
            self._play_out()
            self._calls.move(self._call, CallState.ENDING)

    def _play_out(self) -> None:
        self._playout.release()
        # A telephone stops at once when it is hung up on; the tail lets its jitter buffer run empty first.
        self._playout.push(SILENCE * int(self._timing.tail_seconds / FRAME_SECONDS))
        self._drained = True

    async def _bot_failed(self, detail: str) -> None:
        if self._ending is not None or self._finished.done():
            # It had said all it had to say: the call ends as it was going to.
            return
        self._detail = detail
        await self._give_up(Outcome.BOT_FAILED)
        self._calls.move(self._call, CallState.ENDING)

    async def _give_up(self, outcome: Outcome) -> None:
        """The caller has lost the assistant: the apology is what is left to play, and then a person."""
        self._ending = outcome
        self._breaker.failure(asyncio.get_running_loop().time())
        if self._operator:
            self._call.departure = Departure(Way.PERSON, self._operator)
        self._playout.clear()
        self._playout.push(await asyncio.to_thread(self._apology, self._call.bot))
        self._play_out()
