"""What the classifier learnt: arrays in one file, its SHA-256 beside it; no pickle, no code."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onestep.safety.errors import ModelError

MODELS = Path(__file__).parent / "models"
SENTENCES = "sentences.onnx"  # in the same folder: the sentence model that the weights belong to

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of both halves of the classifier; every head is one column.

    rarity: how telling each n-gram is, (2, slots). by_ngram: (2, slots, heads) for the heads of
    `heads`, by_wish the same for `wishes`. near: vectors of training lines, (lines, 384);
    by_nearness: (lines, heads, categories, wishes). bends: how fast nearness falls off.
    """

    heads: tuple[str, ...]
    categories: tuple[str, ...]
    wishes: tuple[str, ...]
    rarity: Halves
    by_ngram: Halves
    ngram_bias: Floats
    by_wish: Halves
    wish_bias: Floats
    near: Floats
    by_nearness: Floats
    nearness_bias: Floats
    bends: float


def save(weights: Weights, folder: Path, name: str, *, made_from: str) -> None:
    """Write the arrays, and then the record of both files; half of it counts as none."""
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / f"{name}.json"
    record.unlink(missing_ok=True)
    packed = io.BytesIO()
    values = {field.name: getattr(weights, field.name) for field in fields(weights)}
    np.savez(packed, allow_pickle=False, **{key: np.asarray(v) for key, v in values.items()})
    (folder / f"{name}.npz").write_bytes(packed.getvalue())
    written = {
        "sha256": _sha256(packed.getvalue()),
        "sentences": _sha256((folder / SENTENCES).read_bytes()),
        "made_from": made_from,
    }
    record.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def is_made_from(folder: Path, name: str, made_from: str) -> bool:
    """Say whether what is there was made from just this, and is whole."""
    try:
        record = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        whole = _sha256((folder / f"{name}.npz").read_bytes()) == record["sha256"]
        whole &= _sha256((folder / SENTENCES).read_bytes()) == record["sentences"]
        return whole and bool(record["made_from"] == made_from)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def load_weights(folder: Path, name: str) -> Weights:
    """Read the arrays, once they match their record.

    Raises ModelError, one sentence that says what to run, when they are missing or changed.
    """
    try:
        record = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        content = (folder / f"{name}.npz").read_bytes()
        sentences = _sha256((folder / SENTENCES).read_bytes())
    except (OSError, ValueError) as error:
        raise ModelError(name, "is missing") from error
    kept = (_sha256(content), sentences)
    if not isinstance(record, dict) or kept != (record.get("sha256"), record.get("sentences")):
        raise ModelError(name, "is not the one that was trained here")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            return _weights(found)
    except (ValueError, KeyError, OSError) as error:
        raise ModelError(name, "cannot be read") from error


def _weights(found: np.lib.npyio.NpzFile) -> Weights:
    return Weights(
        heads=tuple(str(name) for name in found["heads"]),
        categories=tuple(str(name) for name in found["categories"]),
        wishes=tuple(str(name) for name in found["wishes"]),
        rarity=found["rarity"],
        by_ngram=found["by_ngram"],
        ngram_bias=found["ngram_bias"],
        by_wish=found["by_wish"],
        wish_bias=found["wish_bias"],
        near=found["near"].astype(np.float32),
        by_nearness=found["by_nearness"],
        nearness_bias=found["nearness_bias"],
        bends=float(found["bends"]),
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
