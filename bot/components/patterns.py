"""Patterns a coach can read, compiled for spaCy's Matcher (blank English, no model)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc

from components.tokens import Token, read_sections

Spans = list[tuple[int, int]]
_WORD = r"^\w"
# These end like verbs and are none.
_ENDS = {
    "ing": r"^(?!((some|any|no|every)?thing|morning|evening|king|ring|spring|string|being|during|"
    r"wing|ceiling|wedding|clothing|sibling|building)$)\w{2,}ing$",
    "ed": r"^(?!(need|bed|red|shed|weed|fed|speed|feed|seed|indeed|hundred|bored|tired|wed)$)"
    r"\w{2,}ed$",
}


class Patterns:
    """Named groups of patterns over one vocabulary; a group's matches are spans of tokens."""

    def __init__(self, files: Sequence[str]) -> None:
        """Read and compile the pattern files; `lists.txt` gives the @names."""
        self._vocab = spacy.blank("en").vocab
        self._lists = {
            name: [word for line in lines for word in line.split()]
            for name, lines in read_sections("lists.txt").items()
        }
        self._matcher = Matcher(self._vocab)
        for file in files:
            for group, lines in read_sections(file).items():
                self._matcher.add(group, [self._compile(line) for line in lines], greedy="LONGEST")

    def words(self, name: str) -> frozenset[str]:
        """The words of a named list."""
        return frozenset(self._lists[name])

    def find(self, tokens: Sequence[Token]) -> dict[str, Spans]:
        """Where each group matches, as (first token, one past the last)."""
        if not tokens:
            return {}
        doc = Doc(self._vocab, words=[token.raw for token in tokens])
        for token, ours in zip(doc, tokens, strict=True):
            token.norm_ = ours.norm
        found: dict[str, Spans] = {}
        for name, start, end in self._matcher(doc):
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
            words += self._lists[choice[1:]] if choice.startswith("@") else [choice]
        return words
