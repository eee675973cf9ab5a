"""Which few of today's words may be given back before a question; unsure means none."""

from __future__ import annotations

from collections.abc import Sequence

from components.names import Names
from components.tokens import Token, read_sections

FEWEST, MOST = 3, 12
_BANNED = ("money", "health", "insult", "private", "number_words", "hard_too", "not_here")
_OPENERS = frozenset("i ive im id we weve my our it its the a an someone somebody been".split())
_BREAKS = frozenset('.!?;:,\n()"“”…-–—*')


class Quotes:
    """Chooses a stretch of 3 to 12 words that breaks none of conduct rule 4, or nothing."""

    def __init__(self, names: Names, hard: frozenset[str], good: frozenset[str]) -> None:
        """`hard` words are never given back; `good` ones make a stretch worth giving back."""
        sections = {
            heading: frozenset(word for line in lines for word in line.split())
            for heading, lines in read_sections("quote.txt").items()
        }
        self._lists = sections
        self._banned = frozenset().union(*(sections[name] for name in _BANNED)) | hard
        self._names, self._good = names, good

    def find(self, tokens: Sequence[Token]) -> list[int] | None:
        """The best stretch as [start, end] in code points, or None."""
        words = [token for token in tokens if token.is_word]
        if not words or words[0].norm in self._lists["bare"] or self._all_shouted(words):
            return None
        fitting = [one for one in map(self._trim, self._clauses(tokens)) if self._may(one)]
        if not fitting:
            return None
        best = max(fitting, key=self._worth)
        return [best[0].start, best[-1].end]

    def _clauses(self, tokens: Sequence[Token]) -> list[list[Token]]:
        """Stretches between signs and joining words; one before a question mark is left out."""
        clauses: list[list[Token]] = [[]]
        skipping = False
        for token in tokens:
            if token.raw == "?":
                clauses[-1] = []
            elif token.raw in _BREAKS or not token.is_word or token.norm in self._lists["split"]:
                clauses.append([])
                skipping = False
            elif token.norm in self._lists["hangs_on"]:
                skipping = True
            elif not skipping:
                clauses[-1].append(token)
        return [clause for clause in clauses if self._stands_alone(clause)]

    def _stands_alone(self, clause: list[Token]) -> bool:
        """What follows a joining word is a clause of its own, not the end of "me and mum"."""
        if not clause:
            return False
        first = clause[0].norm
        opens = first in _OPENERS or first in self._lists["verb_signs"]
        return opens or first in self._lists["begin_drop"] or first in self._good

    def _trim(self, clause: list[Token]) -> list[Token]:
        """Without the small words people begin and end with."""
        start, end = 0, len(clause)
        while start < end and clause[start].norm in self._lists["begin_drop"]:
            start += 1
        while end > start and clause[end - 1].norm in self._lists["end_drop"]:
            end -= 1
        return clause[start:end]

    def _may(self, stretch: list[Token]) -> bool:
        if not FEWEST <= len(stretch) <= MOST:
            return False
        if stretch[0].norm in self._lists["bad_begin"] or stretch[-1].norm in self._lists["bad_end"]:
            return False
        return not self._breaks_a_rule(stretch) and self._worth(stretch) >= 2

    def _breaks_a_rule(self, stretch: list[Token]) -> bool:
        if any(not token.norm.isalpha() or len(token.norm) > 20 for token in stretch):
            return True
        raw = {token.raw.lower().replace("’", "'").replace("'", "") for token in stretch}
        if (raw | {token.norm for token in stretch}) & self._banned:
            return True
        if any(token.raw.isupper() and len(token.raw) > 1 for token in stretch):
            return True
        return self._names.any_in(stretch)

    def _worth(self, stretch: list[Token]) -> int:
        """Good words and something done are worth giving back; a middle length reads best."""
        norms = {token.norm for token in stretch}
        good = 2 * bool(norms & self._good)
        done = 2 * bool(norms & self._lists["verb_signs"])
        return good + done + (1 if 3 <= len(stretch) <= 8 else 0)

    @staticmethod
    def _all_shouted(words: Sequence[Token]) -> bool:
        return len(words) > 2 and all(word.raw.isupper() for word in words)
