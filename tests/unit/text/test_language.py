from __future__ import annotations

from pathlib import Path

import pytest

import sipforge.text
from sipforge.text import plain, turn_end
from sipforge.text.english.lexicon import LEXICON
from sipforge.text.language import PLAIN_TEXT, LanguageError, languages, load_language
from sipforge.text.lexicon import PLAIN


@pytest.fixture
def klingon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of a language, beside those that there are."""
    folder = tmp_path / "klingon"
    folder.mkdir()
    monkeypatch.setattr(sipforge.text, "__path__", [*sipforge.text.__path__, str(tmp_path)])
    for name in ("klingon", "klingon.numbers"):
        monkeypatch.delitem(__import__("sys").modules, f"sipforge.text.{name}", raising=False)
    return folder


def test_a_language_is_found_by_the_name_of_its_folder() -> None:
    assert {"english", "kinyarwanda"} <= set(languages())
    assert load_language("kinyarwanda").normalise("8") == "umunani"
    assert load_language("english").lexicon is LEXICON
    assert load_language("kinyarwanda").lexicon is PLAIN


def test_what_a_language_lacks_is_done_as_plain_text(klingon: Path) -> None:
    (klingon / "__init__.py").write_text(
        "from sipforge.text.language import Language\nLANGUAGE = Language('Klingon', to_digits=str.upper)\n"
    )
    assert "klingon" in languages()
    language = load_language("klingon")
    assert language.to_digits("wa'") == "WA'"
    assert language.normalise is plain.normalise
    assert language.completeness is turn_end.completeness
    assert PLAIN_TEXT.to_digits("wa'") == "wa'"


@pytest.mark.parametrize("name", ["klingon", "", "plain", "language", "../english", "english.numbers"])
def test_a_language_that_there_is_not_is_named(name: str) -> None:
    with pytest.raises(LanguageError) as error:
        load_language(name)
    known = ", ".join(languages())
    assert str(error.value) == f"there is no language {name!r} in sipforge/text; there are: {known}"


@pytest.mark.parametrize(
    ("door", "says"),
    [
        ("from sipforge.text.klingon.numbers import nine", "No module named 'sipforge.text.klingon.numbers'"),
        ("import nowhere", "No module named 'nowhere'"),
        ("LANGUAGE = Language('Klingon')", "name 'Language' is not defined"),
        ("x = (", "'(' was never closed"),
    ],
)
def test_a_module_of_a_language_that_cannot_be_imported_is_named(klingon: Path, door: str, says: str) -> None:
    (klingon / "__init__.py").write_text(door)
    with pytest.raises(LanguageError) as error:
        load_language("klingon")
    assert str(error.value).startswith(f"the language 'klingon' cannot be loaded: {says}")


def test_a_language_without_a_door_is_named(klingon: Path) -> None:
    (klingon / "__init__.py").write_text("")
    with pytest.raises(LanguageError, match=r"sipforge/text/klingon/__init__.py has no LANGUAGE"):
        load_language("klingon")
