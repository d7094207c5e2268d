"""What README.md and docs/ point to is there: relative links, their headings, and paths of this checkout."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = ("docs", "inventory", "models", "molecule", "playbooks", "roles", "sipforge", "systemd", "tests")

_FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_PATH = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w@./-]*")
"""A path without placeholders such as <name> or {this,that}."""


def prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """As GitHub makes them."""
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(page)))
    return {heading.strip().replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    broken = []
    for link in _LINK.findall(prose(page)):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (page.parent / path).resolve() if path else page
        there = not path or (target.is_relative_to(ROOT) and target.exists())
        if not there or (anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


def missing_paths(page: Path) -> list[str]:
    named = (code for code in _CODE.findall(prose(page)) if _PATH.fullmatch(code))
    return [path for path in named if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_is_there(page: Path) -> None:
    assert missing_paths(page) == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        links = (link.partition("#")[0] for link in _LINK.findall(prose(page)))
        found = {(page.parent / link).resolve() for link in links if link.endswith(".md")}
        ahead += [target for target in found - reached if target in PAGES]
    assert sorted(set(PAGES) - reached) == []


@pytest.mark.parametrize(
    ("text", "links", "paths"),
    [
        ("[a](gone.md) and [b](#nowhere) but [c](#here)", ["gone.md", "#nowhere"], []),
        ("`sipforge/gone.py`, `roles/<name>/x.yml`, `sipforge status`", [], ["sipforge/gone.py"]),
        ("```\n[a](gone.md) `sipforge/gone.py`\n```", [], []),
    ],
)
def test_what_is_broken_is_found(tmp_path: Path, text: str, links: list[str], paths: list[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Here\n\n{text}\n", encoding="utf-8")
    assert (broken_links(page), missing_paths(page)) == (links, paths)
