"""Scores plain words by their n-grams and by what they are near to in meaning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from onestep.safety.ngrams import ngrams
from onestep.safety.units import Unit
from onestep.safety.weights import Floats, Halves, Weights

NGRAM_SHARE = 0.25  # n-gram scores spread four times as wide as those by meaning


def by_ngrams(units: tuple[Unit, ...], weights: Weights) -> Floats:
    """The share of the score that needs no sentence model: (units, heads)."""
    return _by_ngrams(units, weights.rarity, weights.by_ngram, weights.ngram_bias)


def by_wish(units: tuple[Unit, ...], weights: Weights) -> Floats:
    """The same for the wishes: (units, wishes)."""
    return _by_ngrams(units, weights.rarity, weights.by_wish, weights.wish_bias)


def _by_ngrams(units: tuple[Unit, ...], rarity: Halves, each: Halves, bias: Floats) -> Floats:
    return np.stack([_of_words(unit.words, rarity, each, bias) for unit in units])


def _of_words(words: tuple[str, ...], rarity: Halves, each: Halves, bias: Floats) -> Floats:
    score = bias.copy()
    for kind, (numbers, amounts) in enumerate(ngrams(words)):
        values = amounts * rarity[kind, numbers]
        length = float(np.sqrt(values @ values)) or 1.0
        score += (values / length) @ each[kind, numbers].astype(np.float32)
    return NGRAM_SHARE * score


def by_meaning(vectors: NDArray[np.float32], weights: Weights) -> Floats:
    """The share of the score that vectors give: (units, heads, then categories, then wishes)."""
    near = kernel(vectors, weights.near, weights.bends)
    return near @ weights.by_nearness + weights.nearness_bias


def kernel(
    vectors: NDArray[np.float32], near: NDArray[np.float32], bends: float
) -> NDArray[np.float32]:
    """How near each vector of length 1 is to each of `near`: 1 for the same, towards 0."""
    return np.exp(np.float32(2 * bends) * (vectors @ near.T - np.float32(1)))
