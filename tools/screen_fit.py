"""Fits the concern screen's classifier: n-grams by logistic regression, meaning by ridge."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from onestep.safety.classifier import WORDS
from onestep.safety.ngrams import SLOTS, ngrams
from onestep.safety.scoring import kernel
from onestep.safety.sentence_model import SIZE, SentenceModel
from onestep.safety.weights import MODELS, SENTENCES, Weights
from tools.screen_rows import Row

HEADS = ("any", "now")
WISHED_IN = {"requests", "talk", "ordinary"}  # enough, and quicker than everything
WISHES = ("human", "stop", "pause", "resume", "help")
NEAR = 3_000  # training lines that a message is compared with
BENDS = 0.8
RIDGE = 0.3
LOGISTIC = 4.0
ENOUGH, MOST = 1e-3, 100  # when to stop: further steps change nothing that is measured
CONCERNS_COUNT = 2.0  # as many times as ordinary lines
BATCH = 16  # texts of like length
_PIECE = 4  # words; a shorter piece of an ordinary line teaches nothing
_CLOSELY = 3  # of the pieces of an ordinary line, every such is learnt from by its meaning, too
_BESIDE = 0.5  # what stands beside the marked words of a concern is chat, or nearly always

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """Plain words, the row they are of, whether they are ordinary, and how much they count.

    closely: the sentence model learns from it, too; it reads no more words than `WORDS`.
    """

    words: tuple[str, ...]
    row: Row
    ordinary: bool
    counts: float = 1.0
    closely: bool = True


@dataclass(frozen=True)
class Examples:
    """What is learnt from, in columns: what each is (1 or 0), how much it counts."""

    words: list[tuple[str, ...]]
    heads: Floats
    wishes: Floats
    teach_wishes: NDArray[np.bool_]
    categories: Floats
    names: tuple[str, ...]
    counts: Floats
    closely: NDArray[np.bool_]


def examples(rows: Sequence[Row]) -> Examples:
    """Whole lines with what they are, and their pieces."""
    names = tuple(sorted({row.category for row in rows if row.concern}))
    every = [example for row in rows for example in _of(row)]
    heads = [[0.0, 0.0] if one.ordinary else _heads(one.row) for one in every]
    kinds = [
        [float(not one.ordinary and one.row.category == name) for name in names] for one in every
    ]
    return Examples(
        words=[one.words for one in every],
        heads=np.array(heads, np.float32),
        wishes=np.array(
            [[float(one.row.level == w) for w in WISHES] for one in every], np.float32
        ),
        teach_wishes=np.array([one.row.category in WISHED_IN for one in every]),
        categories=np.array(kinds, np.float32),
        names=names,
        counts=np.array([one.counts for one in every], np.float32),
        closely=np.array([one.closely for one in every]),
    )


def closely(given: Examples) -> list[tuple[str, ...]]:
    """The words that the sentence model learns from."""
    return [words for words, close in zip(given.words, given.closely, strict=True) if close]


def _of(row: Row) -> Iterator[Example]:
    ordinary = not row.concern
    whole = row.units[0].words
    short = len(whole) <= WORDS
    if short or not row.carries or len(row.units) == 1:
        yield Example(whole, row, ordinary, closely=short or len(row.units) == 1)
    if row.misspelt:
        yield Example(row.misspelt, row, ordinary, closely=False)
    if row.level in WISHES:
        return  # which of its pieces is the wish is not marked
    for place, unit in enumerate(row.units[1:], 1):
        if row.carries and row.carries[place]:
            yield Example(unit.words, row, ordinary)
        elif len(unit.words) >= _PIECE and ordinary:
            yield Example(unit.words, row, ordinary, closely=place % _CLOSELY == 1)
        elif len(unit.words) >= _PIECE and row.carries:
            yield Example(unit.words, row, True, counts=_BESIDE, closely=False)


def _heads(row: Row) -> list[float]:
    return [float(row.concern), float(row.level == "now")]


def vectors_of(words: Sequence[tuple[str, ...]]) -> Floats:
    """A vector of meaning for each, on every core; about two milliseconds a line and core.

    The sentence model must have been packed.
    """
    model = SentenceModel(MODELS / SENTENCES)
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
    """Learn both halves; the same examples give the same weights.

    vectors: one for each example that is read closely.
    """
    counted = count(given.words)
    rarity = np.stack([_rarity(part) for part in counted])
    scaled = weigh(counted, rarity)
    by_ngram, ngram_bias = _logistic(scaled, given.heads, given.counts)
    some = given.teach_wishes
    by_wish, wish_bias = _logistic(scaled[some], given.wishes[some], given.counts[some])
    near, by_nearness, bias = _ridge(given, vectors)
    return Weights(
        heads=HEADS,
        categories=given.names,
        wishes=WISHES,
        rarity=rarity.astype(np.float16),
        by_ngram=by_ngram,
        ngram_bias=ngram_bias,
        by_wish=by_wish,
        wish_bias=wish_bias,
        near=near,
        by_nearness=by_nearness,
        nearness_bias=bias,
        bends=BENDS,
    )


def _logistic(
    scaled: sparse.csr_matrix, columns: Floats, counts: Floats
) -> tuple[NDArray[np.float16], Floats]:
    """A number for each n-gram and column, (2, slots, columns), and one for each column."""
    fitted = [
        LogisticRegression(C=LOGISTIC, tol=ENOUGH, max_iter=MOST).fit(
            scaled, column, sample_weight=counts
        )
        for column in columns.T
    ]
    flat = np.stack([one.coef_[0] for one in fitted], axis=1)
    bias = np.array([one.intercept_[0] for one in fitted], np.float32)
    return flat.reshape(2, SLOTS, len(fitted)).astype(np.float16), bias


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
    heads, kinds = given.heads[given.closely], given.categories[given.closely]
    wishes = 2 * given.wishes[given.closely] - 1
    wanted = np.hstack([2 * heads - 1, kinds, wishes]).astype(np.float64)
    chosen = random.Random(0).sample(range(len(vectors)), min(NEAR, len(vectors)))  # noqa: S311
    near = vectors[sorted(chosen)].astype(np.float16).astype(np.float32)
    weight = np.where(heads.any(axis=1), CONCERNS_COUNT, 1.0)
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
