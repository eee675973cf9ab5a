"""Cuts what was read into the whole message and at most twelve of its sentences, for scoring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onestep.safety.reading import Reading
from onestep.safety.verdict import Span

MOST = 12  # sentences beside the whole message; neighbours are joined until they are so few
_LONG = 14  # words; a longer sentence falls into its clauses
_SHORT = 5  # words; a shorter piece stays with its neighbour
_FEWEST = 2  # words that are left
# Said before and after anything, they would bend a score. ("sorry" and "thanks" may say more.)
_GREETINGS = {"hi", "hiya", "hello", "hey", "heya", "alright", "morning", "evening"}
_AROUND = frozenset(_GREETINGS | {"jk", "lol", "tbh", "x", "xx", "xxx"})
_LINKS = frozenset({"but", "anyway", "anyways", "also", "though", "however", "plus", "except"})


@dataclass(frozen=True, slots=True)
class Unit:
    """Plain words that are scored together, and where they stand in the raw text."""

    words: tuple[str, ...]
    span: Span


def units(readings: tuple[Reading, ...]) -> tuple[Unit, ...]:
    """Give the whole message first, then its sentences; nothing for a message without words.

    A concern buried in a chatty message is scored by itself, so that the chat does not hide it.
    """
    whole = [_unit(reading, 0, len(reading.words)) for reading in readings if reading.words]
    pieces = [
        _unit(reading, start, end)
        for reading in readings
        for start, end in _pieces(reading, most=max(1, MOST // len(readings)))
    ]
    if not whole:
        return ()
    together = Unit(
        tuple(word for unit in whole for word in unit.words),
        Span(whole[0].span.start, whole[-1].span.end),
    )
    return (together, *pieces[:MOST]) if len(pieces) > 1 else (together,)


def _unit(reading: Reading, start: int, end: int) -> Unit:
    while end - start > _FEWEST and reading.words[start] in _AROUND:
        start += 1
    while end - start > _FEWEST and reading.words[end - 1] in _AROUND:
        end -= 1
    place = Span(min(reading.starts[start:end]), max(reading.ends[start:end]))
    return Unit(tuple(reading.words[start:end]), place)


def _pieces(reading: Reading, *, most: int) -> list[tuple[int, int]]:
    pieces = [
        piece
        for start, end in _runs(reading.sentence, 0, len(reading.words))
        for piece in _clauses(reading, start, end)
    ]
    while len(pieces) > most:
        at = min(range(len(pieces) - 1), key=lambda i: pieces[i + 1][1] - pieces[i][0])
        pieces[at : at + 2] = [(pieces[at][0], pieces[at + 1][1])]
    return pieces


def _clauses(reading: Reading, start: int, end: int) -> list[tuple[int, int]]:
    """A long sentence in pieces of five words or more; a short one as it is."""
    if end - start <= _LONG:
        return [(start, end)]
    cuts = [at for at, _ in _runs(reading.clause, start, end)]
    cuts += [at for at in range(start, end) if reading.words[at] in _LINKS]
    pieces = [start]
    for at in sorted(set(cuts)):
        if at - pieces[-1] >= _SHORT and end - at >= _SHORT:
            pieces.append(at)
    return list(zip(pieces, [*pieces[1:], end], strict=True))


def _runs(numbers: list[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the same number stands in a row."""
    at = start
    for i in range(start + 1, end + 1):
        if i == end or numbers[i] != numbers[at]:
            yield at, i
            at = i
