"""The host a command works on: its settings, and the ways to reach what runs there."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sipforge.cli.errors import CliError, Exit

if TYPE_CHECKING:
    from sipforge.infra.asterisk.ami.command import AmiCommandClient
    from sipforge.infra.asterisk.users import UserStore
    from sipforge.infra.settings.host import Settings

AMI_ACCOUNT = "cli"
AMI_CREDENTIAL = "ami-cli"
RELOADED_MODULES = ("res_pjsip.so", "pbx_config.so", "app_voicemail.so")
"""The modules that read the users' three files."""


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

    def user_store(self) -> UserStore:
        """The host's users."""
        from sipforge.infra.asterisk.users import UserStore

        return UserStore(self.settings.users_file, self.settings.asterisk_directory)

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

    def reload_users(self) -> bool:
        """Have a running Asterisk read the users' files, without ending any call; False where none runs.

        Raises:
            CliError: it did not take them.
        """
        try:
            with self.asterisk() as manager:
                for module in RELOADED_MODULES:
                    manager.action("Reload", Module=module)
        except AsteriskNotRunning:
            return False
        except CliError as error:
            raise CliError(
                f"the users are saved, but Asterisk has not taken them; the next change tries again: {error}",
                Exit.UNREACHABLE,
            ) from error
        return True


class AsteriskNotRunning(CliError):
    """Nothing listens where Asterisk should."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Exit.UNREACHABLE)
