"""Patterns a coach can read, compiled for spaCy's Matcher (blank English, no model)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc

from components.tokens import Token, read_sections

# Where a message or a clause begins and ends, for the signs ^ and $.
_BEGINS = ("^", ".", "!", ",", ";", "\n", "…")
_EDGES = {"^": _BEGINS, "$": ("$", "?", ")", *_BEGINS[1:])}
Spans = list[tuple[int, int]]
_WORD = r"^\w"
_NO_WORD = "'"  # what an empty norm reads as: a lone quotation mark has none
# These end like verbs and are none.
_ENDS = {
    "ing": r"^(?!((some|any|no|every)?thing|morning|evening|king|ring|spring|string|being|during|"
    r"wing|ceiling|wedding|clothing|sibling|building)$)\w{2,}ing$",
    "ed": r"^(?!(need|bed|red|shed|weed|fed|speed|feed|seed|indeed|hundred|bored|tired|wed)$)"
    r"\w{2,}ed$",
}


class Patterns:
    """Named groups of patterns over one vocabulary; a group's matches are spans of tokens."""

    def __init__(self, files: Sequence[str], *, but: str = "-") -> None:
        """Compile the pattern files, but no group named like `but`; `lists.txt` has the @names."""
        self._vocab = spacy.blank("en").vocab
        self._lists = {
            name: [word for line in lines for word in line.split()]
            for name, lines in read_sections("lists.txt").items()
        }
        self._by_word: dict[str | None, list[Matcher]] = {}
        for file in files:
            for group, lines in read_sections(file).items():
                if not group.startswith(but):
                    self._add(group, [self._compile(line) for line in lines])

    def _add(self, group: str, patterns: Sequence[list[dict[str, Any]]]) -> None:
        """Keep the patterns that hang on the same words together.

        spaCy looks at every pattern for every word; a pattern whose rarest word is not in the
        message need not be tried, and that is nearly all of them.
        """
        by_words: dict[tuple[str, ...], list[list[dict[str, Any]]]] = {}
        for pattern in patterns:
            by_words.setdefault(_needed(pattern), []).append(pattern)
        for words, some in by_words.items():
            matcher = Matcher(self._vocab)
            matcher.add(group, some, greedy="LONGEST")
            for word in words or (None,):
                self._by_word.setdefault(word, []).append(matcher)

    def words(self, name: str) -> frozenset[str]:
        """The words of a named list."""
        return frozenset(self._lists[name])

    def find(self, tokens: Sequence[Token]) -> dict[str, Spans]:
        """Where each group matches, as (first token, one past the last)."""
        return self.find_norms([token.norm for token in tokens])

    def find_norms(self, norms: Sequence[str]) -> dict[str, Spans]:
        """The same over plain words."""
        if not norms:
            return {}
        plain = [norm or _NO_WORD for norm in norms]
        doc = Doc(self._vocab, words=plain)
        for token, norm in zip(doc, plain, strict=True):
            token.norm_ = norm
        found: dict[str, Spans] = {}
        wanted = {id(one): one for word in (None, *plain) for one in self._by_word.get(word, ())}
        for matcher in wanted.values():
            for name, start, end in matcher(doc):
                found.setdefault(self._vocab.strings[name], []).append((start, end))
        return found

    def _compile(self, line: str) -> list[dict[str, Any]]:
        signs = [self._sign(sign) for sign in line.split()]
        if all("OP" in sign or sign == {"NORM": {"REGEX": _WORD}} for sign in signs):
            raise ValueError(f"a pattern needs one word that must be there: {line}")
        return signs

    def _sign(self, sign: str) -> dict[str, Any]:
        if sign == "_*":
            return {"NORM": {"REGEX": _WORD}, "OP": "{0,3}"}
        optional = sign.startswith("(") and sign.endswith(")")
        core = sign[1:-1] if optional else sign
        return {**self._word(core), **({"OP": "?"} if optional else {})}

    def _word(self, core: str) -> Mapping[str, Any]:
        if core == "_":
            return {"NORM": {"REGEX": _WORD}}
        if core.startswith("~"):
            return {"NORM": {"REGEX": _ENDS[core[1:]]}}
        if core.startswith("!"):
            return {"NORM": {"NOT_IN": self._choices(core[1:])}}
        return {"NORM": {"IN": self._choices(core)}}

    def _choices(self, core: str) -> list[str]:
        words: list[str] = []
        for choice in core.split("|"):
            if choice.startswith("@"):
                words += self._lists[choice[1:]]
            else:
                words += _EDGES.get(choice, (choice,))
        return words


def _needed(pattern: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The fewest words of which one must be there for the pattern to match; () when any may."""
    choices = [set(sign["NORM"].get("IN", ())) for sign in pattern if "OP" not in sign]
    by_size = sorted((len(words), sorted(words)) for words in choices if words)
    return tuple(by_size[0][1]) if by_size else ()
