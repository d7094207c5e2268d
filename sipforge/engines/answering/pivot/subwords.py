"""The subwords that a translation model is written in. Owns: sentencepiece."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sentencepiece

from sipforge.engines.protocols import EngineError, Stage


class Subwords:
    """A SentencePiece model: text to subwords and back."""

    def __init__(self, stage: Stage, directory: Path) -> None:
        """Load the one file in `directory` whose name ends in .model, as the publishers' names do.

        Raises:
            EngineError: there is none, or more than one, or it is not such a model.
        """
        found = sorted(directory.glob("*.model"))
        if len(found) != 1:
            has = f"has {len(found)} files" if found else "lacks its SentencePiece file"
            raise EngineError(
                stage,
                f"the model in {directory} {has} *.model: put the one that its publisher gives with it there"
                " (sentencepiece.bpe.model or flores200_sacrebleu_tokenizer_spm.model for NLLB)",
            )
        try:
            # An absurd size in a broken file is refused by the library, too.
            self._processor = sentencepiece.SentencePieceProcessor(model_file=str(found[0]))
        except Exception as error:  # the library raises bare exceptions
            raise EngineError(
                stage, f"{found[0]} is no SentencePiece model, or a broken one: fetch it again"
            ) from error

    def cut(self, text: str) -> list[str]:
        """The subwords of `text`."""
        subwords: list[str] = self._processor.encode(text, out_type=str)
        return subwords

    def join(self, subwords: Sequence[str]) -> str:
        """The text of `subwords`."""
        text: str = self._processor.decode(list(subwords))
        return text

    def all(self) -> list[str]:
        """Every subword that is text."""
        processor = self._processor
        return [
            processor.id_to_piece(number)
            for number in range(processor.get_piece_size())
            if not (processor.is_control(number) or processor.is_unknown(number))
        ]
