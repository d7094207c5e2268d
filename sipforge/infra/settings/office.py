"""What the settings file says of the whole office: front desk, and whom assistants may ring outside."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from sipforge.core.office.destinations import parse_destination
from sipforge.core.office.extensions import check_assistant
from sipforge.infra.settings.assistants import OUTSIDE, Section


def _destination(text: str) -> str:
    parse_destination(text)
    return text


class FrontDeskSettings(Section):
    """One number for callers of all languages."""

    extension: Annotated[str, AfterValidator(check_assistant)]
    assistants: Annotated[tuple[str, ...], Field(min_length=1, max_length=9)]
    """Names of those whom callers may want: the first is at the desk, and 1, 2... are their keys."""
    hours: str = ""
    """Name of opening hours of the office; empty: it is always open."""
    closed: Annotated[str, AfterValidator(_destination)] = ""
    """Where calls go out of hours: 1000, voicemail 1000, or nowhere: the caller is told when to ring."""


class OutsideSettings(Section):
    """What assistants may do outside the office."""

    assistants_may_ring: tuple[Annotated[str, Field(pattern=OUTSIDE)], ...] = ()
    """Numbers that they may connect callers with, such as +250788000000; a caller's words reach no other."""
