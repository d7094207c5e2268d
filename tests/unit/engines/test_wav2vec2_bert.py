"""A Wav2Vec2-BERT that reads tones, through the real loading and running code."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from ctranslate2.specs import wav2vec2bert_spec

from sipforge.engines.hearing.piecewise import PIECE_SECONDS
from sipforge.engines.hearing.wav2vec2_bert.ctc import Alphabet
from sipforge.engines.hearing.wav2vec2_bert.model import Wav2Vec2BertModel
from sipforge.engines.hearing.wav2vec2_bert.transcriber import Wav2Vec2BertStt
from sipforge.engines.protocols import EngineError, Floats, LanguageId
from tests.engines import make_stt
from tests.unit.engines import tiny_wav2vec2_bert as tiny


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("models") / "tones")


@pytest.fixture
def model(written: Path, tmp_path: Path) -> Path:
    """A model that may be spoilt."""
    return Path(shutil.copytree(written, tmp_path / "tones"))


@pytest.mark.parametrize("phrases", [{}, {"muna abba": "a question"}])
def test_what_is_said_is_written(written: Path, phrases: dict[str, str]) -> None:
    stt = make_stt("wav2vec2-bert", written, "", phrases)
    heard = asyncio.run(stt.transcribe(tiny.tones("umu'nu|ab|bba")))
    assert heard.text == "umu'nu ab bba"
    assert 0.5 < heard.confidence <= 1.0


def test_silence_is_nothing(written: Path) -> None:
    heard = asyncio.run(make_stt("wav2vec2-bert", written, "", {}).transcribe(np.zeros(16000, np.float32)))
    assert (heard.text, heard.confidence) == ("", 0.0)


def test_a_moment_too_short_to_hear_is_nothing(written: Path) -> None:
    assert asyncio.run(make_stt("wav2vec2-bert", written, "", {}).transcribe(tiny.tones("")[:300])).text == ""


def test_a_converted_checkpoint_with_its_last_steps_apart(tmp_path: Path) -> None:
    """As models/w2v-bert-ct2/convert.py writes it."""
    stt = make_stt("wav2vec2-bert", tiny.write(tmp_path / "apart", hidden=True), "", {})
    assert asyncio.run(stt.transcribe(tiny.tones("umu'nu|ab"))).text == "umu'nu ab"


def test_it_does_not_pretend_to_tell_languages_apart(written: Path) -> None:
    assert not isinstance(make_stt("wav2vec2-bert", written, "", {}), LanguageId)


class Waits:
    """A model that hears only when it is told to."""

    alphabet = Alphabet(("", "a"), blank=0)

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.heard: list[int] = []

    def log_probabilities(self, samples: Floats) -> Floats:
        assert self.go_on.wait(10), "nobody could tell it to: the event loop was blocked"
        self.heard.append(samples.size)
        return np.log(np.array([[0.1, 0.9]], np.float32))


def test_the_event_loop_goes_on_while_it_listens() -> None:
    model = Waits()

    async def meanwhile() -> str:
        async with asyncio.TaskGroup() as tasks:
            transcript = tasks.create_task(Wav2Vec2BertStt(model).transcribe(np.zeros(1600, np.float32)))
            tasks.create_task(asyncio.to_thread(lambda: None)).add_done_callback(lambda _: model.go_on.set())
        return (await transcript).text

    assert asyncio.run(meanwhile()) == "a"


def test_long_speech_is_heard_in_pieces_and_each_once() -> None:
    model = Waits()
    model.go_on.set()
    stt = Wav2Vec2BertStt(model)
    noise = np.random.default_rng(0).standard_normal(30 * 16000).astype(np.float32)
    assert asyncio.run(stt.transcribe(noise)).text == "a a a"
    assert max(model.heard) <= PIECE_SECONDS * 16000
    assert sum(model.heard) == noise.size
    asyncio.run(stt.transcribe(noise))
    assert len(model.heard) == 3


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(
        EngineError, match=r"cannot be loaded: vocab.json: No such file.*; install the model again"
    ):
        Wav2Vec2BertModel(tmp_path)


@pytest.mark.parametrize("left", [0, 100, 10_000, -1])
def test_a_truncated_model(model: Path, left: int) -> None:
    weights = (model / "model.bin").read_bytes()
    (model / "model.bin").write_bytes(weights[:left])
    with pytest.raises(EngineError, match=r"tones cannot be loaded.*; install the model again"):
        Wav2Vec2BertModel(model)


def test_another_kind_of_model(model: Path) -> None:
    weights = (model / "model.bin").read_bytes()
    name = wav2vec2bert_spec.Wav2Vec2BertSpec(1, 1, 9, False).name.encode()
    assert name in weights
    (model / "model.bin").write_bytes(weights.replace(name, b"WhisperSpec".ljust(len(name), b"\0"), 1))
    with pytest.raises(EngineError, match=r"cannot be loaded.*; install the model again"):
        Wav2Vec2BertModel(model)


def test_tampered_weights(model: Path) -> None:
    """Where it shows in a trial; the rest is for the checksums of the manifest."""
    weights = bytearray((model / "model.bin").read_bytes())
    place = weights.index(b"encoder/lm_head/bias") + len("encoder/lm_head/bias") + 1 + 1 + 4 + 1 + 4
    weights[place : place + 4 * len(tiny.VOCABULARY)] = b"\xff" * 4 * len(tiny.VOCABULARY)
    (model / "model.bin").write_bytes(bytes(weights))
    with pytest.raises(EngineError, match="its weights are damaged; install the model again"):
        Wav2Vec2BertModel(model)


@pytest.mark.parametrize(
    ("vocabulary", "why"),
    [
        ("{", "vocab.json is damaged"),
        ("[]", "vocab.json is not a table"),
        ("{}", "not a table of symbols"),
        ('{"a": "x"}', "not a table of symbols"),
        ('{"a": 0, "[PAD]": 2}', "have gaps"),
        ('{"a": 0, "b": 1}', "no blank"),
        (json.dumps({**tiny.VOCABULARY, "x": 9}), "tells 9 symbols apart"),
    ],
)
def test_a_vocabulary_of_another_model(model: Path, vocabulary: str, why: str) -> None:
    (model / "vocab.json").write_text(vocabulary)
    with pytest.raises(EngineError, match=f"{why}.*; install the model again"):
        Wav2Vec2BertModel(model)


def test_marks_are_those_of_the_tokenizer(model: Path) -> None:
    vocabulary = {"<blank>" if mark == "[PAD]" else mark: at for mark, at in tiny.VOCABULARY.items()}
    (model / "vocab.json").write_text(json.dumps(vocabulary))
    (model / "tokenizer_config.json").write_text('{"pad_token": "<blank>", "word_delimiter_token": "|"}')
    alphabet = Wav2Vec2BertModel(model).alphabet
    assert alphabet == Alphabet(("a", "b", "m", "n", "u", "'", " ", "", ""), blank=8)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more"])
def test_a_damaged_head(model: Path, content: bytes) -> None:
    (model / "head.npz").write_bytes(content)
    with pytest.raises(EngineError, match=r"head\.npz is damaged; install the model again"):
        Wav2Vec2BertModel(model)


def test_a_head_of_another_model(model: Path) -> None:
    one = np.ones((3, 3), np.float16)
    np.savez(
        model / "head.npz",
        **{f"{part}_weight": one for part in ("inner", "outer", "symbols")},
        **{f"{part}_bias": one[0] for part in ("inner", "outer", "symbols")},
        gamma=one[0],
        beta=one[0],
    )
    with pytest.raises(EngineError, match="do not belong together"):
        Wav2Vec2BertModel(model)
