"""Cross-validates the classifier on its own lines, to choose the thresholds by.

Folds are blocks of neighbouring lines of a file, so that lines written in one go stay together.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onestep.safety.fold import fold
from onestep.safety.matching import find
from onestep.safety.rules import load
from onestep.safety.scoring import by_meaning, by_ngrams, by_wish
from onestep.safety.units import Unit, units
from onestep.safety.weights import Weights
from tools.screen_fit import HEADS, WISHES, closely, examples, fit, vectors_of
from tools.screen_rows import Row, rows

FOLDS = 4
BLOCK = 10  # lines
APART = {"ordinary", "requests", "talk"}
NEARLY = 0.3  # the head for *now* is told apart better: it counts for so much more
FALSE = (0.001, 0.002, 0.004, 0.01, 0.02, 0.03, 0.04, 0.06)  # shares of ordinary answers

Floats = NDArray[np.float32]


def print_thresholds(dev: Path | None) -> int:
    """Print, for each share of ordinary answers taken wrongly, the threshold and what is found."""
    every = rows()
    said = {unit.words for row in every for unit in row.units}
    kept = _vectors(said | {row.misspelt for row in every if row.misspelt})
    folds = _folds(every)
    scores = np.zeros((len(every), len(HEADS) + len(WISHES)), np.float32)
    for fold_number in range(FOLDS):
        weights = _fitted([r for r, f in zip(every, folds, strict=True) if f != fold_number], kept)
        for i, row in enumerate(every):
            if folds[i] == fold_number:
                scores[i] = score(row.units, weights, kept)
    others = _third_party(dev, _fitted(every, kept)) if dev else {}
    _print_levels(every, scores, others)
    _print_wishes(every, scores[:, len(HEADS) :])
    return 0


def _folds(every: list[Row]) -> list[int]:
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for row in every:
        key = (row.category, row.level)
        block = seen[key] // BLOCK
        seen[key] += 1
        found.append((block + len("".join(key))) % FOLDS)
    return found


def _fitted(chosen: list[Row], kept: dict[tuple[str, ...], Floats]) -> Weights:
    given = examples(chosen)
    return fit(given, np.stack([kept[words] for words in closely(given)]))


def score(of: tuple[Unit, ...], weights: Weights, kept: dict[tuple[str, ...], Floats]) -> Floats:
    """The highest score of each head and then of each wish over the texts of one message."""
    cheap = np.hstack([by_ngrams(of, weights), by_wish(of, weights)])
    dear = by_meaning(np.stack([kept[unit.words] for unit in of]), weights)
    dear = np.hstack([dear[:, : len(HEADS)], dear[:, -len(WISHES) :]])
    return np.asarray((cheap + dear).max(axis=0), np.float32)


def _third_party(dev: Path, weights: Weights) -> dict[str, Floats]:
    """Scores of lines that nothing here was written from, by their label."""
    book = load("en")
    given = [json.loads(line) for line in dev.read_text(encoding="utf-8").splitlines()]
    read = [(row["label"], units(find(fold(row["text"]), book).readings)) for row in given]
    kept = _vectors({unit.words for _, of in read for unit in of})
    found: dict[str, list[Floats]] = {}
    for label, of in read:
        if of:
            found.setdefault(label, []).append(score(of, weights, kept))
    return {label: np.array(values, np.float32) for label, values in found.items()}


def _vectors(of: set[tuple[str, ...]]) -> dict[tuple[str, ...], Floats]:
    words = sorted(of)
    return dict(zip(words, vectors_of(words), strict=True))


def _print_levels(every: list[Row], scores: Floats, others: dict[str, Floats]) -> None:
    ordinary = np.array([row.category == "ordinary" for row in every])
    level = np.array([row.level for row in every])
    near = np.array([row.level == "none" and row.category not in APART for row in every])
    groups = {"now": level == "now", "soft": level == "soft", "near miss": near}
    groups["talk"] = np.array([row.category == "talk" for row in every])
    for name, one in {"any": _any, "now": _now, f"any, or now + {NEARLY}": _either}.items():
        print(f"\n| {name}: wrongly of ordinary | threshold | {' | '.join((*groups, *others))} |")
        for share in FALSE:
            at = float(np.quantile(one(scores[ordinary]), 1 - share))
            cells = [f"{np.mean(one(scores[which]) >= at):.3f}" for which in groups.values()]
            cells += [f"{np.mean(one(of) >= at):.3f}" for of in others.values()]
            print(f"| {share:.3f} | {at:+.2f} | {' | '.join(cells)} |")


def _any(scores: Floats) -> Floats:
    return scores[:, 0]


def _now(scores: Floats) -> Floats:
    return scores[:, 1]


def _either(scores: Floats) -> Floats:
    return np.asarray(np.maximum(scores[:, 0], scores[:, 1] + NEARLY), np.float32)


def _print_wishes(every: list[Row], scores: Floats) -> None:
    """For each wish: how much of it is heard, and what is taken for it that asks for nothing."""
    level = np.array([row.level for row in every])
    kind = np.array([row.category for row in every])
    looks_so = (level == "none") & (kind == "requests")
    talk = (level == "none") & np.isin(kind, ["talk", "ordinary"])
    print("\n| wish | threshold | heard | of what looks so | of ordinary talk |")
    for place, wish in enumerate(WISHES):
        theirs = scores[level == wish, place]
        for share in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
            at = float(np.quantile(theirs, 1 - share))
            wrong = [f"{np.mean(scores[which, place] >= at):.4f}" for which in (looks_so, talk)]
            print(f"| {wish} | {at:+.2f} | {share} | {' | '.join(wrong)} |")
