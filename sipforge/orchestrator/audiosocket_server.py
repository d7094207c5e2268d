"""The AudioSocket server: finds out which call a connection is, and hands it to a relay.

A peer that is no call of ours (random bytes, an unknown or used UUID, silence) is dropped with one log line,
and touches nothing that a call in progress uses.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from sipforge.core.audiosocket import FROM_ASTERISK, AsteriskEncoder, Kind, ProtocolError
from sipforge.infra.frame_stream import FrameStream
from sipforge.orchestrator.calls import Call, Calls
from sipforge.orchestrator.phone_leg import PhoneLeg, tune_socket
from sipforge.orchestrator.relay import Relay
from sipforge.orchestrator.telemetry import Telemetry
from sipforge.orchestrator.timing import Timing

_log = logging.getLogger(__name__)


class _StrangerError(Exception):
    """The peer is no call of ours; the message says why."""


class AudioSocketServer:
    """Takes Asterisk's connections; `handle` is one connection's life."""

    def __init__(
        self,
        calls: Calls,
        make_relay: Callable[[Call, PhoneLeg], Relay],
        telemetry: Telemetry,
        timing: Timing,
        clock: Callable[[], float],
    ) -> None:
        """Serve the calls admitted in `calls`; `clock` is the monotonic one they were admitted by."""
        self._calls = calls
        self._make_relay = make_relay
        self._telemetry = telemetry
        self._timing = timing
        self._clock = clock
        self._strangers = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        tune_socket(writer.get_extra_info("socket"))
        stream = FrameStream(reader, writer, FROM_ASTERISK)
        self._strangers += 1
        try:
            call = await self._recognise(stream)
        except _StrangerError as error:
            self._telemetry.peer_rejected()
            peer = str(writer.get_extra_info("peername"))
            _log.warning("AudioSocket peer dropped: %s", error, extra={"peer": peer})
            await stream.close(AsteriskEncoder.hangup(), linger_seconds=0.2)
            return
        finally:
            self._strangers -= 1
        try:
            await self._make_relay(call, PhoneLeg(stream, call.rate_hz, self._timing)).run()
        finally:
            self._calls.end(call, self._clock())

    async def _recognise(self, stream: FrameStream) -> Call:
        """The call this connection is; it is claimed from here on."""
        if self._strangers > self._timing.strangers_limit:
            raise _StrangerError("too many connections that have not said which call they are")
        try:
            async with asyncio.timeout(self._timing.uuid_seconds):
                frame = await stream.read(None, self._timing.uuid_seconds)
        except TimeoutError as error:
            raise _StrangerError("said no call id in time") from error
        except ProtocolError as error:
            raise _StrangerError(str(error)) from error
        except OSError as error:
            raise _StrangerError(f"connection broke: {error.strerror}") from error
        if frame is None:
            raise _StrangerError("closed without a call id")
        if frame.kind != Kind.UUID:
            raise _StrangerError(f"began with kind 0x{frame.kind:02x} instead of a call id")
        call_id = str(UUID(bytes=frame.payload))
        call = self._calls.claim(call_id, self._clock())
        if call is None:
            raise _StrangerError(f"call id {call_id} was not admitted, is used, or came too late")
        return call
