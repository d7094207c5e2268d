"""The house is in order: each folder of the program says what lives there, and nothing in it swells."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "sipforge"
FOLDERS = sorted({path.parent for path in PROGRAM.rglob("*.py")})
MOST_MODULES = 16
MOST_LINES = 400


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(ROOT)))
class TestFolder:
    def test_it_says_what_lives_there(self, folder: Path) -> None:
        door = folder / "__init__.py"
        assert door.is_file()
        assert ast.get_docstring(ast.parse(door.read_text(encoding="utf-8")))

    def test_it_has_few_modules(self, folder: Path) -> None:
        modules = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
        assert len(modules) <= MOST_MODULES, sorted(modules)

    def test_its_files_are_short(self, folder: Path) -> None:
        lines = {path.name: path.read_text(encoding="utf-8").count("\n") for path in folder.glob("*.py")}
        assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_the_developers_guide_has_a_map_of_all_folders() -> None:
    """And of no others; a new language need not be in it."""
    languages = set((PROGRAM / "text").glob("*/"))
    mapped = set(folders_of_the_map())
    assert sorted(mapped - set(FOLDERS)) == []
    assert sorted(set(FOLDERS) - mapped - languages) == []


def folders_of_the_map() -> list[Path]:
    """By its indentation, two spaces a floor."""
    guide = (ROOT / "docs" / "developers-guide.md").read_text(encoding="utf-8")
    drawn = guide.partition("```\nsipforge/\n")[2].partition("```")[0]
    found, above = [PROGRAM], [PROGRAM]
    for line in drawn.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        folder = above[depth - 1] / line.split()[0].rstrip("/")
        above[depth:] = [folder]
        found.append(folder)
    return found
