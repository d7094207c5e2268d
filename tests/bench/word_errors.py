"""Part `recognition`: word errors on telephone audio, without a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.bench.bench import Bench
from tests.bench.findings import Bars, Findings, Table
from tests.bench.stats import Figure, Target, count

CLEAN = "clean"
MOST_CLEAN = Target(8.0)


@dataclass(frozen=True, slots=True)
class Errors:
    """Of one speaker in one noise."""

    speaker: str
    noise: str
    """`CLEAN`: none."""
    words: int
    errors: int


def run(bench: Bench) -> Findings:
    """Recognise what all speakers say, over the telephone's band, in each noise."""
    from tests.bench import recognition  # noqa: PLC0415

    bench.say("recognising speakers and noises")
    errors = [Errors(one.speaker, one.noise, one.words, one.errors) for one in recognition.measure(bench.say)]
    short = [one.right for one in recognition.short_answers(bench.say)]
    false = [one.false for one in recognition.noises(bench.say)]
    return findings(errors, short, false)


def findings(measured: Sequence[Errors], short: Sequence[bool] = (), false: Sequence[bool] = ()) -> Findings:
    """From the errors by speaker and noise, which short answers were right, which noises became words."""
    noises = list(dict.fromkeys(one.noise for one in measured))
    speakers = list(dict.fromkeys(one.speaker for one in measured))
    figures = []
    for noise in noises:
        own = [one for one in measured if one.noise == noise]
        target = MOST_CLEAN if noise == CLEAN else None
        words = sum(one.words for one in own)
        figures.append(Figure(f"word errors, {noise}, all speakers", _share(own), "%", words, 0, target))
    others = [
        count("short answers (“yes”, “no” …) written right", sum(short), len(short)),
        count("noises that became words, had they been taken for speech", sum(false), len(false)),
    ]
    shares = {
        (speaker, noise): _share([one for one in measured if (one.speaker, one.noise) == (speaker, noise)])
        for speaker in speakers
        for noise in noises
    }
    rows = [[speaker, *(_shown(shares[speaker, noise]) for noise in noises)] for speaker in speakers]
    bars = {noise: figure.value or 0.0 for noise, figure in zip(noises, figures, strict=True)}
    bars |= {
        f"{speaker}, {CLEAN}": share
        for (speaker, noise), share in shares.items()
        if noise == CLEAN and share is not None
    }
    return Findings(
        "recognition",
        "Recognition",
        "Words wrong, missing or too many, of all words said (n), after the telephone's band and ulaw; "
        "synthetic speakers.",
        [*figures, *others],
        [Table("Word errors in %, by speaker and noise", ("speaker", *noises), rows)],
        plots=[
            Bars(
                "word-errors",
                "Word errors by noise and by speaker",
                "% of words",
                bars,
                MOST_CLEAN.bound,
            )
        ],
        raw=[asdict(one) for one in measured],
    )


def _share(measured: Sequence[Errors]) -> float | None:
    words = sum(one.words for one in measured)
    return 100.0 * sum(one.errors for one in measured) / words if words else None


def _shown(share: float | None) -> str:
    return "" if share is None else f"{share:.1f}"
