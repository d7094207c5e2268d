"""Translation by a model on this host: NLLB and its fine-tunes (M2M100) in CTranslate2's format.

Source of the form: the NLLB paper, 6.1.1. What is translated is its language's token, the subwords, </s>; the
translation begins with the other language's token, which the model is given, and ends with </s>.

Nothing is believed of a translation that can be checked: it must come to its end, and have the numbers, names
and addresses of the original, each as often and no others (`sipforge.text.protect`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sipforge.engines.answering.pivot.subwords import Subwords
from sipforge.engines.protocols import EngineError, Stage
from sipforge.engines.runtime import ct2
from sipforge.engines.runtime.worker import Worker
from sipforge.text.protect import LostError, Protected, protect

LONGEST: Final = 160
"""Subwords of a sentence; a longer one is not translated, since models leave out of it what they like."""
_SLACK: Final = 16
"""A translation may have twice as many subwords and these; one that goes on has lost its way."""
_BEAMS: Final = 2
_END: Final = "</s>"
_BELONGS: Final = 0.95
"""Share of the SentencePiece file's subwords that the model must know: all, but for a few never trained."""


class TranslationModel:
    """A loaded model; its methods block, from any thread."""

    def __init__(self, directory: Path, languages: Sequence[str], threads: int = 1) -> None:
        """Load the model in `directory`, which must know the tokens of `languages`.

        Raises:
            EngineError: a file is missing or broken, the files are not of one model, or it does not know a
                language.
        """
        self._subwords = Subwords(Stage.DIALOGUE, directory)
        self._model = ct2.load_model(Stage.DIALOGUE, "Translator", directory, threads)
        known = frozenset(ct2.vocabulary(Stage.DIALOGUE, directory))
        unknown = [language for language in languages if language not in known]
        if unknown:
            raise EngineError(
                Stage.DIALOGUE,
                f"the translation model in {directory} does not know the language {' and '.join(unknown)}:"
                " choose another model, or the tokens that its publisher names",
            )
        subwords = self._subwords.all()
        if sum(subword in known for subword in subwords) < _BELONGS * len(subwords):
            raise EngineError(
                Stage.DIALOGUE,
                f"the SentencePiece file in {directory} is another model's: fetch both from one place",
            )

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        """Each of `texts`, one sentence each, in the language `target`.

        Args:
            texts: in the language `source`.
            source: token of a language, such as kin_Latn.
            target: likewise.

        Returns:
            Translations; None where a text is too long or its translation came to no end.

        Raises:
            EngineError: the model failed.
        """
        cut = [self._subwords.cut(text) for text in texts]
        fitting = [subwords for subwords in cut if len(subwords) <= LONGEST]
        if not fitting:
            return [None] * len(cut)
        try:
            results = self._model.translate_batch(
                [[source, *subwords, _END] for subwords in fitting],
                target_prefix=[[target]] * len(fitting),
                beam_size=_BEAMS,
                max_decoding_length=2 * max(map(len, fitting)) + _SLACK,
                return_end_token=True,
                disable_unk=True,
            )
        except (RuntimeError, ValueError) as error:
            raise EngineError(Stage.DIALOGUE, "the translation model failed") from error
        written = (self._ended(result.hypotheses[0], target) for result in results)
        return [next(written) if len(subwords) <= LONGEST else None for subwords in cut]

    def _ended(self, tokens: Sequence[str], target: str) -> str | None:
        if tokens[-1:] != [_END]:
            return None
        return self._subwords.join(tokens[1:-1] if tokens[0] == target else tokens[:-1])


class Translator:
    """One model for all calls; a request waits for those before it."""

    def __init__(self, model: TranslationModel, names: Sequence[str] = ()) -> None:
        """`names`: what is never translated, besides what shows that it is a name."""
        self._model = model
        self._names = tuple(names)
        self._worker = Worker(Stage.DIALOGUE, queue_length=8)

    async def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        """Each of `texts`, one sentence each, in the language `target`; None for one not to be trusted.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        kept = [protect(text, self._names) for text in texts]
        # Some models leave marks alone, some rather the things themselves. Each is asked both ways at once:
        # 1.2 s of one core instead of 1.0, for 15 subwords and the shape of NLLB-200's 600M model.
        asked = [
            text
            for each in kept
            if each.has_words
            for text in ([each.marked, each.text] if each.values else [each.text])
        ]
        answers = (
            await self._worker.run(lambda: self._model.translate(asked, source, target)) if asked else []
        )
        of = dict(zip(asked, answers, strict=True))
        return [_trusted(each, of) if each.has_words else each.text for each in kept]


def _trusted(kept: Protected, of: dict[str, str | None]) -> str | None:
    """The first translation of `kept` that has lost and invented nothing."""
    for text, check in ((kept.marked, kept.restore), (kept.text, kept.accept)):
        translated = of.get(text)
        if translated is None or not any(letter.isalpha() for letter in translated):
            continue
        try:
            return check(translated)
        except LostError:
            continue
    return None
