"""Reads one message and says what it contains: the marks beside its intent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.clauses import tells_how
from components.figures import date_in, number_in
from components.names import Names
from components.patterns import Patterns, Spans
from components.quotes import Quotes
from components.tokens import Token, tokens_of

FILES = ("told.txt", "doing.txt", "hard.txt", "matters.txt", "never.txt")
PARTS = ("how", "helped", "who", "difference")
MATTERS = ("worry", "practical", "session")
# A negator this many words before hard words turns them round ("less stressed").
NEGATES_WITHIN = 3
# An absence is only an absence while it is short.
ONLY_ABSENCE_WORDS = 12
FILLERS = frozenset({"well", "just", "finally", "actually", "also", "yeah", "yes", "only"})
# Nobody texts this much; what is left unread is still kept.
MOST_TOKENS = 1500


class Reader:
    """Holds the compiled lists; reading a message changes nothing."""

    def __init__(self) -> None:
        """Read every word list once."""
        self._patterns = Patterns(FILES)
        words = self._patterns.words
        self._negators, self._self = words("negators"), words("self")
        self._noticed = words("noticed")
        self._names = Names(words("kin"))
        self._quotes = Quotes(self._names)

    def read(self, text: str) -> dict[str, Any]:
        """The marks of one message; spans are [start, end] in code points of `text`."""
        tokens = tokens_of(text)[:MOST_TOKENS]
        found = self._patterns.find(tokens)
        hard = self._hard(tokens, found)
        date = date_in(text)
        quote = None if hard or "never_given" in found else self._quotes.find(tokens)
        return {
            "told": self._told(tokens, found),
            "did": self._did(tokens, found),
            "absence": _absence(tokens, found),
            "will_do": self._will_do(tokens, found),
            "hard": hard,
            "soft_same": not hard and any(token.norm == "same" for token in tokens),
            "people": self._names.find(tokens),
            "quote": quote,
            "quote_is_theirs": quote is not None and self._theirs(tokens, found, quote),
            "date": list(date) if date else None,
            "number": number_in(text),
            "also": [matter for matter in MATTERS if self._matter(matter, tokens, found)],
        }

    def _told(self, tokens: Sequence[Token], found: dict[str, Spans]) -> list[str]:
        how = tells_how(tokens, self._self)
        return [part for part in PARTS if part in found or (part == "how" and how)]

    def _hard(self, tokens: Sequence[Token], found: dict[str, Spans]) -> bool:
        kept = _outside(found.get("hard", []), found.get("not_hard", []))
        return any(not self._negated(tokens, start) for start, _ in kept)

    def _negated(self, tokens: Sequence[Token], start: int) -> bool:
        before: list[str] = []
        for token in reversed(tokens[:start]):
            if not token.is_word or token.norm == "but" or len(before) == NEGATES_WITHIN:
                break
            before.append(token.norm)
        return any(word in self._negators for word in before)

    def _did(self, tokens: Sequence[Token], found: dict[str, Spans]) -> str | None:
        """Theirs wins over luck, but not over a sign that showed itself before any deed."""
        first = _first_words(tokens)
        if self._noticed.intersection(first[:1]) or _showed_first(found):
            return "happened"
        if found.get("self") or self._self.intersection(first):
            return "happened" if _luck_first(found) else "self"
        return "happened" if found.get("happened") else None

    def _theirs(
        self, tokens: Sequence[Token], found: dict[str, Spans], quote: Sequence[int]
    ) -> bool:
        """Whether the words given back tell of their own deed, and may stand before "how"."""
        inside = [n for n, token in enumerate(tokens) if quote[0] <= token.start < quote[1]]
        deeds = any(start <= n < end for start, end in found.get("self", []) for n in inside)
        return deeds or (bool(inside) and tokens[inside[0]].norm in self._self)

    def _will_do(self, tokens: Sequence[Token], found: dict[str, Spans]) -> bool:
        words = [token.norm for token in tokens if token.is_word]
        starts = bool(words) and words[0] in self._patterns.words("base_verbs")
        return starts or bool(found.get("will_do"))

    def _matter(self, matter: str, tokens: Sequence[Token], found: dict[str, Spans]) -> bool:
        around = [(start - 2, end + 3) for start, end in found.get(f"not_{matter}", [])]
        kept = _outside(found.get(matter, []), around)
        return any(matter != "worry" or not self._negated(tokens, start) for start, _ in kept)


def _first_words(tokens: Sequence[Token]) -> list[str]:
    """The first word of each message that says something: what was done, said without "i"."""
    lines: list[list[str]] = [[]]
    for token in tokens:
        if token.raw == "\n":
            lines.append([])
        elif token.is_word and token.norm not in FILLERS:
            lines[-1].append(token.norm)
    return [line[0] for line in lines if line]


def _outside(spans: Spans, taken: Spans) -> Spans:
    """The spans that touch none of the others."""
    return [
        (start, end)
        for start, end in spans
        if not any(start < other_end and other_start < end for other_start, other_end in taken)
    ]


def _showed_first(found: dict[str, Spans]) -> bool:
    """Whether a sign showed itself: "caught meself humming when i washed up"."""
    showed = min((start for start, _ in found.get("showed", [])), default=None)
    deeds = _outside(found.get("self", []), found.get("showed", []))
    return showed is not None and all(showed < start for start, _ in deeds)


def _luck_first(found: dict[str, Spans]) -> bool:
    """Whether luck only sounds like a deed of theirs: "won a tenner", "got given a sofa"."""
    luck, deeds = found.get("happened", []), found.get("self", [])
    return bool(luck) and not _outside(deeds, luck)


def _absence(tokens: Sequence[Token], found: dict[str, Spans]) -> bool:
    """Only what is not there any more, and no deed beside it."""
    words = sum(token.is_word for token in tokens)
    if not found.get("absence") or words > ONLY_ABSENCE_WORDS:
        return False
    return not _outside(found.get("self", []), found["absence"])
