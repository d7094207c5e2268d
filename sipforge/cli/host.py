"""The host a command works on: its settings, and the ways to reach what runs there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sipforge.cli.errors import CliError, Exit

if TYPE_CHECKING:
    from sipforge.infra.asterisk.ami.command import AmiCommandClient
    from sipforge.infra.asterisk.office_store import OfficeStore
    from sipforge.infra.settings.host import Settings

AMI_ACCOUNT = "cli"
AMI_CREDENTIAL = "ami-cli"


class Host:
    """Settings, read when first needed, and what is made from them."""

    def __init__(self, settings_path: Path, as_json: bool = False) -> None:
        """Read nothing yet. `as_json`: every command prints JSON."""
        self.settings_path = settings_path
        self.as_json = as_json
        self._settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """The host's settings.

        Raises:
            CliError: the file is missing or wrong.
        """
        if self._settings is None:
            self._settings = self.settings_with()
        return self._settings

    def settings_with(self, candidate: Path | None = None) -> Settings:
        """The host's settings, as they would be with the file `candidate` in place.

        Raises:
            CliError: the file is missing or wrong.
        """
        from sipforge.infra.settings.host import SettingsError, load_settings

        try:
            return load_settings(self.settings_path, candidate)
        except SettingsError as error:
            raise CliError(str(error), Exit.CONFIG) from error

    def office_store(self) -> OfficeStore:
        """The host's office."""
        from sipforge.infra.asterisk.office_store import OfficeStore

        settings = self.settings
        assistants = settings.assistants
        return OfficeStore(
            settings.office_folder, settings.asterisk_directory, settings.public_folder, assistants
        )

    @contextmanager
    def asterisk(self) -> Generator[AmiCommandClient, None, None]:
        """A connection to Asterisk, logged in.

        Raises:
            AsteriskNotRunning: nothing listens there.
            CliError: anything else that is in the way, now or while it is used.
        """
        from sipforge.infra.asterisk.ami.command import AmiCommandClient
        from sipforge.infra.asterisk.ami.messages import AmiError, AmiUnreachable
        from sipforge.infra.settings.host import LOOPBACK
        from sipforge.infra.systemd.credentials import CredentialError, read_credential

        try:
            # The secret second: without Asterisk, whether there is one does not matter.
            with AmiCommandClient(LOOPBACK, self.settings.ami.port) as manager:
                manager.login(
                    AMI_ACCOUNT, read_credential(AMI_CREDENTIAL, self.settings.credential_directory)
                )
                yield manager
        except AmiUnreachable as error:
            raise AsteriskNotRunning(str(error)) from error
        except AmiError as error:
            raise CliError(f"Asterisk: {error}", Exit.UNREACHABLE) from error
        except CredentialError as error:
            hint = "; run as root: sudo sipforge ..." if isinstance(error.__cause__, PermissionError) else ""
            raise CliError(f"{error}{hint}", Exit.UNREACHABLE) from error

    def reload(self, modules: Collection[str]) -> bool:
        """Have modules of a running Asterisk read their files, without ending any call; False where none
        runs.

        Raises:
            CliError: it did not take them.
        """
        try:
            with self.asterisk() as manager:
                for module in modules:
                    if module.endswith(".so"):
                        manager.action("Reload", Module=module)
        except AsteriskNotRunning:
            return False
        except CliError as error:
            raise CliError(
                f"it is saved, but Asterisk has not taken it; the next change tries again: {error}",
                Exit.UNREACHABLE,
            ) from error
        return True

    def speak_prompts(self, assistants: Collection[str] = ()) -> None:
        """Have assistants say what menus and the telephone system say in their voices, where that has
        changed: those named, or all.

        Raises:
            CliError: one could not.
        """
        for name in assistants or self.settings.bots:
            arguments = [sys.executable, "-m", "sipforge.bot", name, "--settings", str(self.settings_path)]
            made = subprocess.run(
                [*arguments, "--render-prompts"], capture_output=True, text=True, check=False
            )
            if made.returncode != 0:
                said = made.stderr.strip().splitlines()[-1:] or ["it did not say why"]
                raise CliError(f"the menus' texts could not be spoken: {said[0]}", Exit.UNREACHABLE)


class AsteriskNotRunning(CliError):
    """Nothing listens where Asterisk should."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Exit.UNREACHABLE)
