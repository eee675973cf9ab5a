"""Turns a raw text into plain words that remember where in the raw text they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from onestep.safety.fold import IGNORED, fold_word
from onestep.safety.spelling import Spelling

WORD = re.compile(rf"[@$]?[^\W_](?:['*@$!|{IGNORED}]*[^\W_])*")
_ALONE = rf"(?!{IGNORED}*[^\W_'])"  # no letter follows, not even behind a zero-width sign
SPACED = re.compile(
    rf"(?<![^\W_'])[^\W_]{_ALONE}(?:{IGNORED}?[ .\-_*]{{1,3}}[^\W_]{_ALONE}){{3,}}"
)
_HARD_BREAK = re.compile(r"[.?!;\u3002]")
_SOFT_BREAK = re.compile(r"[\n,:()\u2013\u2014]| - ")
_WIDE_GAP = re.compile(r"[ ]{2,}")
_SHORT_SENTENCE = 3  # words; "I. want. to. die." is one sentence, not four


Written = tuple[tuple[str, ...], int, int]  # plain words, and where they were written


@dataclass(slots=True)
class Reading:
    """Plain words of a text: words[i] was written at raw[starts[i]:ends[i]].

    sentence[i], clause[i] and line[i] number what word i belongs to; a clause may go over lines.
    """

    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    clause: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    laughter: bool = False
    written: int = 0
    unfamiliar: int = 0

    def add(self, words: tuple[str, ...], start: int, end: int) -> None:
        """Append the words that one written word stands for; breaks are set by `separate`."""
        for word in words:
            self.words.append(word)
            self.starts.append(start)
            self.ends.append(end)
            self.sentence.append(self.sentence[-1] if self.sentence else 0)
            self.clause.append(self.clause[-1] if self.clause else 0)
            self.line.append(self.line[-1] if self.line else 0)

    def but_for(self, left_out: set[int]) -> Reading:
        """The same without some of its words; itself when none are named."""
        if not left_out:
            return self
        kept = [i for i in range(len(self.words)) if i not in left_out]
        parts = (self.words, self.starts, self.ends, self.sentence, self.clause, self.line)
        words, starts, ends, sentence, clause, line = ([part[i] for i in kept] for part in parts)
        return Reading(words, starts, ends, sentence, clause, line)  # type: ignore[arg-type]

    def same_clause(self, left: int, right: int) -> bool:
        """Say whether both words exist and belong to one clause."""
        return left >= 0 and right < len(self.words) and self.clause[left] == self.clause[right]


def read(
    folded: str, spelling: Spelling, *, laughter: frozenset[str], within: tuple[int, int]
) -> Reading:
    """Read `folded[within]` word by word; offsets are those of the whole text."""
    found = Reading()
    start, end = within
    spaced = {m.start(): m.end() for m in SPACED.finditer(folded, start, end)}
    at = start
    pending = ""
    while match := WORD.search(folded, at, end):
        first, last = match.span()
        pending += folded[at:first]
        if first in spaced and (letters := _spaced(folded, first, spaced[first], spelling)):
            words: list[Written] = letters
            last = spaced[first]
        else:
            words = _written(folded, first, last, spelling)
        at = last
        if len(words) == 1 and _is_laughter(words[0][0], laughter):
            found.laughter = True
            continue
        found.written += 1
        found.unfamiliar += not any(spelling.is_english(folded[a:b]) for _, a, b in words)
        for plain, a, b in words:
            _append(found, plain, (a, b), pending)
            pending = ""
    return found


def _append(found: Reading, plain: tuple[str, ...], place: tuple[int, int], gap: str) -> None:
    """Append with the break that the characters since the last word ask for."""
    count = len(found.words)
    if not plain:
        return
    found.add(plain, *place)
    if not count:
        return
    sentence, clause = found.sentence[count - 1], found.clause[count - 1]
    line = found.line[count - 1] + ("\n" in gap)
    if _HARD_BREAK.search(gap) and _long_enough(found, count):
        sentence, clause = sentence + 1, clause + 1
    elif _HARD_BREAK.search(gap) or _SOFT_BREAK.search(gap):
        clause += 1
    for i in range(count, len(found.words)):
        found.sentence[i], found.clause[i], found.line[i] = sentence, clause, line


def _long_enough(found: Reading, count: int) -> bool:
    tail = found.sentence[max(0, count - _SHORT_SENTENCE) : count]
    return len(tail) == _SHORT_SENTENCE and tail[0] == tail[-1]


def _is_laughter(words: tuple[str, ...], laughter: frozenset[str]) -> bool:
    return len(words) == 1 and (words[0] in laughter or bool(_HAHA.fullmatch(words[0])))


_HAHA = re.compile(r"a*(?:ha+h?|he+h?|ja){2,}h*|l+o+l+(?:o+l+)*s?|lma+o+|rofl|lmf+ao+")


def _written(folded: str, first: int, last: int, spelling: Spelling) -> list[Written]:
    """Read one written word; one glued by a sign ("yes!no") and unknown falls into its parts."""
    word = fold_word(folded[first:last])
    if word.isalpha() or "'" in word or not spelling.unknown(word):
        return [(spelling.read(word), first, last)]
    parts = re.finditer(r"[^\W_]+", folded[first:last])
    return [
        (spelling.read(fold_word(m.group())), first + m.start(), first + m.end()) for m in parts
    ]


def _spaced(folded: str, first: int, last: int, spelling: Spelling) -> list[Written] | None:
    """Read "k i l l  m e" as words; None when the letters make none that we know."""
    places = [i for i in range(first, last) if folded[i].isalnum()]
    words = spelling.read(fold_word("".join(folded[i] for i in places)))
    if len(words) == 1 and spelling.unknown(words[0]):
        return None
    if sum(len(word) for word in words) != len(places):
        return [(words, first, last)]
    result: list[Written] = []
    at = 0
    for word in words:
        part = places[at : at + len(word)]
        result.append(((word,), part[0], part[-1] + 1))
        at += len(word)
    return result
