"""Calls of the benchmark: phones that ask one question after the other, measured when the call is over."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tests.bench.rtp import Flows
from tests.bench.turns import Heard, Turn, turns
from tests.phones.appliance import API, Appliance
from tests.phones.audio import Samples
from tests.phones.baresip import Phone
from tests.phones.errors import PhoneError, PhoneTimeout
from tests.phones.process import RTP_PORTS
from tests.phones.recording import Recording, Said

EXTENSIONS = ("1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008", "1009", "1000")
ASSISTANT = "2000"
REPLY_TIMEOUT_SECONDS = 15.0
Dealt = TypeVar("Dealt")
INTERRUPTED = "the benchmark was interrupted"
PORTS_EACH = 4 + RTP_PORTS
"""A phone's ports, from that of SIP on; see tests.phones.process."""


class Stopped(Exception):
    """The benchmark is being ended."""


class Asking(Protocol):
    """What can be asked."""

    @property
    def text(self) -> str:
        """In words."""
        ...

    @property
    def topic(self) -> str:
        """Of the knowledge file; empty: the file has no answer."""
        ...

    @property
    def voice(self) -> str:
        """Who asks, and how."""
        ...

    def sound(self) -> Samples:
        """Spoken, at the phones' rate."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a call, and what came of it."""

    question: Asking
    turn: Turn | None
    """None: there was no call, or the phone did not say it."""
    heard: Path | None
    """The recording."""
    problem: str = ""
    """What went wrong with the call."""
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds that each stage took, by the bot; empty where it could not be asked."""
    clock_spread_seconds: float = 0.0
    """How well the instant of the question's end is known."""
    reported: str = ""
    """What was said and heard in reply, by the assistant's own account."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When a caller speaks."""

    every_seconds: float | None = None
    """From one question's start to the next; None: as soon as the reply is over."""
    first_after_seconds: float = 0.0
    """From the end of the greeting to the first question."""
    settled_seconds: float = 1.2
    """A reply is over when nothing was heard for this long."""
    assistant: str = ASSISTANT
    """Who is rung."""


@dataclass(frozen=True, slots=True)
class _Account:
    stages: dict[str, float]
    """Of the last turn, in seconds."""
    replies: list[str]
    """All that were heard, oldest first."""


class Callers:
    """Registered phones, kept for the whole benchmark. Use on the main thread; see tests.phones.baresip."""

    def __init__(self, appliance: Appliance, sip_port: int, folder: Path) -> None:
        """Make none yet; `folder` is where recordings go."""
        self._appliance = appliance
        self._sip_port = sip_port
        self._folder = folder
        self._stack = contextlib.ExitStack()
        self._phones: list[Phone] = []
        self._stopping = threading.Event()

    def close(self) -> None:
        """Hang up and end all phones."""
        self._stack.close()

    def phones(self, count: int) -> list[Phone]:
        """So many registered phones.

        Raises:
            ApplianceError, PhoneError: one cannot be made or registered.
        """
        for extension in EXTENSIONS[len(self._phones) : count]:
            phone = self.phone(extension)
            phone.register()
            self._phones.append(phone)
        return self._phones[:count]

    def phone(self, extension: str, auto_answer: bool = False) -> Phone:
        """A phone that is not registered yet.

        Raises:
            ApplianceError, PhoneError: it cannot be made.
        """
        return self._stack.enter_context(
            Phone(
                extension,
                self._appliance.secret(extension),
                server=self._appliance.host,
                server_port=self._sip_port,
                auto_answer=auto_answer,
                folder=self._folder,
            )
        )

    def each(self, count: int, use: Callable[[Phone, int], list[Asked]]) -> list[Asked]:
        """Let `use` run for so many phones at once, with each phone's number; what they found, in order.

        An interrupt ends the calls, and what was measured in them is still returned; see `interrupted`.
        """
        phones = self.phones(count)
        with ThreadPoolExecutor(count) as pool:
            running = [pool.submit(use, phone, number) for number, phone in enumerate(phones)]
            while True:
                try:
                    while not all(one.done() for one in running):
                        time.sleep(0.1)
                    break
                except KeyboardInterrupt:
                    if self.interrupted:
                        raise
                    self.stop()
        return [asked for one in running for asked in one.result()]

    def own(self, flows: Flows) -> Flows:
        """Those of these phones; others may talk on this machine too."""
        first = [int(phone.sip_address.rpartition(":")[2]) for phone in self._phones]
        ports = {port + offset for port in first for offset in range(PORTS_EACH)}
        return {
            flow: packets
            for flow, packets in flows.items()
            if flow.source_port in ports or flow.target_port in ports
        }

    def stop(self) -> None:
        """End all calls, and let no other begin."""
        self._stopping.set()
        for phone in self._phones:
            phone.close_call()

    @property
    def interrupted(self) -> bool:
        """Whether the calls were stopped."""
        return self._stopping.is_set()

    def ask_all(self, phone: Phone, questions: Sequence[Asking], name: str, pace: Pace) -> list[Asked]:
        """One call in which every question is asked."""
        sounds = [question.sound() for question in questions]
        accounts: list[_Account] = []

        def talk(call: Conversation) -> None:
            self.wait(pace.first_after_seconds)
            for sound in sounds:
                begun = time.monotonic()
                call.say(sound)
                call.hear_reply(pace.settled_seconds)
                accounts.append(self._account(phone.extension))
                if pace.every_seconds is not None:
                    self.wait(begun + pace.every_seconds - time.monotonic())

        call = self.converse(phone, name, talk, pace.assistant)
        found = call.turns()
        if self.interrupted:  # what was not asked any more has not failed
            questions = questions[: len(accounts)]
        replies = [account.replies for account in accounts]
        before = [replies[0][:1] if replies else [], *replies]  # the greeting is the first
        return [
            Asked(
                question,
                found[index] if index < len(found) else None,
                call.recording.heard if call.recording else None,
                call.problem,
                accounts[index].stages if index < len(accounts) else {},
                call.spread(found[index] if index < len(found) else None),
                " ".join(replies[index][len(before[index]) :]) if index < len(replies) else "",
            )
            for index, question in enumerate(questions)
        ]

    def converse(
        self, phone: Phone, name: str, talk: Callable[[Conversation], None], assistant: str = ASSISTANT
    ) -> Conversation:
        """Ring the assistant, hear the greeting, let `talk` run, hang up; the result says what went wrong."""
        call = Conversation(phone)
        if self.interrupted:
            call.problem = INTERRUPTED
            return call
        try:
            phone.dial(assistant)
            phone.wait_reply()
            talk(call)
        except Stopped:
            call.problem = INTERRUPTED
        except PhoneError as error:
            call.problem = INTERRUPTED if self.interrupted else str(error)
        try:
            call.recording = phone.hangup(name)
        except PhoneError as error:
            call.problem = call.problem or str(error)
        return call

    def wait(self, seconds: float) -> None:
        """Wait.

        Raises:
            Stopped: the calls are being ended.
        """
        if self._stopping.wait(max(0.0, seconds)):
            raise Stopped

    def _account(self, caller: str) -> _Account:
        """What the assistant said of a caller's call so far; asked only where that needs no login."""
        if not self._appliance.host.startswith("127."):
            return _Account({}, [])
        try:
            calls = _json(f"{API}/calls")
            call = next(call for call in calls if call["caller"] == caller)
            history = _json(f"{API}/calls/{call['call']}")["history"]
        except (OSError, ValueError, KeyError, StopIteration):
            return _Account({}, [])
        stages = {
            name.removesuffix("_seconds"): float(value)
            for name, value in (call["metrics"] or {}).items()
            if name.endswith("_seconds")
        }
        return _Account(stages, [entry["text"] for entry in history if entry["type"] == "reply"])


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=2.0) as answer:
        return json.load(answer)


class Conversation:
    """One call with the assistant, while it goes on and when it is over."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.spoken: list[Said] = []
        self.recording: Recording | None = None
        """Once it is over."""
        self.problem = ""

    def say(self, sound: Samples, *, wait: bool = True) -> None:
        """Speak."""
        self.spoken.append(self.phone.say_samples(sound, wait=wait))

    def hear_reply(self, settled_seconds: float = 1.2) -> None:
        """Wait for a reply and its end; that none came is found in the recording."""
        with contextlib.suppress(PhoneTimeout):
            self.phone.wait_reply(REPLY_TIMEOUT_SECONDS, settled_seconds)

    def hear_end(self, quiet_seconds: float = 2.0) -> None:
        """Wait until nothing is heard any more."""
        with contextlib.suppress(PhoneTimeout):
            self.phone.wait_quiet(quiet_seconds, 2 * REPLY_TIMEOUT_SECONDS)

    def turns(self) -> list[Turn | None]:
        """What was said, each with what was heard after it; empty without a recording."""
        if self.recording is None:
            return []
        places, instants = self.recording.heard_segments(), self.recording.heard_on_clock()
        heard = [Heard(at, place) for at, place in zip(instants, places, strict=True)]
        return turns(self.spoken, self.recording.said_on_clock(), heard)

    def spread(self, turn: Turn | None) -> float:
        """How well the instant of a turn's reply is known."""
        if self.recording is None or turn is None or not turn.after:
            return 0.0
        return self.recording.heard_clock.spread_seconds(turn.after[0].place.start)


def dealt(questions: Sequence[Dealt], hands: int) -> Iterator[list[Dealt]]:
    """Questions dealt to so many callers, as cards are."""
    for hand in range(hands):
        yield list(questions[hand::hands])
