"""What a VITS voice that reads letters needs to know: its symbols, its rate, its liveliness. Two forms are
published:

- sherpa-onnx's, which models/vits-onnx/convert.py writes, too: the facts stand in the network's metadata,
  the symbols in tokens.txt, one symbol and its number a line; the line of the space is its number alone;
- that of Hugging Face's transformers: config.json, vocab.json (symbol → number) and tokenizer_config.json.

A voice was taught text in lower case with a blank between its symbols; what it has no symbol for is left out.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sipforge.engines.protocols import EngineError, Stage
from sipforge.text.plain import fold

AGAIN: Final = "install the voice again"


@dataclass(frozen=True, slots=True)
class VitsVoice:
    """A voice's facts."""

    ids: dict[str, int]
    """The network's number for each character."""
    rate_hz: int
    blank: int | None
    """The number between the characters; None: there is none between them."""
    ends: tuple[int, int] | None = None
    """The numbers before and after a text; None: there are none."""
    noise: float = 0.667
    """Liveliness of the sound."""
    length: float = 1.0
    """Slowness; 1 is as recorded."""
    rhythm_noise: float = 0.8
    """Liveliness of the rhythm."""

    def sequence(self, text: str) -> list[int]:
        """The network's numbers for `text`; none where the voice knows none of its characters."""
        known = [self.ids[letter] for letter in self._letters(text)]
        if not any(self.ids.get(" ") != number for number in known):
            return []
        if self.blank is not None:
            spaced = [self.blank] * (2 * len(known) + 1)
            spaced[1::2] = known
            known = spaced
        return known if self.ends is None else [self.ends[0], *known, self.ends[1]]

    def _letters(self, text: str) -> list[str]:
        """The characters that the voice knows; a letter with an accent that it does not know loses the
        accent."""
        found: list[str] = []
        for character in fold(text):
            if character in self.ids:
                found.append(character)
                continue
            lower = character.lower()
            bare = lower if lower in self.ids else unicodedata.normalize("NFD", lower)
            found += [letter for letter in bare if letter in self.ids]
        return found


def read_voice(directory: Path, metadata: Mapping[str, str]) -> VitsVoice:
    """The facts of the voice in `directory`, whose network has `metadata`.

    Raises:
        EngineError: a file is missing or wrong, or the voice does not read letters or has several speakers.
    """
    try:
        if "sample_rate" in metadata:
            return _sherpa_voice(metadata, _read(directory, "tokens.txt"))
        config, vocabulary, tokenizer = (
            json.loads(_read(directory, name))
            for name in ("config.json", "vocab.json", "tokenizer_config.json")
        )
        return _transformers_voice(config, vocabulary, tokenizer)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"the files beside its network are damaged ({error!r})"
        raise wrong(directory, why) from error


def wrong(directory: Path, why: str, remedy: str = AGAIN) -> EngineError:
    """The error of a voice that cannot be used."""
    return EngineError(Stage.TTS, f"the voice in {directory} cannot be loaded: {why}; {remedy}")


def read_tokens(text: str) -> dict[str, int]:
    """The single characters of a tokens.txt; named marks such as <unk> are left out.

    Raises:
        ValueError: a line does not end in a number.
    """
    ids: dict[str, int] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        symbol, _, number = line.rstrip().rpartition(" ")
        if len(symbol) <= 1:
            ids[symbol or " "] = int(number)
    return ids


def _sherpa_voice(metadata: Mapping[str, str], tokens: str) -> VitsVoice:
    _must_read_letters(
        speakers=int(metadata.get("n_speakers", "1")),
        letters=metadata.get("frontend") == "characters" and "piper" not in metadata.get("comment", ""),
    )
    given = {name: int(metadata.get(name, "0")) for name in ("add_blank", "blank_id", "bos_id", "eos_id")}
    # Without the mark sherpa-onnx puts ends to every text; the checkpoints of MMS were taught none.
    ends = metadata.get("use_eos_bos", "0") == "1"
    return VitsVoice(
        ids=read_tokens(tokens),
        rate_hz=int(metadata["sample_rate"]),
        blank=given["blank_id"] if given["add_blank"] else None,
        ends=(given["bos_id"], given["eos_id"]) if ends else None,
        noise=float(metadata.get("noise_scale", "0.667")),
        length=float(metadata.get("length_scale", "1")),
        rhythm_noise=float(metadata.get("noise_scale_w", "0.8")),
    )


def _transformers_voice(config: Any, vocabulary: Any, tokenizer: Any) -> VitsVoice:
    _must_read_letters(
        speakers=int(config.get("num_speakers", 1)),
        letters=not tokenizer.get("is_uroman") and not tokenizer.get("phonemize"),
    )
    return VitsVoice(
        ids={symbol: int(number) for symbol, number in vocabulary.items() if len(symbol) == 1},
        rate_hz=int(config["sampling_rate"]),
        blank=0 if tokenizer.get("add_blank", True) else None,
    )


def _must_read_letters(speakers: int, letters: bool) -> None:
    if not letters or speakers > 1:
        why = "a VITS voice must read letters, not phonemes, and have one speaker"
        raise EngineError(Stage.TTS, f"{why}: choose another voice (Piper's have the engine piper)")


def _read(directory: Path, name: str) -> str:
    try:
        return (directory / name).read_text(encoding="utf-8")
    except OSError as error:
        raise wrong(directory, f"{name}: {error.strerror}") from error
