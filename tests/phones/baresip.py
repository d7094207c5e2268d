"""A telephone: registers, rings, answers, speaks, listens and records, by way of a real baresip 1.0.

    with Phone("1001", secret, server="127.0.0.1", folder=Path("recordings")) as phone:
        phone.register()
        phone.dial("2000")
        phone.wait_reply()                       # the greeting
        phone.say(english("What are your opening hours?"))
        phone.wait_reply()
        recording = phone.hangup("2000-english")  # 2000-english.heard.wav, 2000-english.said.wav

Start phones on a thread that outlives them: the kernel ends them with the thread that started them.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from tests.phones.audio import Samples, Segment, read_wav, resample
from tests.phones.errors import CallFailed, PhoneError, PhoneTimeout
from tests.phones.line import Line, State
from tests.phones.process import SILENCE_SECONDS, SOURCE_RATE_HZ, write_padded_wav
from tests.phones.recording import Recording, Said, collect

POLL_SECONDS = 0.05


class Phone(Line):
    """One SIP phone with one call at a time; see `Line` for how to make one."""

    def say(self, wav: Path, *, wait: bool = True) -> Said:
        """Speak a recording into the call; silence follows it.

        Args:
            wav: mono or stereo 16-bit WAV of any rate.
            wait: come back when it is over; otherwise at once.

        Raises:
            CallFailed: there is no call.
        """
        samples, rate_hz = read_wav(wav)
        return self.say_samples(resample(samples, rate_hz, SOURCE_RATE_HZ), wait=wait)

    def say_samples(self, samples: Samples, *, wait: bool = True) -> Said:
        """Like `say`, for samples at `SOURCE_RATE_HZ`."""
        self._require_call()
        padded = self._baresip.folder / "say.wav"
        write_padded_wav(padded, samples, SOURCE_RATE_HZ, SILENCE_SECONDS)
        seconds = len(samples) / SOURCE_RATE_HZ
        self._baresip.control.command("ausrc", f"aufile,{padded}")
        instant = time.monotonic()
        self._cursor = self.ear.position() + seconds
        if wait:
            self._wait(lambda: self._state is not State.TALKING, seconds)
        return Said(instant, seconds)

    def press(self, keys: str) -> None:
        """Press keys of the telephone, one after the other.

        Raises:
            CallFailed: there is no call.
        """
        self._require_call()
        self._cursor = self.ear.position()
        self._baresip.control.command("sndcode", keys)

    def wait_quiet(self, seconds: float, timeout_seconds: float) -> None:
        """Wait until nothing was heard for that long.

        Raises:
            PhoneTimeout: it did not get quiet.
            CallFailed: the call ended first.
        """
        self._listen(
            lambda: self.ear.quiet_seconds() >= seconds, f"no {seconds:g} s of quiet", timeout_seconds
        )

    def wait_speech(self, timeout_seconds: float = 15.0) -> Segment:
        """Wait for speech that starts after the last thing said, or waited for; returns it so far.

        Raises:
            PhoneTimeout: none came.
            CallFailed: the call ended first.
        """
        self._listen(lambda: self._next_speech() is not None, "no speech", timeout_seconds)
        segment = self._next_speech()
        if segment is None:
            raise PhoneTimeout(f"{self.extension}: what was heard was a click")
        return segment

    def wait_reply(self, timeout_seconds: float = 20.0, quiet_seconds: float = 1.2) -> Segment:
        """Wait for speech and for its end; returns its place in the recording, pauses included.

        Raises:
            PhoneTimeout: none came, or it did not end.
        """
        start = self.wait_speech(timeout_seconds).start
        with contextlib.suppress(CallFailed):  # the last words before the other side hangs up are a reply
            self.wait_quiet(quiet_seconds, 60.0)
        end = self.ear.speech()[-1].end
        self._cursor = end
        return Segment(start, end)

    def hangup(self, name: str = "") -> Recording:
        """End the call, unless it is over, and put its recordings into the folder as NAME.heard.wav etc.

        Raises:
            PhoneError: there was no call, or no audio in it.
        """
        self.close_call()
        return self.finish(name)

    def finish(self, name: str = "", timeout_seconds: float = 5.0) -> Recording:
        """Wait for the end of a call that the other side ends, and collect its recordings.

        Raises:
            PhoneTimeout: the call goes on.
            PhoneError: there was no call, or no audio in it.
        """
        self.wait_over(timeout_seconds)
        ear = self.ear
        ear.stop()
        self._ear = None
        self._state = State.IDLE
        # What was said last would be said again as soon as the next call is answered.
        self._baresip.control.command("ausrc", f"aufile,{self._baresip.folder / 'silence.wav'}")
        if ear.heard is None or ear.said is None:
            raise PhoneError(f"{self.extension}: the call had no audio; {self._baresip.log_end()}")
        stem = name or f"{self.extension}-call-{self._calls}"
        return collect(ear.heard, ear.said, self._folder / stem, self._lost)

    def _next_speech(self) -> Segment | None:
        return next((segment for segment in self.ear.speech() if segment.start >= self._cursor), None)

    def _listen(self, condition: Callable[[], bool], what: str, timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            self._require_call()
            if time.monotonic() > deadline:
                raise PhoneTimeout(f"{self.extension}: {what} within {timeout_seconds:g} s")
            time.sleep(POLL_SECONDS)
