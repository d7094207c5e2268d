"""Where users' calls go on, as Asterisk's database has it: set by a telephone's codes, or by the
administrator. Pure.

Keys of that database: forward-always/1001, forward-busy/1001, forward-no-answer/1001 (the value is where to),
dnd/1001 (1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from sipforge.core.office.office import Office
from sipforge.core.office.reading import OfficeError


class When(Enum):
    """When a user's calls go on."""

    ALWAYS = "always"
    BUSY = "busy"
    NO_ANSWER = "no-answer"

    @property
    def family(self) -> str:
        """Of the keys in Asterisk's database."""
        return f"forward-{self.value}"


DISTURB_FAMILY = "dnd"


def check_forward(office: Office, extension: str, to: str, always: Mapping[str, str]) -> str:
    """`to` as it is kept, if calls of a user may go there.

    Args:
        office: with the rules for numbers outside.
        extension: of the user.
        to: an extension, or a number outside, spaces and all.
        always: extension → where all of its calls go, of all users, as it is now.

    Raises:
        OfficeError: why not.
    """
    user = office.user(extension)
    if user is None:
        raise OfficeError(f"{extension}: is the extension of no user")
    number = re.sub(r"[\s()./-]", "", to)
    if number == extension:
        raise OfficeError(f"{extension}: calls cannot go on to where they come from")
    if number in office.extensions:
        path = [extension, number]
        while (onward := always.get(path[-1])) and onward not in path:
            path.append(onward)
        if onward == extension:
            raise OfficeError(f"{extension}: calls would go in a circle: {' → '.join([*path, extension])}")
        return number
    outside = office.plan.outside
    if outside is None or outside.e164(number) is None:
        raise OfficeError(f"{to}: is the extension of nobody, and no number outside")
    if not outside.may_ring(user.outside, number):
        raise OfficeError(
            f"{to}: {extension} may not ring it ({user.outside or outside.default_class or 'no class'})"
        )
    return number
