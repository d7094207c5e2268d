"""Turns a public Wav2Vec2-BERT checkpoint with CTC outputs (such as badrex/w2v-bert-2.0-kinyarwanda-asr)
into a model for SipForge's recogniser `wav2vec2-bert`: CTranslate2's format in int8, with vocab.json,
tokenizer_config.json and head.npz beside it.

head.npz holds the adapter's feed-forward block and the last layer. CTranslate2 4.8.5 computes the block but
does not use what it gives, so that its own conversion hears worse than the checkpoint; SipForge computes
those two steps.

Only this script needs torch and transformers. Run it in an environment that is thrown away afterwards, on
any machine that can fetch the checkpoint or has its folder:

    python3 -m venv /tmp/convert
    /tmp/convert/bin/pip install "torch>=2.6" "transformers>=4.46" "ctranslate2==4.8.5"
    /tmp/convert/bin/python models/w2v-bert-ct2/convert.py \\
        badrex/w2v-bert-2.0-kinyarwanda-asr w2v-bert-kinyarwanda
    rm -r /tmp/convert

The folder w2v-bert-kinyarwanda then goes to the model directory of the server, and an assistant gets
`stt: { engine: wav2vec2-bert, model: w2v-bert-kinyarwanda }`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from ctranslate2.converters import TransformersConverter
from transformers import AutoProcessor, Wav2Vec2BertForCTC

NEEDED = {
    "hidden_size": 1024,
    "num_attention_heads": 16,
    "conv_depthwise_kernel_size": 31,
    "position_embeddings_type": "relative_key",
    "add_adapter": True,
    "num_adapter_layers": 1,
    "adapter_act": "relu",
    "use_intermediate_ffn_before_adapter": False,
}
"""What CTranslate2's code has as constants, and what head.npz can hold."""


def head(model: Wav2Vec2BertForCTC) -> dict[str, torch.Tensor]:
    """What sipforge.engines.hearing.wav2vec2_bert.model.Head computes."""
    last = model.wav2vec2_bert.adapter.layers[-1]
    return {
        "gamma": last.ffn_layer_norm.weight,
        "beta": last.ffn_layer_norm.bias,
        "inner_weight": last.ffn.intermediate_dense.weight,
        "inner_bias": last.ffn.intermediate_dense.bias,
        "outer_weight": last.ffn.output_dense.weight,
        "outer_bias": last.ffn.output_dense.bias,
        "symbols_weight": model.lm_head.weight,
        "symbols_bias": model.lm_head.bias,
    }


def convert(checkpoint: str, revision: str | None, folder: Path, quantization: str) -> None:
    """Write `folder`, which must not exist yet.

    Raises:
        SystemExit: the checkpoint is of a kind that CTranslate2 cannot run.
    """
    if folder.exists():
        sys.exit(f"{folder} is there already")
    processor = AutoProcessor.from_pretrained(checkpoint, revision=revision)
    model = Wav2Vec2BertForCTC.from_pretrained(checkpoint, revision=revision).eval()
    wrong = [
        f"{name} = {getattr(model.config, name)}"
        for name, value in NEEDED.items()
        if getattr(model.config, name) != value
    ]
    if wrong:
        sys.exit(f"{checkpoint} cannot be converted: {', '.join(wrong)}")
    arrays = {name: tensor.detach().numpy().astype(np.float16) for name, tensor in head(model).items()}
    with tempfile.TemporaryDirectory() as place, torch.no_grad():
        # With this norm at zero CTranslate2's slip adds nothing: it gives what the block was given.
        last = model.wav2vec2_bert.adapter.layers[-1]
        last.ffn_layer_norm.weight.zero_()
        last.ffn_layer_norm.bias.zero_()
        model.config.return_hidden = True
        model.save_pretrained(place)
        processor.save_pretrained(place)
        names = [name for name in ("vocab.json", "tokenizer_config.json") if (Path(place) / name).is_file()]
        TransformersConverter(place, copy_files=names).convert(str(folder), quantization=quantization)
    np.savez(folder / "head.npz", **arrays)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", help="name on the Hugging Face hub, or a folder")
    parser.add_argument("folder", type=Path, help="where the model is written")
    parser.add_argument("--revision", help="of the hub's repository")
    parser.add_argument("--quantization", default="int8", choices=("int8", "float16", "float32"))
    given = parser.parse_args()
    convert(given.checkpoint, given.revision, given.folder, given.quantization)
