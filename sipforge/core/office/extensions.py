"""Who has which extension: users 1000 to 1999, assistants 2000 to 9999."""

from __future__ import annotations

import re
from typing import Final

USERS: Final = "1000 to 1999"
ASSISTANTS: Final = "2000 to 9999"


def is_user(extension: str) -> bool:
    """Whether it is an extension that a user can have; there need not be one."""
    return re.fullmatch("1[0-9]{3}", extension) is not None


def is_assistant(extension: str) -> bool:
    """Whether it is an extension that an assistant can have; there need not be one."""
    return re.fullmatch("[2-9][0-9]{3}", extension) is not None
