"""How the trunks are, as the commands show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sipforge.cli.errors import CliError
from sipforge.cli.host import Host

if TYPE_CHECKING:
    from sipforge.core.asterisk.state import Headers


def trunk_words(host: Host) -> Mapping[str, str]:
    """Name of each trunk → how it is, in words; nothing where Asterisk does not say."""
    from sipforge.core.asterisk.trunks import registration_refusals, trunk_states
    from sipforge.infra.asterisk.log_file import last_lines

    try:
        with host.asterisk() as manager:
            # Not PJSIPShowContacts, which leaves out what does not register here.
            endpoints = manager.listing("PJSIPShowEndpoints")
            registrations: tuple[Headers, ...] = manager.listing("PJSIPShowRegistrationsOutbound")
    except CliError:
        return {}
    refusals = registration_refusals(last_lines(host.settings.asterisk_log))
    return {state.name: state.words for state in trunk_states(endpoints, registrations, refusals)}
