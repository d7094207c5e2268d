from __future__ import annotations

import sys
from types import ModuleType

import pytest

from sipforge.text import plain
from sipforge.text.language import load_language, load_reading


def test_a_language_has_a_module_or_plain_text() -> None:
    assert load_language("kinyarwanda").normalise("8") == "umunani"
    assert load_language("klingon").normalise("8") == plain.normalise("8") == "8"


def test_what_reads_spoken_numbers_is_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("sipforge.text.klingon_reading")
    module.to_digits = str.upper  # type: ignore[attr-defined]
    assert load_reading("klingon")("wa'") == "wa'"
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert load_reading("klingon")("wa'") == "WA'"


def test_a_module_that_is_broken_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sipforge.text.klingon_reading", ModuleType("klingon"))
    with pytest.raises(AttributeError):
        load_reading("klingon")
