"""A baresip process of its own: a temporary configuration folder, free ports, and an orderly end."""

from __future__ import annotations

import contextlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.phones.audio import Samples, write_wav
from tests.phones.control import Control, ControlError, Event
from tests.phones.errors import PhoneError

MODULES = Path("/usr/lib/baresip/modules")
SILENCE_SECONDS = 300
"""Length of the silent source, and of the silence after what is said: at its end baresip hangs up."""
SOURCE_RATE_HZ = 48000
"""Rate of every file given to a phone; baresip resamples it to the codec's. Its filters are made for 48 kHz:
from 16 kHz to 8 kHz they leave nothing above 1.5 kHz.
"""
RTP_PORTS = 20
"""A phone's own range; well away from the appliance's 10000-10100."""
FIRST_PORT, LAST_PORT = 14000, 32000
"""Where ports are looked for: above the appliance's, below those the kernel gives out itself."""
START_ATTEMPTS = 3

CONFIGURATION = """\
poll_method epoll
sip_listen {address}:{sip_port}
net_interface {address}
call_local_timeout 120
call_max_calls 2
statmode_default off
audio_source aufile,{silence}
audio_player none
audio_alert none
ausrc_srate {rate_hz}
ausrc_channels 1
jitter_buffer_delay 0-0
rtp_ports {first_rtp_port}-{last_rtp_port}
module_path {modules}
{audio_modules}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control_port}
snd_path {recordings}
{trust}
"""
# Without a jitter buffer a recording holds each packet as it comes; with one it would lag by 100 ms.


@dataclass(frozen=True, slots=True)
class Ports:
    """Where one phone listens."""

    sip: int
    """UDP and TCP; baresip takes the next one for TLS."""
    control: int
    first_rtp: int


class BaresipProcess:
    """Starts one baresip; `close` ends it, and only it."""

    def __init__(
        self, name: str, address: str, on_event: Callable[[Event], None], trusted: Path | None = None
    ) -> None:
        """Start it.

        Args:
            name: of its folder.
            address: where it listens.
            on_event: told of everything.
            trusted: certificates of the authorities that it believes (PEM).

        Raises:
            PhoneError: baresip is not installed, or does not start.
        """
        if shutil.which("baresip") is None or not MODULES.is_dir():
            raise PhoneError("baresip is not installed (Debian: apt-get install baresip-core)")
        self.folder = Path(tempfile.mkdtemp(prefix=f"sipforge-phone-{name}-"))
        self.recordings = self.folder / "recordings"
        self.recordings.mkdir()
        self._process: subprocess.Popen[bytes] | None = None
        self._trust = f"sip_cafile {trusted}" if trusted else ""
        try:
            write_padded_wav(self.folder / "silence.wav", np.zeros(0), SOURCE_RATE_HZ, SILENCE_SECONDS)
            for attempt in range(START_ATTEMPTS):
                self.ports = free_ports(address)
                try:
                    self.control = self._start(address, on_event)
                    return
                except ControlError as error:
                    self._end_process()
                    if attempt == START_ATTEMPTS - 1:
                        raise PhoneError(f"baresip does not start: {error}; {self.log_end()}") from error
        except BaseException:
            self.close()
            raise

    def freeze(self) -> None:
        """Stop it where it is, until `close`."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        """End the process and remove its folder; may be called twice."""
        self._end_process()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_end(self, lines: int = 5) -> str:
        """The last lines of baresip's own log."""
        with contextlib.suppress(OSError):
            text = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
            return " | ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip())
        return "no log"

    def _start(self, address: str, on_event: Callable[[Event], None]) -> Control:
        configuration = CONFIGURATION.format(
            address=address,
            sip_port=self.ports.sip,
            silence=self.folder / "silence.wav",
            rate_hz=SOURCE_RATE_HZ,
            first_rtp_port=self.ports.first_rtp,
            last_rtp_port=self.ports.first_rtp + RTP_PORTS - 1,
            modules=MODULES,
            audio_modules="\n".join(
                f"module {name}.so" for name in ("opus", "g711", "g722", "aufile", "sndfile", "srtp")
            ),
            control_port=self.ports.control,
            recordings=self.recordings,
            trust=self._trust,
        )
        (self.folder / "config").write_text(configuration, encoding="utf-8")
        for empty in ("accounts", "contacts"):
            (self.folder / empty).touch()
        command = ["baresip", "-f", str(self.folder)]
        if shutil.which("setpriv"):
            # Should the caller be killed outright, the kernel ends the phone too.
            command = ["setpriv", "--pdeathsig", "TERM", *command]
        with (self.folder / "log").open("wb") as log:
            # A session of its own, so that Ctrl-C reaches the caller first, which then hangs up.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 10.0
        while True:
            if self._process.poll() is not None:
                raise ControlError(f"it ended with {self._process.returncode}")
            try:
                return Control(self.ports.control, on_event, timeout_seconds=0.2)
            except ControlError:
                # It logs and goes on when a port is taken, so the wait for its control port has an end.
                if time.monotonic() > deadline:
                    raise

    def _end_process(self) -> None:
        if hasattr(self, "control"):
            self.control.close()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(timeout=3.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def write_padded_wav(path: Path, samples: Samples, rate_hz: int, silence_seconds: float) -> None:
    """Write mono 16-bit PCM followed by silence, which takes no space on the disk."""
    write_wav(path, samples, rate_hz)
    header_bytes = path.stat().st_size - 2 * len(samples)
    data_bytes = 2 * (len(samples) + round(silence_seconds * rate_hz))
    with path.open("r+b") as out:
        out.seek(4)
        out.write(struct.pack("<I", header_bytes - 8 + data_bytes))
        out.seek(header_bytes - 4)
        out.write(struct.pack("<I", data_bytes))
        out.truncate(header_bytes + data_bytes)


def free_ports(address: str) -> Ports:
    """Ports that are free now, at random so that phones started at once seldom meet.

    Raises:
        PhoneError: none was found.
    """
    for _ in range(100):
        base = random.randrange(FIRST_PORT, LAST_PORT - 64, 2)
        ports = Ports(sip=base, control=base + 2, first_rtp=base + 4)
        wanted = [(address, base), (address, base + 1), ("127.0.0.1", base + 2)]
        wanted += [(address, base + 4 + offset) for offset in range(RTP_PORTS)]
        if all(_is_free(host, port) for host, port in wanted):
            return ports
    raise PhoneError(f"no free ports between {FIRST_PORT} and {LAST_PORT}")


def local_address(server: str) -> str:
    """The address of this machine that `server` sees."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((server, 9))
        return str(probe.getsockname()[0])


def _is_free(host: str, port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True
