"""Runs the rules over a text of any length and gives every place where one fires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from onestep.safety.fold import fold_word
from onestep.safety.reading import SPACED, WORD, Reading, read
from onestep.safety.rules import Pack, RuleBook
from onestep.safety.scope import Mark, Match, Scope
from onestep.safety.verdict import Hit, Level, Span

WHOLE = 1_200  # characters; a longer text is scanned for telling words and read around them
AROUND = 160  # characters read on each side of a telling word
MOST = 9_000  # characters read closely in one text, so that 200,000 stay within 50 ms


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules found in one text. `cut` says that telling words were left unread."""

    hits: tuple[Hit, ...]
    readings: tuple[Reading, ...]
    cut: bool


def find(folded: str, book: RuleBook) -> Found:
    """Find every hit in a folded text; spans are places in it."""
    windows, cut = _windows(folded, book)
    laughter = book.slot("laughter")
    readings = tuple(
        read(folded, book.spelling, laughter=laughter, within=window) for window in windows
    )
    hits = [hit for reading in readings for hit in _hits(reading, book)]
    return Found(tuple(dict.fromkeys(hits)), readings, cut)


def _windows(folded: str, book: RuleBook) -> tuple[list[tuple[int, int]], bool]:
    """Choose the stretches to read closely: all of a short text, else around telling words."""
    if len(folded) <= WHOLE:
        return [(0, len(folded))], False
    windows: list[tuple[int, int]] = []
    spent = 0
    for place in _telling(folded, book):
        start, end = _whole_words(folded, place - AROUND, place + AROUND)
        if windows and start <= windows[-1][1]:
            spent += max(0, end - windows[-1][1])
            windows[-1] = (windows[-1][0], max(end, windows[-1][1]))
        else:
            spent += end - start
            windows.append((start, end))
        if spent > MOST:
            return windows, True
    return windows, False


def _telling(folded: str, book: RuleBook) -> Iterator[int]:
    """Give the places of the words without which no rule can fire, and of spaced letters."""
    places = {match.start() for match in SPACED.finditer(folded)}
    verdicts: dict[str, bool] = {}
    for match in WORD.finditer(folded):
        word = match.group()
        telling = verdicts.get(word)
        if telling is None:
            telling = verdicts[word] = _is_telling(word, book)
        if telling:
            places.add(match.start())
    return iter(sorted(places))


def _is_telling(word: str, book: RuleBook) -> bool:
    return not book.anchors.isdisjoint(book.spelling.read(fold_word(word)))


def _whole_words(folded: str, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch so that it cuts no word."""
    start, end = max(0, start), min(len(folded), end)
    while start and not folded[start - 1].isspace() and end - start < 2 * AROUND + 80:
        start -= 1
    while end < len(folded) and not folded[end].isspace() and end - start < 2 * AROUND + 160:
        end += 1
    return start, end


def _hits(reading: Reading, book: RuleBook) -> list[Hit]:
    """Match one reading; a pack runs only when one of its words is there."""
    present = set(reading.words)
    packs = [pack for pack in book.packs if not pack.anchors.isdisjoint(present)]
    if not packs:
        return []
    doc = Doc(book.vocab, words=reading.words)
    matches = [m for pack in packs for m in _matches(doc, pack, reading)]
    if not matches:
        return []
    scope = Scope(book, reading, _marks(doc, (book.harmless, book.scope)))
    hits = []
    for match in matches:
        category, level = scope.judge(match)
        if level is not Level.NONE:
            span = Span(reading.starts[match.start], reading.ends[match.end - 1])
            hits.append(Hit(category, level, match.rule.detail, span))
    return hits


def _matches(doc: Doc, pack: Pack, reading: Reading) -> Iterator[Match]:
    for key, start, end, alignment in pack.matcher(doc, with_alignments=True):
        rule, shape = pack.rules[key]
        if reading.sentence[start] != reading.sentence[end - 1]:
            continue
        if shape.at_start and start and reading.sentence[start - 1] == reading.sentence[start]:
            if reading.clause[start - 1] == reading.clause[start]:
                continue
        if shape.at_end and end < len(doc) and reading.clause[end] == reading.clause[end - 1]:
            continue
        if end < len(doc) and reading.words[end] in rule.unless_next:
            if reading.clause[end] == reading.clause[end - 1]:
                continue
        loose = frozenset(start + i for i, piece in enumerate(alignment) if piece in shape.loose)
        yield Match(rule, shape, start, end, loose)


def _marks(doc: Doc, packs: tuple[Pack, ...]) -> tuple[Mark, ...]:
    return tuple(
        Mark(pack.rules[key][0].detail, start, end)
        for pack in packs
        for key, start, end in pack.matcher(doc)
    )
