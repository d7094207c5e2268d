"""What menus say in an assistant's voice, as the office's commands leave it for the assistants."""

from pathlib import Path

import pytest

from sipforge.bot.prompts import menu_texts
from sipforge.core.office.keeping.described import spoken
from tests.unit.core.office.example import office


def test_each_assistant_says_its_own(tmp_path: Path) -> None:
    path = tmp_path / "menus.json"
    path.write_text(spoken(office()), encoding="utf-8")
    assert menu_texts(path, "english") == {
        "menu-main": "For sales, press 1.",
        "menu-main-closed": "We are closed.",
    }
    assert menu_texts(path, "kinyarwanda") == {"menu-main": "Kanda 1."}
    assert menu_texts(path, "french") == {}


def test_without_the_file_there_are_none(tmp_path: Path) -> None:
    assert menu_texts(tmp_path / "menus.json", "english") == {}


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "menus.json"
    path.write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        menu_texts(path, "english")
