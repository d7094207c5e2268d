"""A VITS voice as an ONNX network that says each symbol as a tone: number n is n · 200 Hz, 0 is silence.

It has the inputs and outputs, the metadata and the files of the published forms, and obeys the scales: a
symbol takes 20 ms times the length scale, and noise is added by the noise scale.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

RATE_HZ = 16000
SYMBOL_SAMPLES = 320
SYMBOLS = "|abimnuk' "
"""By number."""
STEP_HZ = 200
SHERPA = {
    "model_type": "vits",
    "comment": "mms",
    "language": "Kinyarwanda",
    "frontend": "characters",
    "add_blank": "1",
    "n_speakers": "0",
    "sample_rate": str(RATE_HZ),
}
COQUI = {**SHERPA, "comment": "coqui", "blank_id": "0", "bos_id": "1", "eos_id": "2", "use_eos_bos": "1"}
ONE_BY_ONE = ("x", "x_length", "noise_scale", "length_scale", "noise_scale_w")
TOGETHER = ("input", "input_lengths", "scales")
NO_CHOICE = ("input_ids", "attention_mask")


def write_sherpa(
    directory: Path,
    metadata: dict[str, str] = SHERPA,
    inputs: Sequence[str] = ONE_BY_ONE,
    symbols: str = SYMBOLS,
) -> Path:
    """The form that sherpa-onnx reads: facts in the network, tokens.txt."""
    directory.mkdir(exist_ok=True)
    network(directory / "model.onnx", inputs, metadata)
    lines = [f" {at}" if symbol == " " else f"{symbol} {at}" for at, symbol in enumerate(symbols)]
    (directory / "tokens.txt").write_text("\n".join([*lines, f"<unk> {len(symbols)}"]) + "\n")
    return directory


def write_transformers(directory: Path, **tokenizer: object) -> Path:
    """The form of an export from transformers."""
    directory.mkdir(exist_ok=True)
    network(directory / "model.onnx", NO_CHOICE, {})
    vocabulary = {symbol: at for at, symbol in enumerate(SYMBOLS)}
    marks = {"add_blank": True, "is_uroman": False, "phonemize": False, "pad_token": "|", **tokenizer}
    (directory / "vocab.json").write_text(json.dumps({**vocabulary, "<unk>": len(SYMBOLS)}))
    (directory / "tokenizer_config.json").write_text(json.dumps(marks))
    (directory / "config.json").write_text(json.dumps({"model_type": "vits", "sampling_rate": RATE_HZ}))
    return directory


def network(path: Path, inputs: Sequence[str], metadata: dict[str, str]) -> None:
    """Write the network with the inputs of one of the forms."""
    text, length, *scales = inputs
    given = [
        helper.make_tensor_value_info(text, TensorProto.INT64, ["N", "L"]),
        helper.make_tensor_value_info(length, TensorProto.INT64, ["N", "L"] if not scales else ["N"]),
    ]
    nodes = [helper.make_node("Gather", ["tones", text], ["spoken"])]
    nodes += [helper.make_node("Reshape", ["spoken", "one_row"], ["row"])]
    if not scales:
        nodes += [helper.make_node("Identity", ["row"], ["y"])]
    else:
        if len(scales) == 1:
            given.append(helper.make_tensor_value_info(scales[0], TensorProto.FLOAT, [3]))
            nodes.append(
                helper.make_node("Split", [scales[0]], ["noise", "slowness", "rhythm"], num_outputs=3)
            )
        else:
            given += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in scales]
            pairs = zip(scales, ("noise", "slowness", "rhythm"), strict=True)
            nodes += [helper.make_node("Identity", [name], [inner]) for name, inner in pairs]
        nodes += [
            helper.make_node("Concat", ["ones", "slowness"], ["stretch"], axis=0),
            helper.make_node("Resize", ["row", "", "stretch"], ["slow"], mode="linear"),
            helper.make_node("RandomNormalLike", ["slow"], ["hiss"], scale=0.001),
            helper.make_node("Mul", ["hiss", "noise"], ["some_hiss"]),
            helper.make_node("Add", ["slow", "some_hiss"], ["y"]),
        ]
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 1, "T"])
    constants = {
        "tones": _tones(),
        "one_row": np.array([1, 1, -1], np.int64),
        "ones": np.ones(2, np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "vits",
        given,
        [made],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def said(slin: NDArray[np.int16], seconds: float = SYMBOL_SAMPLES / RATE_HZ) -> list[int]:
    """The numbers of the symbols in `slin`, of `seconds` each."""
    size = round(seconds * RATE_HZ)
    parts = slin[: slin.size // size * size].reshape(-1, size).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(parts, axis=1))
    loud = np.sqrt((parts**2).mean(axis=1)) > 500
    hz = spectrum.argmax(axis=1) / seconds
    return [round(pitch / STEP_HZ) if heard else 0 for pitch, heard in zip(hz, loud, strict=True)]


def _tones() -> NDArray[np.float32]:
    at = np.arange(SYMBOL_SAMPLES) / RATE_HZ
    return np.array(
        [0.5 * np.sin(2 * np.pi * STEP_HZ * number * at) for number in range(len(SYMBOLS))], np.float32
    )
