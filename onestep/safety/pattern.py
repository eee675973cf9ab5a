"""Compiles the short pattern language of the rule files into spaCy Matcher patterns.

word          that word
{slot}        one of the slot's entries (words.yml); an entry may be several words
~             up to four small words (words.yml, `filler`): "really", "have been", "not"
..3           up to three words of any kind
x?            x or nothing
^ first, $ last          only at the start, only at the end of a sentence
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass

Slots = Mapping[str, tuple[str, ...]]
Spec = dict[str, object]

_FILLER_MOST = 4
_VARIANTS_MOST = 60
_GAP = re.compile(r"\.\.(\d)")
_PIECE = re.compile(r"((?:\{\w+\}|[a-z0-9]+)(?:\|(?:\{\w+\}|[a-z0-9]+))*)(\?)?")


class PatternError(ValueError):
    """A pattern is not in the language; the message says which part and why."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """One Matcher pattern and what must be known beside it."""

    tokens: tuple[Spec, ...]
    words: tuple[frozenset[str], ...]  # per position; empty where any word goes
    needed: tuple[frozenset[str], ...]  # one word of each of these must be there
    loose: frozenset[int]  # positions of filler, gap or optional pieces
    at_start: bool
    at_end: bool


def compile_pattern(source: str, slots: Slots) -> list[Compiled]:
    """Compile one line of a rule file.

    Raises PatternError: an unknown slot, a part outside the language, too many variants.
    """
    parts = source.split()
    at_start, at_end = parts[:1] == ["^"], parts[-1:] == ["$"]
    parts = parts[at_start : len(parts) - at_end]
    if not parts:
        raise PatternError("the pattern is empty")
    variants = list(itertools.product(*(_choices(part, slots) for part in parts)))
    if len(variants) > _VARIANTS_MOST:
        raise PatternError(f"the pattern makes {len(variants)} variants; split it")
    compiled = [_assemble(variant, at_start=at_start, at_end=at_end) for variant in variants]
    if any(len(one.loose) == len(one.words) for one in compiled):
        raise PatternError("the pattern needs at least one word that must be there")
    return compiled


Piece = tuple[tuple[frozenset[str], str], ...]  # words (empty: any) and the operator, in order


def _choices(part: str, slots: Slots) -> list[Piece]:
    """List the ways one part can be written: a set of single words, and each longer entry."""
    if part == "~":
        return [((frozenset(slots["filler"]), f"{{0,{_FILLER_MOST}}}"),)]
    if gap := _GAP.fullmatch(part):
        return [((frozenset(), f"{{0,{gap[1]}}}"),)]
    found = _PIECE.fullmatch(part)
    if not found:
        raise PatternError(f"{part!r} is not a part of the pattern language")
    entries = [entry for one in found[1].split("|") for entry in _entries(one, slots)]
    single = frozenset(entry for entry in entries if " " not in entry)
    operator = "?" if found[2] else "1"
    ways: list[Piece] = [((single, operator),)] if single else []
    ways.extend(
        tuple((frozenset({word}), "1") for word in entry.split())
        for entry in entries
        if " " in entry
    )
    return ways + ([()] if operator == "?" and not single else [])


def _entries(one: str, slots: Slots) -> tuple[str, ...]:
    """Give the entries of a slot, or the word itself."""
    if not one.startswith("{"):
        return (one,)
    if one[1:-1] not in slots:
        raise PatternError(f"there is no slot {one} in words.yml")
    return slots[one[1:-1]]


def _assemble(variant: tuple[Piece, ...], *, at_start: bool, at_end: bool) -> Compiled:
    positions = [position for piece in variant for position in piece]
    return Compiled(
        tokens=tuple(_spec(words, operator) for words, operator in positions),
        words=tuple(words for words, _ in positions),
        needed=tuple(words for words, operator in positions if words and operator == "1"),
        loose=frozenset(i for i, (_, operator) in enumerate(positions) if operator != "1"),
        at_start=at_start,
        at_end=at_end,
    )


def _spec(words: frozenset[str], operator: str) -> Spec:
    spec: Spec = {}
    if len(words) == 1:
        spec["ORTH"] = next(iter(words))
    elif words:
        spec["ORTH"] = {"IN": sorted(words)}
    return spec if operator == "1" else {**spec, "OP": operator}
