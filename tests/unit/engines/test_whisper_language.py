"""The language token: from the manifest to the inventory, through the settings to what the model is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sipforge.engines.hearing.whisper.model import WhisperModel
from sipforge.engines.protocols import EngineError
from sipforge.infra.models.manifest import load_manifest
from sipforge.infra.settings.host import SettingsError, load_settings
from tests.engines import make_stt
from tests.models import REPOSITORY, model
from tests.phones.audio import read_wav
from tests.phones.speech import english

QUESTION = "Where can I park my car?"
MANIFEST = load_manifest((REPOSITORY / "models" / "manifest.toml").read_text(encoding="utf-8"))


def settings(folder: Path, language: str) -> Path:
    path = folder / "sipforge.toml"
    path.write_text(
        '[bots.kinyarwanda]\nextension = "3000"\nlanguage = "kinyarwanda"\nhttp_port = 8082\n'
        'phrases = "/x"\nknowledge = "/x"\n'
        f'stt = {{ engine = "whisper", model = "whisper-base", language = "{language}" }}\n'
    )
    return path


def likelihood(whisper: WhisperModel, text: str) -> float:
    """Log probability of `text` for the English question, in the language that the model was told."""
    samples, _ = read_wav(english(QUESTION))
    encoded = whisper.encode(samples.astype("float32"))
    return float(whisper.score(encoded, [whisper.tokens(text)], encoded.seconds + 1)[0].sum())


def all_but(name: str, folder: Path) -> Path:
    """Make `folder` the multilingual model without its file `name`; returns where the whole model is."""
    base = model("whisper-base")
    for path in base.iterdir():
        if path.name != name:
            (folder / path.name).symlink_to(path)
    return base


def test_the_inventory_has_the_tokens_of_the_manifest() -> None:
    office = yaml.safe_load((REPOSITORY / "inventory/group_vars/office.yml").read_text(encoding="utf-8"))
    codes = {"english": "en", "kinyarwanda": "rw"}
    for name, assistant in office["sipforge_assistants"].items():
        stt = assistant["stt"]
        if tokens := MANIFEST[stt["model"]].language_tokens:
            assert stt["language"] == tokens[codes[name]]


def test_the_model_is_told_the_token_of_the_settings(tmp_path: Path) -> None:
    """Words of a language are likelier when the model is told that it hears that language."""
    told = {}
    for code in ("en", "rw"):
        bot = load_settings(settings(tmp_path, MANIFEST["whisper-base"].language_tokens[code])).bots[
            "kinyarwanda"
        ]
        told[code] = likelihood(WhisperModel(model(bot.stt.model), bot.stt.language), QUESTION)
    assert told["en"] > told["rw"] + 0.2


def test_a_fine_tune_has_its_own_token(tmp_path: Path) -> None:
    """As models do that were taught a language under a name of its own: the tokenizer beside them counts."""
    base = all_but("tokenizer.json", tmp_path)
    text = (base / "tokenizer.json").read_text(encoding="utf-8")
    assert "<|sw|>" in text
    (tmp_path / "tokenizer.json").write_text(text.replace("<|sw|>", "<|rw|>"), encoding="utf-8")
    own = likelihood(WhisperModel(tmp_path, "rw"), QUESTION)
    assert own == pytest.approx(likelihood(WhisperModel(base, "sw"), QUESTION))
    with pytest.raises(EngineError, match=r"<\|sw\|>"):
        WhisperModel(tmp_path, "sw")


@pytest.mark.parametrize("engine", ["whisper", "whisper-phrases"])
def test_a_model_without_the_token(engine: str) -> None:
    with pytest.raises(EngineError, match=r"whisper-base has no language token <\|rw\|>: set stt\.language"):
        make_stt(engine, model("whisper-base"), "rw", {"Yego": "yes", "Oya": "no"}, language="kinyarwanda")


@pytest.mark.parametrize("language", ["transcribe", "<|sw|>", "SW", ""])
def test_what_is_no_language_token_is_refused_by_the_settings(language: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"stt\.language"):
        load_settings(settings(tmp_path, language))


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("model.bin", lambda content: content[:1000]),
        ("model.bin", lambda content: b"not a model"),
        ("tokenizer.json", lambda content: content[:-1]),
        ("tokenizer.json", lambda content: json.dumps({"version": "1.0"}).encode()),
    ],
)
def test_a_damaged_file(name: str, spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    base = all_but(name, tmp_path)
    (tmp_path / name).write_bytes(spoil((base / name).read_bytes()))
    with pytest.raises(EngineError, match=r"cannot be loaded.*; install the model again"):
        WhisperModel(tmp_path, "sw")
