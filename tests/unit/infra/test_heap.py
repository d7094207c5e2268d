from __future__ import annotations

import gc

from sipforge.infra.heap import settle


def test_no_collection_looks_at_what_was_there() -> None:
    before = [[number] for number in range(1000)]
    try:
        settle()
        assert gc.get_freeze_count() > len(before)
        assert not any(one is before for one in gc.get_objects())
    finally:
        gc.unfreeze()
