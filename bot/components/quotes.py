"""Which few of today's words may be given back before a question; unsure means none."""

from __future__ import annotations

from collections.abc import Sequence

from components.names import Names
from components.tokens import Token, read_sections

FEWEST, READS_BEST, MOST = 3, 8, 12
# Reads best in quotation marks.
BEST = range(3, 9)
WORTH_IT = 2
LONGEST_WORD = 20
SHOUTED_FROM = 3
_NEVER = ("money", "health", "insult", "private", "number_words", "hard_too", "not_here",
          "grown_men")  # fmt: skip
_GOOD, _DEEDS = ("good",), ("deeds", "doing", "base")
_THINGS = frozenset({"home", "food", "people", "out", "hobby"})
_PLEASANT = ("food", "hobby", "pleasant")
_BREAKS = frozenset('.!;:,\n()"“”…-–—*')
# What may open a clause after "and": "me and my brother talked" must not lose its "me".
_NEW_CLAUSE = frozenset({"i", "im", "ive", "id", "ill", "we", "weve"})


class Quotes:
    """Chooses a stretch of 3 to 12 words that breaks none of conduct rule 4, or nothing.

    Every word of it stands in `plain.txt`; it is a whole clause with a good word or a deed in it;
    and nothing in the whole message is grave. What is not known to be harmless is not given back.
    """

    def __init__(self, names: Names) -> None:
        """Read the lists; `names` tells who may be a person."""
        self._lists = words_of("quote.txt")
        plain = {name: _many_too(name, has) for name, has in words_of("plain.txt").items()}
        never = frozenset().union(*(self._lists[name] for name in _NEVER))
        self._plain = frozenset().union(*plain.values()) - never
        self._good = frozenset().union(*(plain[name] for name in _GOOD))
        self._verbs = frozenset().union(*(plain[name] for name in _DEEDS)) - never
        self._deeds = self._verbs - plain["neutral"]
        self._pleasant = frozenset().union(*(plain[name] for name in _PLEASANT))
        self._names = names

    def find(self, tokens: Sequence[Token]) -> list[int] | None:
        """The best stretch as [start, end] in code points, or None."""
        words = [token for token in tokens if token.is_word]
        if not words or words[0].norm in self._lists["bare"] or self._all_shouted(words):
            return None
        if any(token.norm in self._lists["whole_message"] for token in words):
            return None
        fitting = [one for one in map(self._trim, self._clauses(tokens)) if self._may(one)]
        if not fitting:
            return None
        best = max(fitting, key=self._worth)
        return [best[0].start, best[-1].end]

    def _clauses(self, tokens: Sequence[Token]) -> list[list[Token]]:
        """Whole clauses: between signs, or where "and" joins one to another.

        A clause ends where another only hangs on it ("because …"); a question is none, nor is what
        a "but" takes back.
        """
        clauses: list[list[Token]] = [[]]
        skipping = False
        for at, token in enumerate(tokens):
            if token.raw == "?" or token.norm == "but":
                clauses[-1:] = [[], []]
                skipping = False
            elif token.raw in _BREAKS or not token.is_word:
                clauses.append([])
                skipping = False
            elif token.norm in self._lists["split"]:
                new = self._new_clause(tokens[at + 1 :])
                skipping = not new and token.norm != "and"
                # "baked bread and the house smelled lovely": with the rest of it, or without
                clauses.append([] if new or skipping else [*clauses[-1], token])
            elif token.norm in self._lists["hangs_on"]:
                skipping = True
            elif not skipping:
                clauses[-1].append(token)
        return [clause for clause in clauses if clause]

    def _new_clause(self, rest: Sequence[Token]) -> bool:
        """Whether a clause of the client's own begins here, one that needs no word before it."""
        words = [token.norm for token in rest[:3]]
        while words and words[0] in self._lists["begin_drop"]:
            words.pop(0)
        return bool(words) and (words[0] in _NEW_CLAUSE or words[0] in self._verbs)

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
        if (
            stretch[0].norm in self._lists["bad_begin"]
            or stretch[-1].norm in self._lists["bad_end"]
        ):
            return False
        return self._harmless(stretch) and self._worth(stretch) >= WORTH_IT

    def _harmless(self, stretch: list[Token]) -> bool:
        known = all(token.norm in self._plain for token in stretch)
        shouted = any(token.raw.isupper() and len(token.raw) > 1 for token in stretch)
        return known and not shouted and not self._names.any_in(stretch)

    def _worth(self, stretch: list[Token]) -> int:
        """Good words and something done are worth giving back; a middle length reads best.

        "Went", "got" and their like are something done only beside something pleasant.
        """
        norms = {token.norm for token in stretch}
        good = 2 * bool(norms & self._good)
        done = 2 * bool(norms & self._deeds or (norms & self._verbs and norms & self._pleasant))
        return good + done + (1 if FEWEST <= len(stretch) <= READS_BEST else 0)

    @staticmethod
    def _all_shouted(words: Sequence[Token]) -> bool:
        return len(words) >= SHOUTED_FROM and all(word.raw.isupper() for word in words)


def words_of(file: str) -> dict[str, frozenset[str]]:
    """The words of a list under each of its [headings]."""
    return {
        heading: frozenset(word for line in lines for word in line.split())
        for heading, lines in read_sections(file).items()
    }


def _many_too(heading: str, words: frozenset[str]) -> frozenset[str]:
    """The same words, and of a list of things each as many: harmless as one, harmless as many."""
    if heading not in _THINGS:
        return words
    return words | {f"{word}s" for word in words if not word.endswith("s")}
