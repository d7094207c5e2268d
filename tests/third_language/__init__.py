"""A language that SipForge does not come with, for tests: Italian, as somebody would add it who needs it.

Its folder `italian` goes under sipforge/text; beside it its phrases, its knowledge, and an inventory entry
(molecule/default/host_vars). `stage` makes the checkout that is deployed with it.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import sipforge.text

FOLDER = Path(__file__).parent


@contextlib.contextmanager
def italian_beside_the_others() -> Iterator[None]:
    """While it lasts, sipforge.text.italian is this folder's."""
    before = sipforge.text.__path__
    sipforge.text.__path__ = [*before, str(FOLDER)]
    try:
        yield
    finally:
        sipforge.text.__path__ = before
        for name in [name for name in sys.modules if name.startswith("sipforge.text.italian")]:
            del sys.modules[name]
