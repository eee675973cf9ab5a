"""How something was managed, told by the build of the message rather than by its words."""

from __future__ import annotations

from collections.abc import Sequence

from components.tokens import Token

_ENDS = frozenset(",;.–—\n")
# What these say in a second clause is how it felt or what came of it, not how it was done.
_NO_DEED = frozenset({
    "feel", "felt", "feeling", "am", "was", "im", "slept", "sleep", "can", "could", "dont",
    "didnt", "wasnt", "noticed", "hope", "think", "thought", "know", "might", "want", "need",
    "gave",
})  # fmt: skip
LEAST_FIRST, LEAST_SECOND = 2, 3


def tells_how(tokens: Sequence[Token], deeds: frozenset[str]) -> bool:
    """Whether a first clause says what happened and a second, of two, what they did for it.

    "Slept through, opened the window first": people put the way they did it after a comma.
    """
    clauses: list[list[str]] = [[]]
    for token in tokens:
        if token.raw in _ENDS:
            clauses.append([])
        elif token.is_word:
            clauses[-1].append(token.norm)
    kept = [clause for clause in clauses if clause]
    if len(kept) != 2 or len(kept[0]) < LEAST_FIRST or len(kept[1]) < LEAST_SECOND:  # noqa: PLR2004
        return False
    first, second = kept[1][:2]
    if first in {"i", "ive"}:
        return second not in _NO_DEED
    return first in deeds - _NO_DEED
