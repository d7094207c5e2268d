"""Sentences without meaning in the spelling of Kinyarwanda: what a recogniser of letters learns from.

No real sentence is needed, and none is known by heart: the phrases that are tested are all new to it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

_COMMON: Final = "k k k m m m n n r r r b b g g t t z s h y"
_ONSETS: Final = (
    *_COMMON.split(),
    *"d w f c j p v sh sh ny ny cy nt nt nk nk mp nd nd ng ng mb mb nz ns nj nts ts pf mf mv nsh nc".split(),
    *"bw mw mw nw rw kw kw gw tw sw zw shy by ry my ty sy vy py jy shw ngw ndw mby jw cw fw hw vw".split(),
)
"""What stands before a vowel, as often as it is named."""
_VOWELS: Final = "aaaeiiouu"


def word(random: np.random.Generator) -> str:
    """One to five syllables, sometimes with a vowel before them."""
    count = int(random.choice([1, 2, 3, 4, 5], p=[0.08, 0.3, 0.35, 0.2, 0.07]))
    first = random.choice(list(_VOWELS)) if random.random() < 0.3 else ""
    return first + "".join(random.choice(_ONSETS) + random.choice(list(_VOWELS)) for _ in range(count))


def sentence(random: np.random.Generator, longest: int = 7) -> str:
    """One word to `longest`."""
    return " ".join(word(random) for _ in range(int(random.integers(1, longest + 1))))
