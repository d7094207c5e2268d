"""What kind of call a telephone starts, told from the extension it dials."""

from __future__ import annotations

from collections.abc import Mapping

from sipforge.core.asterisk.state import Channel
from sipforge.core.office.extensions import is_user


def kind_of(channel: Channel, assistants: Mapping[str, str]) -> str | None:
    """The kind of the call that a new channel begins; None where it begins none (a called leg).

    Args:
        channel: as its Newchannel event gave it.
        assistants: extension → name of the assistant there.

    Returns:
        "assistant-<name>", "user" or "other" (echo test, voicemail, a number that does not exist).
    """
    if not channel.is_first or not channel.dialled:
        return None
    if channel.dialled in assistants:
        return f"assistant-{assistants[channel.dialled]}"
    return "user" if is_user(channel.dialled) else "other"
