"""Desk telephones: how one is named by its MAC address, and what file each make asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sipforge.core.provisioning import grandstream, yealink
from sipforge.core.provisioning.account import Account, ProvisioningError

_MAC: Final = re.compile(r"([0-9a-f]{2})[:-]?" * 5 + r"([0-9a-f]{2})", re.ASCII | re.IGNORECASE)
_FILES: Final = re.compile(
    r"(?:cfg(?P<g>[0-9a-f]{12})\.xml|(?P<y>[0-9a-f]{12})\.cfg)", re.ASCII | re.IGNORECASE
)


class Model(Enum):
    """A make whose telephones can be set up."""

    YEALINK = "yealink"
    GRANDSTREAM = "grandstream"

    @property
    def content_type(self) -> str:
        """Of its files."""
        return yealink.CONTENT_TYPE if self is Model.YEALINK else grandstream.CONTENT_TYPE


@dataclass(frozen=True, slots=True)
class DeskPhone:
    """A telephone that is set up for a user."""

    mac: str
    """Twelve small hexadecimal digits."""
    model: Model
    extension: str
    password: str
    """With which it fetches its file, beside the extension as user name."""

    def __repr__(self) -> str:
        return f"DeskPhone(mac={self.mac!r}, extension={self.extension!r})"  # never the password

    @property
    def file_name(self) -> str:
        """What it asks its provisioning server for."""
        return f"{self.mac}.cfg" if self.model is Model.YEALINK else f"cfg{self.mac}.xml"

    def render(self, account: Account, ca_url: str = "") -> str:
        """Its file; `ca_url` as in `yealink.render`."""
        if self.model is Model.YEALINK:
            return yealink.render(account, ca_url)
        return grandstream.render(account)


def parse_mac(text: str) -> str:
    """A MAC address as twelve small hexadecimal digits.

    Raises:
        ProvisioningError: it is none that a telephone can have.
    """
    found = _MAC.fullmatch(text.strip())
    mac = "".join(found.groups()).lower() if found else ""
    # The lowest bit of the first byte marks an address of many.
    if not mac or mac == "0" * 12 or int(mac[:2], 16) & 1:
        raise ProvisioningError(
            f"MAC address {text!r}: must be the telephone's own, such as 00:15:65:aa:bb:cc"
        )
    return mac


def parse_model(text: str) -> Model:
    """A make by its name.

    Raises:
        ProvisioningError: there are no files for it.
    """
    try:
        return Model(text.lower())
    except ValueError:
        known = ", ".join(model.value for model in Model)
        raise ProvisioningError(f"model {text!r}: is not known; there are: {known}") from None


def mac_asked_for(file_name: str) -> str | None:
    """Whose file a telephone asks for; None for every other file, such as those common to all telephones."""
    found = _FILES.fullmatch(file_name)
    return (found["g"] or found["y"]).lower() if found else None
