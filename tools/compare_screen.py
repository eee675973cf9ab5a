"""Sets the screen beside what can be had without it, on our own published test set.

    python -m tools.compare_screen

Prints one Markdown table. The plain classifier learns from the same lines: TF-IDF of words and
letters, logistic regression, as scikit-learn gives them. Its threshold is where it flags as many
ordinary answers as the screen does. Packages that bring a model of their own are left to whoever
installs them: suicide-text-predictor, the best that was found, needs a torch for Python 3.11.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from onestep.safety import Level, ready, screen
from onestep.safety.fold import fold
from onestep.safety.matching import find
from onestep.safety.rules import load
from tests.safety.own_sets import TEST_SET, labelled, ordinary
from tools.screen_rows import rows

Seen = Callable[[Sequence[str]], NDArray[np.bool_]]


def main() -> int:
    """Print what each sees of the concerns, and takes wrongly of the rest."""
    ready()
    test = labelled(TEST_SET)
    sets = {
        "concerns": [row.text for row in test if row.level == "now"],
        "near misses": [row.text for row in test if row.level == "none"],
        "ordinary answers": [row.text for row in ordinary()],
    }
    allowed = float(np.mean(_screen(sets["ordinary answers"])))
    ways = {
        "rules alone": _rules,
        "TF-IDF and logistic regression": _plain(sets["ordinary answers"], allowed),
        "the screen": _screen,
    }
    print(f"| | {' | '.join(sets)} |\n|---|{'---|' * len(sets)}")
    for name, seen in ways.items():
        print(f"| {name} | {' | '.join(f'{np.mean(seen(of)):.3f}' for of in sets.values())} |")
    return 0


def _screen(texts: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([screen(text).level in (Level.NOW, Level.SOFT) for text in texts])


def _rules(texts: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([bool(find(fold(text), load("en")).hits) for text in texts])


def _plain(quiet: Sequence[str], allowed: float) -> Seen:
    """One that flags the share `allowed` of the texts that ask for nothing."""
    taught = rows()
    parts = [
        ("words", TfidfVectorizer(ngram_range=(1, 2))),
        ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5))),
    ]
    model = Pipeline([("counted", FeatureUnion(parts)), ("fit", LogisticRegression(C=4))])
    model.fit([row.text for row in taught], [row.concern for row in taught])
    least = float(np.quantile(model.decision_function(quiet), 1 - allowed))
    return lambda texts: np.asarray(model.decision_function(texts) >= least)


if __name__ == "__main__":
    raise SystemExit(main())
