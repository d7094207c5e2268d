"""Models of a few kilobytes, made on the spot in the formats in which the real ones are published.

`translator` is what the conversion of NLLB gives (M2M100: TransformerSpec, shared vocabulary, SentencePiece
file beside it), `chat_model` what that of Qwen3 gives (TransformerDecoderModelSpec, tokenizer.json). Their
weights are not trained but set by hand, so that what they write is known exactly: the translator turns word
after word into its counterpart, and the chat model writes one given text. `random=True` gives noise instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import common_spec, transformer_spec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

LANGUAGES = ("eng_Latn", "kin_Latn")
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_POSITIONS = 128


def translator(directory: Path, pairs: Mapping[str, str], *, random: bool = False) -> Path:
    """Make a translation model in `directory`, which is made, too.

    Args:
        directory: for model.bin, config.json, shared_vocabulary.json and sentencepiece.bpe.model.
        pairs: word → its counterpart, and so back; whatever else is copied. Words may be marks and figures.
        random: give it weights without sense.
    """
    directory.mkdir(parents=True)
    words = [*pairs, *pairs.values()]
    subwords = _train(directory / "sentencepiece.bpe.model", words)
    vocabulary = [*_SPECIAL, *subwords, *LANGUAGES, "<mask>"]
    of = {token: number for number, token in enumerate(vocabulary)}
    table = np.arange(len(vocabulary))
    for one, other in (*pairs.items(), *((other, one) for one, other in pairs.items() if other not in pairs)):
        table[of[f"▁{one}"]] = of[f"▁{other}"]
    spec = _random(len(vocabulary)) if random else _wired(table)
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    for name, value in {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "decoder_start_token": "</s>",
    }.items():
        setattr(spec.config, name, value)
    spec.validate()
    spec.save(str(directory))
    return directory


def _train(path: Path, words: Iterable[str]) -> list[str]:
    """Train a SentencePiece model that has each of `words` whole; its subwords, but for the first three."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.,:?!-/"
    with path.open("wb") as stream:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([*words, letters, " ".join(letters)]),
            model_writer=stream,
            vocab_size=400,
            hard_vocab_limit=False,
            user_defined_symbols=[*dict.fromkeys(f"▁{word}" for word in words), ".", ",", "?", "!"],
            minloglevel=2,
        )
    trained = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [trained.id_to_piece(number) for number in range(3, trained.get_piece_size())]


def _wired(table: np.ndarray) -> transformer_spec.TransformerSpec:
    """A model whose decoder looks, at each place, at that place of the original and writes its counterpart.

    A vector is what stands there, where it stands, and what is to be written. Every layer adds nothing, but
    for the decoder's look at the original, which fills the last part.
    """
    size = len(table)
    # Attention heads want a width that is a multiple of eight.
    width = (2 * size + _POSITIONS + 7) // 8 * 8
    token, place, written = slice(0, size), slice(size, size + _POSITIONS), slice(size + _POSITIONS, None)
    spec = transformer_spec.TransformerSpec.from_config((1, 1), 1, pre_norm=True)
    embeddings = np.zeros((size, width), np.float32)
    embeddings[:, token] = np.eye(size)
    positions = np.zeros((_POSITIONS, width), np.float32)
    positions[:, place] = np.eye(_POSITIONS)
    for part, embedded in (
        (spec.encoder, spec.encoder.embeddings[0]),
        (spec.decoder, spec.decoder.embeddings),
    ):
        embedded.weight = embeddings
        part.scale_embeddings = False
        part.position_encodings.encodings = positions
        _norm(part.layer_norm, width)
        for layer in part.layer:
            _attention(layer.self_attention, width)
            _ffn(layer.ffn, width)
    look = spec.decoder.layer[0].attention
    _attention(look, width, fused=False)
    query, key, value = (np.zeros((width, width), np.float32) for _ in range(3))
    # Vectors are normalised (a one becomes about sqrt(width/2)), and the product is divided by sqrt(width).
    query[place, place] = 40 * np.eye(_POSITIONS)
    key[place, place] = np.eye(_POSITIONS)
    for origin, counterpart in enumerate(table):
        value[written.start + counterpart, origin] = 10
    look.linear[0].weight = query
    look.linear[1].weight = np.concatenate([key, value])
    look.linear[2].weight = np.eye(width, dtype=np.float32)
    projection = np.zeros((size, width), np.float32)
    projection[:, written.start : written.start + size] = np.eye(size)
    spec.decoder.projection.weight = projection
    return spec


def _random(size: int) -> transformer_spec.TransformerSpec:
    noise = np.random.default_rng(7)
    width = 32
    spec = transformer_spec.TransformerSpec.from_config((2, 2), 4, pre_norm=True)

    def weight(*shape: int) -> np.ndarray:
        return noise.normal(0, 0.3, shape).astype(np.float32)

    embeddings = weight(size, width)
    for part, embedded in (
        (spec.encoder, spec.encoder.embeddings[0]),
        (spec.decoder, spec.decoder.embeddings),
    ):
        embedded.weight = embeddings
        part.position_encodings.encodings = weight(_POSITIONS, width)
        _norm(part.layer_norm, width)
        for layer in part.layer:
            _attention(layer.self_attention, width, weight)
            _ffn(layer.ffn, width, weight)
            if part is spec.decoder:
                _attention(layer.attention, width, weight, fused=False)
    spec.decoder.projection.weight = embeddings
    return spec


def _nothing(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


def _norm(spec: common_spec.LayerNormSpec, width: int) -> None:
    spec.gamma = np.ones(width, np.float32)
    if hasattr(spec, "beta"):
        spec.beta = _nothing(width)


def _linear(spec: common_spec.LinearSpec, weight: np.ndarray) -> None:
    spec.weight = weight
    spec.bias = _nothing(weight.shape[0])


def _attention(spec: Any, width: int, weight: Any = _nothing, *, fused: bool = True) -> None:
    _norm(spec.layer_norm, width)
    for linear, rows in zip(spec.linear, (3, 1) if fused else (1, 2, 1), strict=True):
        _linear(linear, weight(rows * width, width))


def _ffn(spec: Any, width: int, weight: Any = _nothing) -> None:
    _norm(spec.layer_norm, width)
    _linear(spec.linear_0, weight(8, width))
    _linear(spec.linear_1, weight(width, 8))


def chat_model(directory: Path, answers: Sequence[str], *, random: bool = False) -> Path:
    """Make a chat model (ChatML) in `directory` that answers everything with `answers`, one after the other.

    Args:
        directory: for model.bin, config.json, vocabulary.json and tokenizer.json; made, too.
        answers: words and punctuation, each told apart by what it follows; no word twice.
        random: give it weights without sense.
    """
    directory.mkdir(parents=True)
    marks = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [piece.replace(" ", "Ġ") for piece in answers]
    vocabulary = [*marks, *letters, *pieces]
    of = {token: number for number, token in enumerate(vocabulary)}
    # The answer begins after the line break behind "assistant".
    follows = dict(zip(["Ċ", *pieces], [*pieces, "<|im_end|>"], strict=True))
    spec = _causal(len(vocabulary), {of[one]: of[next_one] for one, next_one in follows.items()}, random)
    spec.register_vocabulary(vocabulary)
    for role, token in {"bos": "<|endoftext|>", "eos": "<|im_end|>", "unk": "<|endoftext|>"}.items():
        setattr(spec.config, f"{role}_token", token)
    spec.config.layer_norm_epsilon = 1e-6
    spec.validate()
    spec.save(str(directory))
    tokenizer = Tokenizer(models.BPE(of, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in marks])
    tokenizer.save(str(directory / "tokenizer.json"))
    return directory


def _causal(
    size: int, follows: Mapping[int, int], random: bool
) -> transformer_spec.TransformerDecoderModelSpec:
    """Layers that add nothing, and a projection from each token to the one that follows it."""
    noise = np.random.default_rng(7)
    width, heads, head = (size + 7) // 8 * 8, 2, 8
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        1,
        heads,
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_interleave=False,
        num_heads_kv=1,
        head_dim=head,
        qk_norm=True,
    )

    def weight(*shape: int) -> np.ndarray:
        return noise.normal(0, 0.3, shape).astype(np.float32) if random else _nothing(*shape)

    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.embeddings.weight = np.eye(size, width, dtype=np.float32)
    decoder.layer_norm.gamma = np.ones(width, np.float32)
    decoder.projection.weight = weight(size, width)
    for one, next_one in () if random else follows.items():
        decoder.projection.weight[next_one, one] = 1
    [layer] = decoder.layer
    attention = layer.self_attention
    attention.layer_norm.gamma = np.ones(width, np.float32)
    attention.q_norm.gamma = attention.k_norm.gamma = np.ones(head, np.float32)
    attention.linear[0].weight = weight((heads + 2) * head, width)
    attention.linear[1].weight = weight(width, heads * head)
    layer.ffn.layer_norm.gamma = np.ones(width, np.float32)
    layer.ffn.linear_0.weight = weight(16, width)
    layer.ffn.linear_0_noact.weight = weight(16, width)
    layer.ffn.linear_1.weight = weight(width, 16)
    return spec


def vocabulary(directory: Path) -> list[str]:
    """The tokens of the translation model in `directory`."""
    tokens: list[str] = json.loads((directory / "shared_vocabulary.json").read_text(encoding="utf-8"))
    return tokens
