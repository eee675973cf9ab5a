"""Counts the pieces of words and the runs of words in a text, each under a number."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SLOTS = 1 << 18  # numbers there are; two pieces that share one are told apart by their neighbours
LETTERS = (2, 3, 4, 5)  # lengths of the pieces of words, spaces included
WORDS = (1, 2, 3)  # lengths of the runs of words
_STEP = np.uint64(1_099_511_628_211)  # FNV's prime
_MIX = np.uint64(0x9E3779B97F4A7C15)  # spreads the sum over all bits
_SHIFT = np.uint64(64 - 18)

Numbers = NDArray[np.int64]
Values = NDArray[np.float32]


def ngrams(words: tuple[str, ...]) -> tuple[tuple[Numbers, Values], tuple[Numbers, Values]]:
    """The runs of words, then the pieces of words: their numbers and how much of each there is."""
    hashed = np.fromiter((crc32(word.encode()) for word in words), np.uint64, len(words))
    letters = np.frombuffer(f" {' '.join(words)} ".encode(), np.uint8).astype(np.uint64)
    return _counted(hashed, WORDS), _counted(letters, LETTERS)


def _counted(items: NDArray[np.uint64], lengths: tuple[int, ...]) -> tuple[Numbers, Values]:
    found = []
    run = np.zeros(len(items) + 1, np.uint64)
    for length in range(1, lengths[-1] + 1):
        if length > len(items):
            break
        run = run[: len(items) - length + 1] * _STEP + items[length - 1 :] + np.uint64(length)
        if length in lengths:
            found.append((run * _MIX) >> _SHIFT)
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    numbers, counts = np.unique(np.concatenate(found), return_counts=True)
    return numbers.astype(np.int64), (1 + np.log(counts)).astype(np.float32)
