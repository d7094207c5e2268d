"""The translation engine with small models in the published format, and scripted ones for their faults."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from sipforge.engines.answering.pivot.translation import LONGEST, TranslationModel, Translator
from sipforge.engines.protocols import EngineError, Stage
from tests.tiny import LANGUAGES, chat_model, translator, vocabulary

RW, EN = "kin_Latn", "eng_Latn"
PAIRS = {
    "Muraho": "Hello",
    "ofisi": "office",
    "iri": "is",
    "he": "where",
    "Hamagara": "Call",
    "cyangwa": "or",
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return translator(tmp_path_factory.mktemp("models") / "nllb", PAIRS)


@pytest.fixture(scope="module")
def model(directory: Path) -> TranslationModel:
    return TranslationModel(directory, LANGUAGES)


def copied(directory: Path, to: Path) -> Path:
    return Path(shutil.copytree(directory, to))


def trusted(model: object, texts: Sequence[str], names: Sequence[str] = ()) -> list[str | None]:
    return asyncio.run(Translator(model, names).translate(texts, RW, EN))  # type: ignore[arg-type]


def test_both_ways_and_many_at_once(model: TranslationModel) -> None:
    kinyarwanda = ["Muraho, ofisi iri he?", "Muraho!", "ofisi"]
    english = ["Hello, office is where?", "Hello!", "office"]
    assert model.translate(kinyarwanda, RW, EN) == english
    assert model.translate(english, EN, RW) == kinyarwanda
    assert model.translate([], EN, RW) == []


def test_what_must_not_change_comes_through(model: TranslationModel) -> None:
    texts = ["Hamagara 1002 cyangwa 0788 123 456.", "Hamagara Alice Uwase cyangwa info@hilltop.example!"]
    assert trusted(model, texts) == [
        "Call 1002 or 0788 123 456.",
        "Call Alice Uwase or info@hilltop.example!",
    ]


def test_what_has_no_words_needs_no_model(model: TranslationModel) -> None:
    assert trusted(model, ["1002.", "", "0788 123 456?"]) == ["1002.", "", "0788 123 456?"]


def test_a_name_that_is_given_is_not_translated(model: TranslationModel) -> None:
    assert trusted(model, ["Muraho he"]) == ["Hello where"]
    assert trusted(model, ["Muraho he"], ["HE"]) == ["Hello he"]


def test_a_sentence_too_long_is_not_translated(model: TranslationModel) -> None:
    texts = ["ofisi " * (LONGEST + 1), "ofisi"]
    assert model.translate(texts, RW, EN) == [None, "office"]
    assert model.translate(texts[:1], RW, EN) == [None]


def test_a_translation_without_an_end_is_none(tmp_path: Path) -> None:
    model = TranslationModel(translator(tmp_path / "noise", PAIRS, random=True), LANGUAGES)
    assert model.translate(["Muraho, ofisi iri he?"], RW, EN) == [None]


@pytest.mark.parametrize(
    "pairs",
    [
        {"X1": "X2", "1002": "1003"},
        {"X1": "kabiri", "1002": "kabiri"},
    ],
)
def test_a_model_that_loses_a_number_is_not_believed(tmp_path: Path, pairs: dict[str, str]) -> None:
    model = TranslationModel(translator(tmp_path / "wrong", PAIRS | pairs), LANGUAGES)
    assert trusted(model, ["Muraho 1002", "Muraho"]) == [None, "Hello"]


@pytest.mark.parametrize("pairs", [{"X1": "kabiri"}, {"1002": "kabiri"}])
def test_one_way_of_asking_that_keeps_the_number_is_enough(tmp_path: Path, pairs: dict[str, str]) -> None:
    model = TranslationModel(translator(tmp_path / "half", PAIRS | pairs), LANGUAGES)
    assert trusted(model, ["Muraho 1002"]) == ["Hello 1002"]


class Scripted:
    """Translates everything into one text."""

    def __init__(self, text: str | EngineError | None) -> None:
        self.text = text

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        if isinstance(self.text, EngineError):
            raise self.text
        return [self.text for _ in texts]


@pytest.mark.parametrize("text", [None, "", " ...", "Call X1 X1", "Call 1002 1002", "Call X1 5", "Call"])
def test_a_translation_that_is_empty_or_has_other_numbers_is_not_believed(text: str | None) -> None:
    assert trusted(Scripted(text), ["Hamagara 1002"]) == [None]


def test_a_failure_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="went wrong"):
        trusted(Scripted(EngineError(Stage.DIALOGUE, "it went wrong")), ["ofisi"])


def fails(directory: Path, problem: str) -> None:
    with pytest.raises(EngineError, match=problem) as caught:
        TranslationModel(directory, LANGUAGES)
    assert caught.value.stage is Stage.DIALOGUE
    assert str(directory) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("sentencepiece.bpe.model", r"lacks its SentencePiece file \*.model: put the one"),
        ("model.bin", "it lacks model.bin"),
        ("config.json", "it lacks config.json"),
        ("shared_vocabulary.json", "cannot be loaded: .*vocabulary"),
    ],
)
def test_a_file_that_is_missing_is_named(directory: Path, tmp_path: Path, name: str, problem: str) -> None:
    broken = copied(directory, tmp_path / "model")
    (broken / name).unlink()
    fails(broken, problem)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("sentencepiece.bpe.model", "no SentencePiece model, or a broken one: fetch it again"),
        ("model.bin", "cannot be loaded"),
        ("config.json", "cannot be loaded"),
        ("shared_vocabulary.json", "cannot be loaded"),
    ],
)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_an_error(
    directory: Path, tmp_path: Path, name: str, problem: str, share: float
) -> None:
    broken = copied(directory, tmp_path / "model")
    whole = (broken / name).read_bytes()
    (broken / name).write_bytes(whole[: int(len(whole) * share)])
    fails(broken, problem)


@pytest.mark.parametrize("name", ["sentencepiece.bpe.model", "model.bin"])
def test_a_file_of_something_else_is_an_error(directory: Path, tmp_path: Path, name: str) -> None:
    broken = copied(directory, tmp_path / "model")
    (broken / name).write_bytes(b"<html>Not found</html>" * 100)
    fails(broken, "cannot be loaded|no SentencePiece model")


def test_two_sentencepiece_files_are_one_too_many(directory: Path, tmp_path: Path) -> None:
    broken = copied(directory, tmp_path / "model")
    shutil.copy(broken / "sentencepiece.bpe.model", broken / "other.model")
    fails(broken, r"has 2 files \*.model")


def test_the_sentencepiece_file_of_another_model_is_noticed(directory: Path, tmp_path: Path) -> None:
    other = translator(tmp_path / "other", {f"zz{number}": f"yy{number}" for number in range(40)})
    broken = copied(directory, tmp_path / "model")
    shutil.copy(other / "sentencepiece.bpe.model", broken)
    fails(broken, "another model's: fetch both from one place")


def test_a_language_that_the_model_does_not_know_is_named(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="does not know the language rw: choose another model"):
        TranslationModel(directory, ["rw", EN])
    changed = copied(directory, tmp_path / "model")
    tokens = ["other" if token == RW else token for token in vocabulary(directory)]
    (changed / "shared_vocabulary.json").write_text(json.dumps(tokens))
    fails(changed, "does not know the language kin_Latn")


def test_a_vocabulary_as_older_conversions_wrote_it(directory: Path, tmp_path: Path) -> None:
    old = copied(directory, tmp_path / "model")
    (old / "shared_vocabulary.json").unlink()
    (old / "shared_vocabulary.txt").write_text("\n".join(vocabulary(directory)) + "\n", encoding="utf-8")
    assert TranslationModel(old, LANGUAGES).translate(["Muraho"], RW, EN) == ["Hello"]


def test_a_model_of_another_kind_is_an_error(directory: Path, tmp_path: Path) -> None:
    other = chat_model(tmp_path / "chat", ["Muraho", "."])
    shutil.copy(directory / "sentencepiece.bpe.model", other)
    fails(other, "cannot be loaded")
