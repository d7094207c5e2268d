"""Turns a public VITS checkpoint (Hugging Face transformers, such as facebook/mms-tts-kin) into a voice for
SipForge.

What comes out is the form that sherpa-onnx reads, too: model.onnx, with the facts about the voice in its
metadata, and tokens.txt, one symbol and its number a line. SipForge speaks it with the engine `vits`, and
needs neither torch nor transformers for that; only this script does. Run it in an environment that is
thrown away afterwards, on any machine that can fetch the checkpoint or has its folder:

    python3 -m venv /tmp/export
    /tmp/export/bin/pip install "torch>=2.6" "transformers>=4.46" onnx onnxruntime
    /tmp/export/bin/python models/vits-onnx/convert.py facebook/mms-tts-kin mms-tts-kin --licence CC-BY-NC-4.0
    rm -r /tmp/export

The folder mms-tts-kin then goes to the model directory of the server, and an assistant gets
`tts: { engine: vits, model: mms-tts-kin }`. (The licence of facebook/mms-tts-kin, CC-BY-NC-4.0, forbids
commercial use.)

Speed and liveliness stay inputs of the network; voices that want text in Latin letters first (uroman),
phonemes, or have several speakers are refused. The voice is tried before the script ends: with all chance
taken out, the exported network must say what the checkpoint says.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from transformers import AutoTokenizer, VitsModel
from transformers.models.vits import modeling_vits as vits

INPUTS = ["x", "x_length", "noise_scale", "length_scale", "noise_scale_w"]
OPSET = 17
LARGEST_DIFFERENCE = 1e-3
"""Between the samples of checkpoint and export, which lie in [-1, 1]."""


def relative_embeddings(attention: vits.VitsAttention, table: torch.Tensor, length: int) -> torch.Tensor:
    """What VitsAttention's method of this name gives, without its branches on the length.

    Tracing would keep the branch, and the padding, of the one length it saw.
    """
    padded = torch.nn.functional.pad(table, [0, 0, length, length, 0, 0])
    return padded[:, attention.window_size + 1 : attention.window_size + 2 * length]


def spline(  # noqa: PLR0917 - as it is called
    inputs: torch.Tensor,
    unnormalized_widths: torch.Tensor,
    unnormalized_heights: torch.Tensor,
    unnormalized_derivatives: torch.Tensor,
    reverse: bool = False,
    tail_bound: float = 5.0,
    min_bin_width: float = 1e-3,
    min_bin_height: float = 1e-3,
    min_derivative: float = 1e-3,
) -> tuple[torch.Tensor, torch.Tensor]:
    """What transformers' `_unconstrained_rational_quadratic_spline` gives, without picking elements by a
    mask.

    Tracing makes a graph of that which fails where nothing, or a single element, is picked.
    """
    inside = (inputs >= -tail_bound) & (inputs <= tail_bound)
    slope = torch.full_like(unnormalized_derivatives[..., :1], math.log(math.expm1(1 - min_derivative)))
    outputs, log_abs_det = vits._rational_quadratic_spline(
        inputs=inputs.clamp(-tail_bound, tail_bound),
        unnormalized_widths=unnormalized_widths,
        unnormalized_heights=unnormalized_heights,
        unnormalized_derivatives=torch.cat([slope, unnormalized_derivatives, slope], dim=-1),
        reverse=reverse,
        tail_bound=tail_bound,
        min_bin_width=min_bin_width,
        min_bin_height=min_bin_height,
        min_derivative=min_derivative,
    )
    return torch.where(inside, outputs, inputs), torch.where(inside, log_abs_det, 0.0)


@contextmanager
def traceable() -> Iterator[None]:
    """Within it transformers' VITS can be traced."""
    attention, name = vits.VitsAttention._get_relative_embeddings, "_unconstrained_rational_quadratic_spline"
    unconstrained = getattr(vits, name)
    vits.VitsAttention._get_relative_embeddings = relative_embeddings
    setattr(vits, name, spline)
    try:
        yield
    finally:
        vits.VitsAttention._get_relative_embeddings = attention
        setattr(vits, name, unconstrained)


class Voice(torch.nn.Module):
    """The checkpoint with what can be chosen for each sentence as inputs."""

    def __init__(self, model: VitsModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        x: torch.Tensor,
        x_length: torch.Tensor,
        noise_scale: torch.Tensor,
        length_scale: torch.Tensor,
        noise_scale_w: torch.Tensor,
    ) -> torch.Tensor:
        """Samples (1, 1, n) of the symbols `x` (1, length); the others have one element each."""
        self.model.noise_scale = noise_scale
        self.model.noise_scale_duration = noise_scale_w
        self.model.speaking_rate = 1.0 / length_scale
        # The length is an input for sherpa-onnx's sake; one sentence needs no mask.
        mask = (torch.arange(x.shape[1])[None] < x_length[:, None]).to(x.dtype)
        return self.model(input_ids=x, attention_mask=mask).waveform[:, None]


def tokens(vocabulary: dict[str, int]) -> str:
    """tokens.txt: single characters only (sherpa-onnx refuses others); the line of the space is its number
    alone."""
    lines = [
        f"{symbol} {number}" for symbol, number in vocabulary.items() if len(symbol) == 1 and symbol != " "
    ]
    if " " in vocabulary:
        lines.append(f" {vocabulary[' ']}")
    return "\n".join(lines) + "\n"


def trial(voice: Voice, network: Path, symbols: int) -> float:
    """The largest difference between checkpoint and export, over two sentences and two speeds.

    Raises:
        SystemExit: the two differ in length.
    """
    session = onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    worst = 0.0
    for length, speed in ((9, 1.0), (31, 1.3)):
        x = torch.arange(length)[None] % symbols
        one = [torch.tensor([length]), *(torch.tensor([value]) for value in (0.0, speed, 0.0))]
        with torch.no_grad():
            wanted = voice(x, *one).numpy()
        inputs = dict(zip(INPUTS, [x, *one], strict=True))
        got = session.run(None, {name: value.numpy() for name, value in inputs.items()})[0]
        if got.shape != wanted.shape:
            sys.exit(f"the export gives {got.shape} samples where the checkpoint gives {wanted.shape}")
        worst = max(worst, float(np.abs(got - wanted).max()))
    return worst


def export(checkpoint: str, revision: str | None, folder: Path, licence: str) -> None:
    """Write `folder`, which must not hold a voice yet.

    Raises:
        SystemExit: the checkpoint is not a voice that the engine `vits` can speak.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint, revision=revision)
    model = VitsModel.from_pretrained(checkpoint, revision=revision).eval()
    if tokenizer.is_uroman or tokenizer.phonemize or model.config.num_speakers > 1:
        sys.exit(f"{checkpoint} wants romanised text, phonemes or a choice of speaker: it cannot be exported")
    folder.mkdir(parents=True, exist_ok=True)
    network = folder / "model.onnx"
    if network.exists():
        sys.exit(f"{network} is there already")
    voice = Voice(model).eval()
    length = 50
    example = (
        torch.arange(length)[None] % model.config.vocab_size,
        torch.tensor([length]),
        *(torch.tensor([value]) for value in (0.667, 1.0, 0.8)),
    )
    with torch.no_grad(), traceable():
        torch.onnx.export(
            voice,
            example,
            str(network),
            input_names=INPUTS,
            output_names=["y"],
            dynamic_axes={"x": {0: "N", 1: "L"}, "x_length": {0: "N"}, "y": {0: "N", 2: "L"}},
            opset_version=OPSET,
            dynamo=False,
        )
    proto = onnx.load(str(network))
    facts = {
        "model_type": "vits",
        "comment": "mms",
        "url": f"https://huggingface.co/{checkpoint}",
        "license": licence,
        "language": tokenizer.language or "",
        "frontend": "characters",
        "add_blank": int(tokenizer.add_blank),
        "use_eos_bos": 0,
        "n_speakers": 1,
        "sample_rate": model.config.sampling_rate,
        "noise_scale": model.config.noise_scale,
        "length_scale": 1.0 / model.config.speaking_rate,
        "noise_scale_w": model.config.noise_scale_duration,
    }
    onnx.helper.set_model_props(proto, {name: str(value) for name, value in facts.items()})
    onnx.save(proto, str(network))
    (folder / "tokens.txt").write_text(tokens(tokenizer.get_vocab()), encoding="utf-8")
    difference = trial(voice, network, model.config.vocab_size)
    print(json.dumps({**facts, "difference": difference}, indent=2))  # noqa: T201
    if not difference < LARGEST_DIFFERENCE:
        sys.exit(f"the export differs from the checkpoint by {difference}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", help="name on the Hugging Face hub, or a folder")
    parser.add_argument("folder", type=Path, help="where the voice is written")
    parser.add_argument("--revision", help="of the hub's repository")
    parser.add_argument("--licence", default="", help="of the checkpoint; kept in the network's metadata")
    given = parser.parse_args()
    export(given.checkpoint, given.revision, given.folder, given.licence)
