"""How a command ends other than well."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes that scripts can rely on."""

    OK = 0
    DEGRADED = 1
    """Something is not well, or what was asked for does not exist."""
    USAGE = 2
    UNREACHABLE = 3
    """Asterisk, a service or a file cannot be reached, or root is needed."""
    CONFIG = 78
    """EX_CONFIG of sysexits.h."""


class CliError(Exception):
    """The one way for a command to fail: a sentence for the administrator, and the exit code."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def told(*unreachable: type[Exception]) -> Generator[None, None, None]:
    """Turn what files and rules complain about into the command's error: the first are `unreachable`, the
    rules' are wrong usage.
    """
    try:
        yield
    except unreachable as error:
        raise CliError(str(error), Exit.UNREACHABLE) from error
    except ValueError as error:
        raise CliError(str(error), Exit.USAGE) from error
