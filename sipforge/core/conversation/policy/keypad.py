"""The keys of a caller's telephone, and the pages of the menu that they choose from. Pure.

A page has at most seven topics, on the keys 1 to 7; 8 goes to the next page, and after the last to the first.
The other keys mean the same whether the menu is open or not.
"""

from __future__ import annotations

from typing import Final

TOPIC_KEYS: Final = tuple("1234567")
MORE_KEY: Final = "8"
MESSAGE_KEY: Final = "9"
OPERATOR_KEY: Final = "0"
REPEAT_KEY: Final = "*"
END_KEY: Final = "#"
YES_KEY: Final = "1"
"""While an offer stands; of two topics that were asked about it chooses the first."""
OTHER_KEY: Final = "2"
"""While a topic is asked about: the second, or not this one."""


class Pages:
    """Which page of the menu is open in one call."""

    def __init__(self, topics: int) -> None:
        """Closed; `topics` is how many the whole menu has, 0 for none."""
        self._topics = topics
        self._page: int | None = None

    def open(self) -> int | None:
        """Open the first page, unless one is open; its number from 0, None: there is no menu."""
        if self._page is None and self._topics:
            self._page = 0
        return self._page

    def turn(self) -> int | None:
        """As `open`, but go on from the page that is open to the next, and from the last to the first."""
        if self._page is None:
            return self.open()
        self._page = (self._page + 1) % -(-self._topics // len(TOPIC_KEYS))
        return self._page

    def close(self) -> None:
        """The keys choose no topics any more."""
        self._page = None

    def topic(self, key: str) -> int | None:
        """The topic, from 0, that `key` chooses on the open page; None: none."""
        if self._page is None or key not in TOPIC_KEYS:
            return None
        topic = self._page * len(TOPIC_KEYS) + TOPIC_KEYS.index(key)
        return topic if topic < self._topics else None
