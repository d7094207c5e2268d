"""A Wav2Vec2-BERT in CTranslate2's format that reads tones: each symbol is a pitch, and quiet is the blank.

Its layers pass on what they are given; only the projection of the features and the last layer do something.
It is as wide as CTranslate2's code demands (1024), and all of it that is not zero is written here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import wav2vec2bert_spec

from sipforge.engines.protocols import RATE_HZ, Floats

WIDTH = 1024
HEADS = 16
INNER = 8
KERNEL = 31
LEFT, RIGHT = 64, 8
VOCABULARY = {"a": 0, "b": 1, "m": 2, "n": 3, "u": 4, "'": 5, "|": 6, "[UNK]": 7, "[PAD]": 8}
BANDS = {"a": 20, "b": 30, "m": 40, "n": 50, "u": 60, "'": 70, "|": 10}
"""Which of the 80 mel bands a symbol's tone lies in."""
QUIET = 1.6
"""A band must stand out of its frame so much that its tone is heard."""


def tones(text: str) -> Floats:
    """`text` (with | for the space) as tones of 0.2 s with 0.1 s of quiet noise between them."""
    rng = np.random.default_rng(3)
    lowest, highest = _mel(20.0), _mel(RATE_HZ / 2)
    sound = [np.zeros(1600)]
    for symbol in text:
        mel = lowest + (BANDS[symbol] + 1) * (highest - lowest) / 81
        hz = 700 * (np.exp(mel / 1127) - 1)
        sound += [0.3 * np.sin(2 * np.pi * hz * np.arange(3200) / RATE_HZ), np.zeros(1600)]
    joined = np.concatenate(sound)
    return (joined + 0.003 * rng.standard_normal(joined.size)).astype(np.float32)


def write(directory: Path, *, hidden: bool = False) -> Path:
    """Write the model into `directory`; `hidden`: without the last layer, which is then in head.npz."""
    directory.mkdir(exist_ok=True)
    spec = _spec(hidden)
    spec.register_vocabulary(list(VOCABULARY))
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(directory))
    (directory / "vocab.json").write_text(json.dumps(VOCABULARY))
    if hidden:
        # The feed-forward block adds nothing here either: its outer weights are zero.
        np.savez(
            directory / "head.npz",
            gamma=np.ones(WIDTH, np.float16),
            beta=np.zeros(WIDTH, np.float16),
            inner_weight=np.ones((INNER, WIDTH), np.float16),
            inner_bias=np.zeros(INNER, np.float16),
            outer_weight=np.zeros((WIDTH, INNER), np.float16),
            outer_bias=np.zeros(WIDTH, np.float16),
            symbols_weight=_last().astype(np.float16),
            symbols_bias=np.zeros(len(VOCABULARY), np.float16),
        )
    return directory


def _spec(hidden: bool) -> wav2vec2bert_spec.Wav2Vec2BertSpec:
    spec = wav2vec2bert_spec.Wav2Vec2BertSpec(1, 1, len(VOCABULARY), hidden)
    encoder = spec.encoder
    _norm(encoder.fp_layer_norm, 160)
    projection = np.zeros((WIDTH, 160), np.float32)
    for symbol, band in BANDS.items():
        # A row of features is two frames of 80 bands.
        projection[VOCABULARY[symbol], [band, 80 + band]] = 0.5
    encoder.fp_projection.weight = projection
    encoder.fp_projection.bias = np.zeros(WIDTH, np.float32)
    encoder.fp_projection.bias[VOCABULARY["[PAD]"]] = QUIET
    layer = encoder.encoder_layers[0]
    for name in ("ffn1", "attn", "conv", "conv_depthwise", "ffn2", "final"):
        _norm(getattr(layer, f"enc_{name}_layer_norm"), WIDTH)
    for block in (layer.enc_ffn1, layer.enc_ffn2):
        _linear(block.linear_0, INNER, WIDTH)
        _linear(block.linear_1, WIDTH, INNER)
    _linear(layer.enc_attn.linear[0], 3 * WIDTH, WIDTH)
    _linear(layer.enc_attn.linear[1], WIDTH, WIDTH)
    positions = np.zeros((LEFT + RIGHT + 1, WIDTH // HEADS), np.float32)
    layer.enc_attn.relative_asymmetric_position_keys = positions
    layer.enc_attn.relative_left_max_position = np.dtype("int32").type(LEFT)
    layer.enc_attn.relative_right_max_position = np.dtype("int32").type(RIGHT)
    layer.enc_conv_pointwise_conv1.weight = np.zeros((2 * WIDTH, WIDTH, 1), np.float32)
    layer.enc_conv_depthwise_conv.weight = np.zeros((WIDTH, 1, KERNEL), np.float32)
    layer.enc_conv_pointwise_conv2.weight = np.zeros((WIDTH, WIDTH, 1), np.float32)
    _adapter(encoder.adapter_layers[0], hidden)
    if not hidden:
        encoder.lm_head.weight = _last()
        encoder.lm_head.bias = np.zeros(len(VOCABULARY), np.float32)
    return spec


def _adapter(adapter: Any, hidden: bool) -> None:
    """Passes on half of every second frame; with `hidden` its last norm is zero, as convert.py has it."""
    for name in ("residual", "attn", "ffn"):
        _norm(getattr(adapter, f"adpt_{name}_layer_norm"), WIDTH)
    if hidden:
        adapter.adpt_ffn_layer_norm.gamma = np.zeros(WIDTH, np.float32)
    adapter.adpt_residual_conv.weight = np.zeros((2 * WIDTH, WIDTH, 3), np.float32)
    # The second half, which is zero, opens a gate half way.
    adapter.adpt_residual_conv.weight[np.arange(WIDTH), np.arange(WIDTH), 1] = 1.0
    adapter.adpt_attn_conv.weight = np.zeros((2 * WIDTH, WIDTH, 3), np.float32)
    for conv in (adapter.adpt_residual_conv, adapter.adpt_attn_conv):
        conv.bias = np.zeros(2 * WIDTH, np.float32)
    _linear(adapter.adpt_attn_layer.linear[0], 3 * WIDTH, WIDTH)
    _linear(adapter.adpt_attn_layer.linear[1], WIDTH, WIDTH)
    _linear(adapter.adpt_ffn.linear_0, INNER, WIDTH)
    _linear(adapter.adpt_ffn.linear_1, WIDTH, INNER)


def _last() -> Floats:
    """The last layer: each symbol's own place."""
    weight = np.zeros((len(VOCABULARY), WIDTH), np.float32)
    for number in VOCABULARY.values():
        weight[number, number] = 0.5
    return weight


def _norm(spec: Any, width: int) -> None:
    spec.gamma = np.ones(width, np.float32)
    spec.beta = np.zeros(width, np.float32)


def _linear(spec: Any, outputs: int, inputs: int) -> None:
    spec.weight = np.zeros((outputs, inputs), np.float32)
    spec.bias = np.zeros(outputs, np.float32)


def _mel(hz: float) -> float:
    return float(1127 * np.log(1 + hz / 700))
