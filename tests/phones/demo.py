"""Rings a deployed appliance with real SIP phones, and shows what was said, heard and answered.

Registers 1001 and 1002; 1001 asks the English assistant, then the Kinyarwanda one, then rings 1002. Leaves
the phones' recordings and report.json in a folder.
Exit code: 0 all well, 1 a check failed, 2 it could not be run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sipforge.engines.protocols import EngineError
from sipforge.infra.models.download import ModelError
from tests.models import FOLDER
from tests.phones.appliance import Appliance, ApplianceError
from tests.phones.baresip import Phone
from tests.phones.conversation import ENGLISH, KINYARWANDA, Judge, Language, Verdict, ask
from tests.phones.errors import PhoneError
from tests.phones.orderly import orderly_end
from tests.phones.recognise import Recogniser
from tests.phones.recording import mouth_to_ear_seconds
from tests.phones.speech import SpeechError, english
from tests.phones.texts import load_texts

QUESTIONS = (("2000", ENGLISH, "hours"), ("3000", KINYARWANDA, "telefone"))
"""Who is rung, in which language, and the topic of the knowledge file that is asked about."""
SENTENCES = (
    "Good morning. The meeting starts at nine in the large room.",
    "Thank you, I will be there in ten minutes.",
)
"""What 1001 says to 1002, and the reply."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    caller: str
    callee: str
    said: str
    expected: str
    heard: str
    word_error_rate: float | None
    seconds: float | None
    """From the end of the question to the start of the answer; between users, from mouth to ear."""
    ok: bool
    recording: str


class Demo:
    """The three calls."""

    def __init__(
        self, appliance: Appliance, sip_port: int, folder: Path, models: Path, console: Console
    ) -> None:
        self._appliance = appliance
        self._sip_port = sip_port
        self._folder = folder
        self._console = console
        self._judge = Judge(Recogniser(models, self.say))
        self._start = time.monotonic()

    def say(self, line: str) -> None:
        """Show a line of progress."""
        self._console.print(f"[dim]{time.monotonic() - self._start:6.1f} s[/dim]  {line}", highlight=False)

    def run(self) -> list[Row]:
        """Make the calls.

        Raises:
            ApplianceError, PhoneError, SpeechError, ModelError, EngineError: it cannot go on.
        """
        office = self._appliance.office()
        with ExitStack() as stack:
            alice, bob = (stack.enter_context(phone) for phone in self._phones())
            for phone in (alice, bob):
                phone.register()
                self.say(f"{phone.extension} is registered")
            rows = [self._question(alice, *question, office) for question in QUESTIONS]
            rows += self._conversation(alice, bob)
        return rows

    def _phones(self) -> Iterator[Phone]:
        for extension, auto_answer in (("1001", False), ("1002", True)):
            yield Phone(
                extension,
                self._appliance.secret(extension),
                server=self._appliance.host,
                server_port=self._sip_port,
                codecs=("opus", "PCMU"),
                auto_answer=auto_answer,
                folder=self._folder,
            )

    def _question(self, phone: Phone, number: str, language: Language, topic_id: str, office: str) -> Row:
        texts = load_texts(language.name, office)
        topic = texts.topics[topic_id]
        question = topic.questions[0]
        self.say(f'{phone.extension} rings {number} and asks: "{question}"')
        name = f"{number}-{language.name}"
        try:
            answer = ask(phone, number, language, question, name)
        except PhoneError as error:
            self.say(f"[red]{error}[/red]")
            return Row(phone.extension, number, question, topic.answer, f"({error})", None, None, False, name)
        seconds = f"after {answer.answer_seconds:.1f} s" if answer.answer_seconds is not None else "early"
        self.say(f"{number} answered {seconds}; recognising what the phone heard")
        verdict = self._judge.heard(language, texts, topic.answer, answer.recording, answer.reply)
        self._show(verdict)
        return _row(phone.extension, number, question, verdict, answer.answer_seconds, name)

    def _conversation(self, caller: Phone, callee: Phone) -> list[Row]:
        self.say(f"{caller.extension} rings {callee.extension}")
        name = f"{caller.extension}-{callee.extension}"
        wavs = [english(SENTENCES[0], "slt"), english(SENTENCES[1], "rms")]
        pairs = ((caller, callee), (callee, caller))
        try:
            caller.dial(callee.extension)
            callee.wait_talking()
            for (speaker, listener), wav, sentence in zip(pairs, wavs, SENTENCES, strict=True):
                self.say(f'{speaker.extension} says: "{sentence}"')
                speaker.say(wav, wait=False)
                listener.wait_reply()
        except PhoneError as error:
            self.say(f"[red]{error}[/red]")
            ends = ((one.extension, two.extension) for one, two in pairs)
            return [
                Row(*end, sentence, sentence, f"({error})", None, None, False, name)
                for end, sentence in zip(ends, SENTENCES, strict=True)
            ]
        finally:
            caller.close_call()
        recordings = {
            phone.extension: phone.finish(f"{name}.{phone.extension}") for phone in (caller, callee)
        }
        rows = []
        for (speaker, listener), sentence in zip(pairs, SENTENCES, strict=True):
            said, heard = recordings[speaker.extension], recordings[listener.extension]
            verdict = self._judge.heard_english(sentence, heard.heard)
            self._show(verdict)
            delay = mouth_to_ear_seconds(said, heard)
            rows.append(
                _row(speaker.extension, listener.extension, sentence, verdict, delay, heard.heard.stem)
            )
        return rows

    def _show(self, verdict: Verdict) -> None:
        colour = "green" if verdict.ok else "red"
        self.say(f'[{colour}]heard: "{verdict.heard}"[/{colour}] ({verdict.word_error_rate:.0%} word errors)')


def _row(caller: str, callee: str, said: str, verdict: Verdict, seconds: float | None, recording: str) -> Row:
    return Row(
        caller,
        callee,
        said,
        verdict.expected,
        verdict.heard,
        round(verdict.word_error_rate, 3),
        None if seconds is None else round(seconds, 3),
        verdict.ok,
        recording,
    )


def table(rows: Sequence[Row]) -> Table:
    """The calls as a table."""
    made = Table(title="Calls", show_lines=True)
    for heading in ("call", "said", "heard by the phone", "should be", "word errors", "seconds", ""):
        made.add_column(heading, justify="right" if heading in ("word errors", "seconds") else "left")
    for row in rows:
        errors = "-" if row.word_error_rate is None else f"{row.word_error_rate:.0%}"
        seconds = "-" if row.seconds is None else f"{row.seconds:.{2 if row.seconds >= 0.1 else 3}f}"
        mark = "[green]ok[/green]" if row.ok else "[red]FAILED[/red]"
        made.add_row(f"{row.caller} → {row.callee}", row.said, row.heard, row.expected, errors, seconds, mark)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; see the module's text for the exit codes."""
    options = _options(arguments)
    console = Console(width=None if sys.stdout.isatty() else 140)
    options.recordings.mkdir(parents=True, exist_ok=True)
    appliance = Appliance(options.server, options.ssh_port, options.ssh_key, options.ssh_user)
    demo = Demo(appliance, options.sip_port, options.recordings, options.models, console)
    with orderly_end():
        try:
            rows = demo.run()
        except (ApplianceError, PhoneError, SpeechError, ModelError, EngineError) as error:
            console.print(f"[red]The demo cannot go on:[/red] {error}", highlight=False)
            return 2
        except KeyboardInterrupt:
            console.print("Interrupted; the phones have hung up.")
            return 130
    report = options.recordings / "report.json"
    report.write_text(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False) + "\n")
    console.print(table(rows))
    console.print("seconds: from the end of the question to the answer; between users, from mouth to ear")
    console.print(f"recordings: {options.recordings.resolve()}", highlight=False, soft_wrap=True)
    _own_phone(appliance, options.sip_port, console.print)
    return 0 if all(row.ok for row in rows) else 1


def _own_phone(appliance: Appliance, sip_port: int, show: Callable[..., None]) -> None:
    """Say how to register one's own softphone."""
    try:
        password = appliance.secret("1003")
    except ApplianceError:
        password = "what `sipforge user show 1003 --secret` prints on the server"
    show("\nYour own softphone:", style="bold")
    show(
        f"  server {appliance.host}:{sip_port} (UDP or TCP)   user 1003   password {password}",
        highlight=False,
    )
    show("  then ring 2000 (English), 3000 (Kinyarwanda), 600 (echo) or another user, 1000 to 1999")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.phones.demo", description=__doc__)
    parser.add_argument("--recordings", type=Path, required=True, help="folder for what is left")
    parser.add_argument("--server", default="127.0.0.1", help="the appliance's address")
    parser.add_argument("--sip-port", type=int, default=5060)
    parser.add_argument("--ssh-port", type=int, default=2222)
    parser.add_argument("--ssh-key", type=Path, help="private key; without it ssh's own choice")
    parser.add_argument("--ssh-user", default="root")
    parser.add_argument("--models", type=Path, default=FOLDER, help="where speech models are kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
