"""The desk telephones of this host, `phones.json` (owner root, mode 0600): which is whose, and its password.

The passwords are kept so that a telephone's file can be made anew when its user changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sipforge.core.provisioning.account import ProvisioningError
from sipforge.core.provisioning.desk_phones import DeskPhone, parse_mac, parse_model
from sipforge.infra.atomic_file import replace_file

_FORMAT = 1
_MODE = 0o600


class PhonesError(Exception):
    """The file cannot be read or written, or is damaged; the message names it."""


def load_phones(path: Path) -> tuple[DeskPhone, ...]:
    """All of them, by MAC address; none where there is no file.

    Raises:
        PhonesError: see there.
    """
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != _FORMAT:
            raise ValueError(f"is not format {_FORMAT}")
        return tuple(map(_phone, document["phones"]))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _trouble(path, error) from error
    except (ValueError, TypeError, KeyError, ProvisioningError) as error:
        raise PhonesError(f"{path}: is damaged: {error}") from error


def save_phones(path: Path, phones: Iterable[DeskPhone]) -> None:
    """Replace the file. To be called inside the lock of the users (`UserStore.lock`).

    Raises:
        PhonesError: it cannot be written.
    """
    ordered = sorted(phones, key=lambda phone: phone.mac)
    entries = [{**asdict(phone), "model": phone.model.value} for phone in ordered]
    content = json.dumps({"format": _FORMAT, "phones": entries}, indent=2) + "\n"
    try:
        replace_file(path, content.encode(), _MODE)
    except OSError as error:
        raise _trouble(path, error) from error


def _phone(entry: dict[str, Any]) -> DeskPhone:
    return DeskPhone(
        parse_mac(entry["mac"]), parse_model(entry["model"]), str(entry["extension"]), str(entry["password"])
    )


def _trouble(path: Path, error: OSError) -> PhonesError:
    hint = "; run as root: sudo sipforge ..." if isinstance(error, PermissionError) else ""
    return PhonesError(f"{path}: {error.strerror or error}{hint}")
