"""The settings file of a host, /etc/sipforge/sipforge.toml: its shape, its defaults, its errors.

Everything that is not secret and differs from host to host stands in that one file, written by the
`sipforge` role and read once by each service at start. Secrets come from systemd credentials
(`sipforge.infra.credentials`), never from here. Owns: pydantic, tomllib.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

DEFAULT_PATH = Path("/etc/sipforge/sipforge.toml")


class SettingsError(Exception):
    """The settings file is missing or wrong; the message names the file and each wrong key."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class RedisSettings(_Section):
    """The local Redis. The password is the credential `redis-password`."""

    socket: Path = Path("/run/redis/redis-server.sock")
    username: str = "sipforge"
    timeout_seconds: float = Field(default=1.0, gt=0)
    """How long a command may take before memory serves instead."""


class AmiSettings(_Section):
    """Asterisk's manager interface. Passwords are the credentials `ami-monitor` and `ami-cli`."""

    host: str = "127.0.0.1"
    port: int = 5038


class OrchestratorSettings(_Section):
    """Routing, audio relay and the HTTP API, all on the loopback address."""

    host: str = "127.0.0.1"
    http_port: int = 8080
    agi_port: int = 4573
    audiosocket_port: int = 9092
    audiosocket_rate_hz: Literal[8000, 16000] = 16000
    """16000 from Asterisk 20.17 / 22.7 on; 8000 below (the wire had no rate there)."""
    max_calls: int = Field(default=20, ge=1)
    """Assistant calls at once, all bots together."""
    calls_per_minute: int = Field(default=20, ge=1)
    """Assistant calls that one caller may start in a minute."""
    history_seconds: int = Field(default=86400, ge=0)
    """How long the text of a finished conversation is kept in Redis."""
    token_seconds: int = Field(default=30, ge=1)
    """Life of the bearer token in a hello."""


class MonitorSettings(_Section):
    """The AMI watcher."""

    host: str = "127.0.0.1"
    http_port: int = 8079
    orphan_seconds: float = Field(default=10.0, gt=0)
    """An AudioSocket channel whose call the orchestrator does not know is hung up after this long."""


class VadSettings(_Section):
    """Voice activity detection."""

    engine: Literal["silero"] = "silero"
    model: str = "silero-vad"
    threshold: float = Field(default=0.5, gt=0, lt=1)


class SttSettings(_Section):
    """Speech to text."""

    engine: Literal["whisper", "whisper-phrases"] = "whisper"
    """`whisper` writes down anything; `whisper-phrases` picks one of the expected phrases, or none."""
    model: str = "whisper-base"
    language: str = "en"
    """Whisper's language token (a fine-tune without its own token reuses another's)."""
    threads: int = Field(default=1, ge=1)


class TtsSettings(_Section):
    """Text to speech."""

    engine: Literal["piper", "espeak"] = "espeak"
    model: str = ""
    """Model name in the manifest; empty where the engine brings its own voices."""
    voice: str = ""
    """espeak-ng voice name, for `espeak` (and for `piper` the phonemes' voice)."""
    words_per_minute: int = Field(default=150, ge=60, le=400)


class DialogueSettings(_Section):
    """Who answers: each engine is asked in turn until one is sure."""

    engines: tuple[Literal["answers"], ...] = ("answers",)


class BotSettings(_Section):
    """One language's assistant; its name is its key under [bots]."""

    extension: str = Field(pattern=r"^[2-9]\d{3}$")
    language: str
    """Module name in sipforge.text, e.g. "english"; a language without one uses plain text."""
    http_port: int
    phrases: Path
    knowledge: Path
    operator: str = ""
    """Extension of the person offered to a caller; empty: nobody is offered."""
    max_calls: int = Field(default=10, ge=1)
    vad: VadSettings = VadSettings()
    stt: SttSettings = SttSettings()
    dialogue: DialogueSettings = DialogueSettings()
    tts: TtsSettings = TtsSettings()
    end_of_turn_seconds: float = Field(default=0.6, gt=0)
    """Silence after speech that ends the caller's turn."""
    prompt_again_seconds: float = Field(default=10.0, gt=0)
    """Silence after which the caller is asked again."""
    idle_limit_seconds: float = Field(default=300.0, gt=0)
    """A caller who has said nothing for this long is let go."""


class Settings(_Section):
    """The whole file."""

    office: str = "the office"
    run_directory: Path = Path("/run/sipforge")
    model_directory: Path = Path("/var/lib/sipforge/models")
    prompt_directory: Path = Path("/var/lib/sipforge/prompts")
    credential_directory: Path = Path("/etc/sipforge/credentials")
    """Where the CLI, run as root, reads what services get from systemd."""
    users_file: Path = Path("/etc/sipforge/users.json")
    asterisk_directory: Path = Path("/etc/asterisk")
    asterisk_spool_directory: Path = Path("/var/spool/asterisk")
    cdr_database: Path = Path("/var/log/asterisk/master.db")
    redis: RedisSettings = RedisSettings()
    ami: AmiSettings = AmiSettings()
    orchestrator: OrchestratorSettings = OrchestratorSettings()
    monitor: MonitorSettings = MonitorSettings()
    bots: dict[str, BotSettings] = Field(default_factory=dict)

    @field_validator("bots")
    @classmethod
    def _names_are_words(cls, bots: dict[str, BotSettings]) -> dict[str, BotSettings]:
        for name in bots:
            if not name.isidentifier():
                raise ValueError(f"bot name {name!r} must be a word of letters, digits and underscores")
        return bots

    @model_validator(mode="after")
    def _nothing_twice(self) -> Settings:
        for what in ("extension", "http_port"):
            seen: dict[object, str] = {}
            for name, bot in self.bots.items():
                other = seen.setdefault(getattr(bot, what), name)
                if other != name:
                    raise ValueError(f"bots.{name}.{what} is the same as bots.{other}.{what}")
        return self

    def bot_socket(self, name: str) -> Path:
        """Path of the Unix socket on which the bot `name` takes calls."""
        return self.run_directory / f"bot-{name}" / "audio.sock"

    def briefing_folder(self, name: str) -> Path:
        """Where the bot `name` puts what colleagues hear before a caller is put through."""
        return self.run_directory / f"bot-{name}" / "briefings"


def load_settings(path: Path = DEFAULT_PATH) -> Settings:
    """Read and check a settings file.

    Raises:
        SettingsError: the file cannot be read, is not TOML, or a value is wrong.
    """
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from error
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc']) or 'file'}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise SettingsError(f"{path}: " + "; ".join(lines)) from error
