"""Runs the rules over a text of any length and gives every place where one fires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from spacy.tokens import Doc

from onestep.safety.fold import fold_word
from onestep.safety.pattern import Compiled
from onestep.safety.reading import SPACED, WORD, Reading, read
from onestep.safety.rules import Pack, RuleBook
from onestep.safety.scope import LOWERS, Mark, Match, Scope
from onestep.safety.verdict import Hit, Level, Span

WHOLE = 4_200  # characters, all a phone can send; a longer text is read around telling words
AROUND = 160  # characters read on each side of a telling word
BENT = 1_000  # different words of a long text that are looked at for odd spelling
KEPT = 40  # places of one word that may be read around
MOST = 9_000  # characters read closely in one text, so that 200,000 stay within 50 ms


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules found in one text. `cut` says that not all of it was read closely."""

    hits: tuple[Hit, ...]
    readings: tuple[Reading, ...]
    cut: bool


def find(folded: str, book: RuleBook) -> Found:
    """Find every hit in a folded text; spans are places in it."""
    readings, cut = read_closely(folded, book)
    hits = {hit for reading in readings for hit in _hits(reading, book)}
    return Found(tuple(sorted(hits, key=_place)), readings, cut)


def read_closely(folded: str, book: RuleBook) -> tuple[tuple[Reading, ...], bool]:
    """The plain words of a folded text, and whether some of it was left out for its length."""
    windows, cut = _windows(folded, book)
    laughter = book.slot("laughter")
    return tuple(
        read(folded, book.spelling, laughter=laughter, within=window) for window in windows
    ), cut


def _place(hit: Hit) -> tuple[int, int, str, str, str]:
    """Order hits as they stand in the text, so that every run gives the same verdict."""
    start, end = (hit.span.start, hit.span.end) if hit.span else (-1, -1)
    return start, end, hit.category, hit.detail, hit.level


def _windows(folded: str, book: RuleBook) -> tuple[list[tuple[int, int]], bool]:
    """Choose the stretches to read closely: all of a short text, else around telling words."""
    if len(folded) <= WHOLE:
        return [(0, len(folded))], False
    windows: list[tuple[int, int]] = []
    for start, end in sorted(_stretches(folded, book)):
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(end, windows[-1][1]))
        else:
            windows.append((start, end))
    return windows, True


def _stretches(folded: str, book: RuleBook) -> Iterator[tuple[int, int]]:
    """Give stretches around telling words, loud and rare words first, up to MOST characters."""
    spent, read_to = 0, -1
    for place in (0, len(folded), *_telling(folded, book)):
        if 0 <= place - read_to < AROUND // 2:
            continue
        start, end = _whole_words(folded, place - AROUND, place + AROUND)
        yield start, end
        read_to, spent = place, spent + end - start
        if spent > MOST:
            return


def _telling(folded: str, book: RuleBook) -> list[int]:
    """Give the places of the words that only a rule would look for, and of spaced letters.

    Loud words come first, then those that the text seldom uses: what is said once among much
    else is what matters.
    """
    places: dict[str, list[int]] = {" ": [m.start() for m in SPACED.finditer(folded)]}
    telling: dict[str, bool] = {}
    seen: Counter[str] = Counter()
    for match in WORD.finditer(folded):
        word = match.group()
        if word not in telling:
            telling[word] = _is_telling(word, book, bend=len(telling) < BENT)
        if telling[word]:
            seen[word] += 1
            if seen[word] <= KEPT:
                places.setdefault(word, []).append(match.start())
    loud = book.slot("loud")
    quiet = {w: loud.isdisjoint(book.spelling.read(fold_word(w))) for w in places}
    order = sorted(places, key=lambda word: (quiet[word], seen[word]))
    return [place for word in order for place in places[word]]


def _is_telling(word: str, book: RuleBook, *, bend: bool) -> bool:
    if not bend:
        return word in book.telling
    return not book.telling.isdisjoint(book.spelling.read(fold_word(word)))


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
    packs = _present(book.rules, present)
    if not packs:
        return []
    doc = Doc(book.vocab, words=reading.words)
    trailing = book.slot("trailing")
    matches = [m for pack in packs for m in _matches(doc, pack, reading, trailing)]
    if not matches:
        return []
    marks = _marks(doc, _present(book.marks, present), reading, book.slot("own_inside"))
    scope = Scope(book, reading, marks)
    hits = []
    for match in matches:
        category, level = scope.judge(match)
        if level is not Level.NONE:
            span = Span(reading.starts[match.start], reading.ends[match.end - 1])
            hits.append(Hit(category, level, match.rule.detail, span))
    return hits


def without_harmless(reading: Reading, book: RuleBook) -> Reading:
    """The reading but for what the closed list calls harmless; itself when nothing is.

    The only thing that lowers what a score would raise, as it is for the rules.
    """
    packs = _present(book.marks, set(reading.words))
    if not packs:
        return reading
    doc = Doc(book.vocab, words=reading.words)
    marks = _marks(doc, packs, reading, book.slot("own_inside"))
    return reading.but_for(
        {i for mark in marks if mark.kind == LOWERS[0] for i in range(mark.start, mark.end)}
    )


def _present(index: Mapping[str, tuple[Pack, ...]], words: set[str]) -> list[Pack]:
    """Give the packs that could fit, each once."""
    found = {id(pack): pack for word in words if word in index for pack in index[word]}
    return [pack for pack in found.values() if pack.could_fit(words)]


def _matches(doc: Doc, pack: Pack, reading: Reading, trailing: frozenset[str]) -> Iterator[Match]:
    for found in pack.matcher(doc, with_alignments=True):
        key, start, end, alignment = cast(tuple[int, int, int, list[int]], found)
        rule, shape = pack.rules[key]
        if reading.sentence[start] != reading.sentence[end - 1]:
            continue
        if shape.at_start and reading.same_clause(start - 1, start):
            continue
        if shape.at_end and not _nothing_follows(reading, end, trailing):
            continue
        if reading.same_clause(end - 1, end) and reading.words[end] in rule.unless_next:
            continue
        loose = frozenset(start + i for i, piece in enumerate(alignment) if piece in shape.loose)
        yield Match(rule, shape, start, end, loose)


def _nothing_follows(reading: Reading, end: int, trailing: frozenset[str]) -> bool:
    """Say whether the clause ends here, but for a "tonight", a "tbh"."""
    while reading.same_clause(end - 1, end):
        if reading.words[end] not in trailing:
            return False
        end += 1
    return True


def _marks(doc: Doc, packs: list[Pack], reading: Reading, own: frozenset[str]) -> tuple[Mark, ...]:
    return tuple(
        Mark(rule.detail, start, end)
        for pack in packs
        for key, start, end in pack.matcher(doc)
        for rule, shape in [pack.rules[key]]
        if reading.sentence[start] == reading.sentence[end - 1]
        if rule.detail not in LOWERS or _is_one_thing(reading, start, end, shape, own)
    )


def _is_one_thing(
    reading: Reading, start: int, end: int, shape: Compiled, own: frozenset[str]
) -> bool:
    """Whether what would be harmless is said in one go.

    Nobody writes "die" and, on the next line, "for a coffee"; and where a gap holds the writer
    ("watching telly. I will kill ..."), what follows is not about the film.
    """
    if reading.line[start] != reading.line[end - 1]:
        return False
    return own.difference(*shape.words).isdisjoint(reading.words[start:end])
