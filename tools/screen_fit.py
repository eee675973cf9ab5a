"""Fits the concern screen's classifier: n-grams by logistic regression, meaning by ridge."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from onestep.safety.ngrams import SLOTS, ngrams
from onestep.safety.scoring import kernel
from onestep.safety.sentence_model import SIZE, SentenceModel
from onestep.safety.weights import Weights
from tools.screen_rows import Row

HEADS = ("any", "now")
NEAR = 3_000  # training lines that a message is compared with
BENDS = 0.8
RIDGE = 0.3
LOGISTIC = 4.0
ENOUGH, MOST = 1e-3, 100  # when to stop: further steps change nothing that is measured
CONCERNS_COUNT = 2.0  # as many times as ordinary lines
BATCH = 8  # texts of like length
_PIECE = 4  # words; a shorter piece of an ordinary line teaches nothing

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Examples:
    """What is learnt from: plain words, and by column what each is (1 or 0)."""

    words: list[tuple[str, ...]]
    heads: Floats
    categories: Floats
    names: tuple[str, ...]


def examples(rows: Sequence[Row]) -> Examples:
    """Whole lines with what they are, and the pieces of ordinary lines as ordinary, too."""
    names = tuple(sorted({row.category for row in rows if row.level != "none"}))
    words, heads, categories = [], [], []
    for row in rows:
        is_it = _heads(row)
        ordinary = not any(is_it)
        pieces = [unit.words for unit in row.units[1:] if ordinary and len(unit.words) >= _PIECE]
        again = [row.misspelt] if row.misspelt else []
        for said in (row.units[0].words, *again, *pieces):
            words.append(said)
            heads.append(is_it)
            mine = [float(row.level != "none" and row.category == name) for name in names]
            categories.append(mine)
    return Examples(words, np.array(heads, np.float32), np.array(categories, np.float32), names)


def _heads(row: Row) -> list[float]:
    return [float(row.level != "none"), float(row.level == "now")]


def vectors_of(words: Sequence[tuple[str, ...]]) -> Floats:
    """A vector of meaning for each, on every core; about four milliseconds a line and core."""
    model = SentenceModel()
    texts = [" ".join(one) for one in words]
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # quicker than several cores for one batch
        read = pool.map(lambda batch: model.vectors([texts[i] for i in batch]), batches)
    found = np.zeros((len(texts), SIZE), np.float32)
    for batch, vectors in zip(batches, read, strict=True):
        found[batch] = vectors
    return found


def fit(given: Examples, vectors: Floats) -> Weights:
    """Learn both halves; the same examples give the same weights."""
    counted = count(given.words)
    rarity = np.stack([_rarity(part) for part in counted])
    scaled = weigh(counted, rarity)
    fitted = [
        LogisticRegression(C=LOGISTIC, tol=ENOUGH, max_iter=MOST).fit(scaled, column)
        for column in given.heads.T
    ]
    flat = np.stack([one.coef_[0] for one in fitted], axis=1)
    near, by_nearness, bias = _ridge(given, vectors)
    return Weights(
        heads=HEADS,
        categories=given.names,
        rarity=rarity.astype(np.float16),
        by_ngram=flat.reshape(2, SLOTS, len(HEADS)).astype(np.float16),
        ngram_bias=np.array([one.intercept_[0] for one in fitted], np.float32),
        near=near,
        by_nearness=by_nearness,
        nearness_bias=bias,
        bends=BENDS,
    )


def count(words: Sequence[tuple[str, ...]]) -> list[sparse.csr_matrix]:
    """How much there is of each n-gram: runs of words, pieces of words."""
    found = [ngrams(one) for one in words]
    parts = []
    for kind in (0, 1):
        numbers = np.concatenate([each[kind][0] for each in found])
        amounts = np.concatenate([each[kind][1] for each in found])
        ends = np.cumsum([0, *(len(each[kind][0]) for each in found)])
        parts.append(sparse.csr_matrix((amounts, numbers, ends), shape=(len(words), SLOTS)))
    return parts


def _rarity(part: sparse.csr_matrix) -> Floats:
    seen = np.asarray((part > 0).sum(axis=0)).ravel()
    rare = np.log((1 + part.shape[0]) / (1 + seen)) + 1
    return np.asarray(rare.astype(np.float16), np.float32)


def weigh(counted: list[sparse.csr_matrix], rarity: Floats) -> sparse.csr_matrix:
    """Rare n-grams count for more; each kind of a line has length 1."""
    parts = []
    for part, rare in zip(counted, rarity, strict=True):
        scaled = part.multiply(rare[None, :]).tocsr()
        length = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
        parts.append(sparse.diags(1 / np.where(length > 0, length, 1)) @ scaled)
    return sparse.hstack(parts).tocsr()


def _ridge(given: Examples, vectors: Floats) -> tuple[Floats, Floats, Floats]:
    wanted = np.hstack([2 * given.heads - 1, given.categories]).astype(np.float64)
    chosen = random.Random(0).sample(range(len(vectors)), min(NEAR, len(vectors)))  # noqa: S311
    near = vectors[sorted(chosen)].astype(np.float16).astype(np.float32)
    weight = np.where(given.heads.any(axis=1), CONCERNS_COUNT, 1.0)
    middle = np.average(wanted, axis=0, weights=weight)
    left = np.zeros((len(near), len(near)))
    right = np.zeros((len(near), wanted.shape[1]))
    for start in range(0, len(vectors), 2_000):
        part = slice(start, start + 2_000)
        how_near = kernel(vectors[part], near, BENDS).astype(np.float64)
        left += (how_near * weight[part, None]).T @ how_near
        right += (how_near * weight[part, None]).T @ (wanted[part] - middle)
    left += RIDGE * kernel(near, near, BENDS) + 1e-3 * np.eye(len(near))
    solved = scipy.linalg.solve(left, right, assume_a="pos")
    return near, solved.astype(np.float32), middle.astype(np.float32)
