"""Turns a published sentence encoder of BERT's kind (all-MiniLM-L6-v2, LaBSE) into CTranslate2's int8 format.

    python3 models/bert-ct2/convert.py FOLDER_AS_PUBLISHED NEW_FOLDER

It needs numpy and ctranslate2 alone, which every SipForge has: no torch. A sentence's vector is the mean of
its tokens' last states, or, where there is a folder 2_Dense, what that layer makes of the first token's: it
becomes the model's pooler.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import common_spec, transformer_spec
from numpy.typing import NDArray

NEEDED = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
"""What CTranslate2's encoder computes; absent keys have these values."""


def safetensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """The tensors of a file in the format safetensors, as float32 in their shapes."""
    content = np.fromfile(path, np.uint8)
    length = int(content[:8].view("<u8")[0])
    header = json.loads(content[8 : 8 + length].tobytes())
    header.pop("__metadata__", None)
    kinds = {"F32": "<f4", "F16": "<f2"}
    tensors = {}
    for name, told in header.items():
        if told["dtype"] in kinds:
            start, end = (8 + length + offset for offset in told["data_offsets"])
            array = content[start:end].view(kinds[told["dtype"]]).reshape(told["shape"])
            tensors[name.removeprefix("bert.")] = array.astype(np.float32)
    return tensors


def convert(source: Path, target: Path) -> None:
    """Write `target`, which must not exist yet.

    Raises:
        SystemExit: the model is of another kind.
    """
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    wrong = [f"{key} = {config[key]}" for key, value in NEEDED.items() if config.get(key, value) != value]
    if wrong:
        sys.exit(f"{source} cannot be converted: {', '.join(wrong)}")
    weights = safetensors(source / "model.safetensors")
    dense = source / "2_Dense" / "model.safetensors"
    encoder = transformer_spec.TransformerEncoderSpec(
        config["num_hidden_layers"],
        config["num_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    spec = transformer_spec.TransformerEncoderModelSpec(encoder, pooling_layer=dense.is_file())
    if dense.is_file():
        _linear(spec.pooler_dense, safetensors(dense), "linear")
    _fill(encoder, weights)
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    numbers = tokenizer["model"]["vocab"]
    spec.register_vocabulary(sorted(numbers, key=numbers.__getitem__))
    spec.config.layer_norm_epsilon = config["layer_norm_eps"]
    spec.config.unk_token = tokenizer["model"]["unk_token"]
    spec.validate()
    spec.optimize(quantization="int8")
    target.mkdir(parents=True)
    spec.save(str(target))
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")


def _fill(encoder: Any, weights: Mapping[str, NDArray[np.float32]]) -> None:
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = weights["embeddings.word_embeddings.weight"]
    encoder.embeddings[1].weight = weights["embeddings.token_type_embeddings.weight"]
    encoder.position_encodings.encodings = weights["embeddings.position_embeddings.weight"]
    _norm(encoder.layernorm_embedding, weights, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        name = f"encoder.layer.{number}"
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        first = layer.self_attention.linear[0]
        first.weight = np.concatenate([weights[f"{part}.weight"] for part in parts])
        first.bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
        _linear(layer.self_attention.linear[1], weights, f"{name}.attention.output.dense")
        _norm(layer.self_attention.layer_norm, weights, f"{name}.attention.output.LayerNorm")
        _linear(layer.ffn.linear_0, weights, f"{name}.intermediate.dense")
        _linear(layer.ffn.linear_1, weights, f"{name}.output.dense")
        _norm(layer.ffn.layer_norm, weights, f"{name}.output.LayerNorm")


def _linear(layer: Any, weights: Mapping[str, NDArray[np.float32]], name: str) -> None:
    layer.weight, layer.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _norm(layer: Any, weights: Mapping[str, NDArray[np.float32]], name: str) -> None:
    layer.gamma, layer.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make a sentence encoder CTranslate2's, in int8.")
    parser.add_argument("source", type=Path, help="folder of the model as it was published")
    parser.add_argument("target", type=Path, help="folder to make")
    given = parser.parse_args()
    if given.target.exists():
        sys.exit(f"{given.target} is there already")
    convert(given.source, given.target)


if __name__ == "__main__":
    main()
