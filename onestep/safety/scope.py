"""Decides what a matched rule means here: whose trouble, denied, long past, or harmless."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from onestep.safety.pattern import Compiled
from onestep.safety.reading import Reading
from onestep.safety.rules import Rule, RuleBook
from onestep.safety.verdict import Category, Level

LOWERS = ("none", "soft")  # the kinds of marks by which what was found is harmless
_LOOK_LEFT = 8  # words, and never past a clause
_NEAR = 2  # words between "I don't think" and what is not thought


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern that fits words[start:end]; `loose` are the words that only filled a gap."""

    rule: Rule
    shape: Compiled
    start: int
    end: int
    loose: frozenset[int]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of words that says something about its neighbours ("used to", "die laughing")."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scope:
    """The words of one reading with the marks found in it."""

    book: RuleBook
    reading: Reading
    marks: tuple[Mark, ...]

    def judge(self, match: Match) -> tuple[Category, Level]:
        """Give the category and level of a match, here. Only closed lists lower."""
        category, level = match.rule.category or Category.HOPELESSNESS, match.rule.level
        if harmless := self._harmless(match):
            return category, Level.NONE if harmless == "none" else Level.SOFT
        if match.rule.who == "own" and self._about_another(match):
            category = Category.THIRD_PARTY
            level = level if self._says(match, "at_once") else Level.SOFT
        if self._denied(match):
            level = Level.SOFT if level is Level.NOW else Level.NONE
        elif level is Level.NOW and self._long_past(match):
            level = Level.SOFT
        return category, level

    def _harmless(self, match: Match) -> str | None:
        kinds = [
            mark.kind
            for mark in self.marks
            if mark.kind in LOWERS
            and mark.start < match.end
            and match.start < mark.end
            and self._core(match) & set(range(mark.start, mark.end))
        ]
        return min(kinds, default=None)

    def _core(self, match: Match) -> set[int]:
        return set(range(match.start, match.end)) - match.loose

    def _left(self, match: Match) -> Iterable[int]:
        """Walk left from a match inside its clause."""
        clause = self.reading.clause
        for i in range(match.start - 1, max(-1, match.start - 1 - _LOOK_LEFT), -1):
            if clause[i] != clause[match.start]:
                return
            yield i

    def _about_another(self, match: Match) -> bool:
        """Say whether the nearest person named is someone other than the writer."""
        words, book = self.reading.words, self.book
        inside = {words[i] for i in self._core(match)}
        if inside & book.slot("own_inside"):
            return False
        if inside & book.slot("other_inside"):
            return True
        for i in self._left(match):
            if words[i] in book.slot("own_subject") or words[i] in book.slot("joins"):
                return False
            if words[i] in book.slot("other_subject"):
                return True
        return False

    def _denied(self, match: Match) -> bool:
        """A "not" right before it or in its gaps, "I don't think", or "not any more" after."""
        if match.rule.as_said:
            return False
        words, nots = self.reading.words, self.book.slot("not")
        if any(words[i] in nots for i in match.loose):
            return True
        filler = self.book.slot("filler")
        for i in self._left(match):
            if words[i] in nots:
                return not (i and words[i - 1] in self.book.slot("asks_why"))
            if words[i] not in filler:
                break
        return self._marked_near(match)

    def _marked_near(self, match: Match) -> bool:
        return any(
            (
                mark.kind == "denied_before"
                and 0 <= match.start - mark.end <= _NEAR
                and self.reading.same_clause(mark.start, match.start)
            )
            or (mark.kind == "denied_after" and 0 <= mark.start - match.end <= _NEAR)
            for mark in self.marks
        )

    def _long_past(self, match: Match) -> bool:
        """Past only when it says so and nothing says that it is so now."""
        if self._says(match, "lately"):
            return False
        sentence = self.reading.sentence
        here = sentence[match.start]
        if any(mark.kind == "long_ago" and sentence[mark.start] == here for mark in self.marks):
            return True
        return not match.rule.happened and self._past_tense(match)

    def _past_tense(self, match: Match) -> bool:
        """Say whether a past word stands in the match or among the small words before it."""
        words, past, filler = self.reading.words, self.book.slot("past"), self.book.slot("filler")
        if any(words[i] in past for i in range(match.start, match.end)):
            return True
        before = itertools.takewhile(lambda i: words[i] in filler | past, self._left(match))
        return any(words[i] in past for i in before)

    def _says(self, match: Match, slot: str) -> bool:
        """Say whether a word of the slot stands anywhere in the sentence of the match."""
        words, sentence = self.reading.words, self.reading.sentence
        listed, here = self.book.slot(slot), sentence[match.start]
        return any(w in listed and s == here for w, s in zip(words, sentence, strict=True))
