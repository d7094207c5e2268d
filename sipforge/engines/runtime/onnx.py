"""Loads and runs ONNX networks on the CPU. Owns: onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sipforge.engines.protocols import EngineError, Stage

# An appliance reports nothing to anybody. onnxruntime would: from its import on it keeps a device id under
# ~/.cache/Microsoft and uploads events; only this variable, set before, stops both.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

onnxruntime.disable_telemetry_events()


class OnnxModel:
    """One network; `run` may be called from any thread."""

    def __init__(self, path: Path, stage: Stage, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # With the arena each new length of text keeps its memory: 327 MB instead of 202 after six sentences.
        options.enable_cpu_mem_arena = False
        # A spinning thread pool would take the core that the next call's recogniser needs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions have no common base
            raise EngineError(stage, f"{path} cannot be loaded: {error}") from error

    @property
    def inputs(self) -> list[str]:
        """Names of what it takes."""
        return [node.name for node in self._session.get_inputs()]

    @property
    def metadata(self) -> dict[str, str]:
        """What its maker wrote into it."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """The network's outputs, in its own order, for its named inputs."""
        outputs: list[NDArray[np.float32]] = self._session.run(None, dict(inputs))
        return outputs
