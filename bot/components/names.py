"""People a client names: first names, told from days, towns and starts of sentences."""

from __future__ import annotations

from collections.abc import Sequence

from components.tokens import Token, read_sections


class Names:
    """Finds names; a name that is also a word counts only where a person is spoken of."""

    def __init__(self, kin: frozenset[str]) -> None:
        """`kin` are the words for people that come before a name ("my mate dave")."""
        lists = {
            heading: frozenset(word for line in lines for word in line.split())
            for heading, lines in read_sections("names.txt").items()
        }
        self._sure, self._also_words = lists["names"], lists["also_words"]
        self._kin = kin

    def find(self, tokens: Sequence[Token]) -> list[list[int]]:
        """Where names stand in the text, in order."""
        found: list[list[int]] = []
        for at, token in enumerate(tokens):
            if self._is_name(tokens, at):
                found.append([token.start, token.end])
        return found

    def _is_name(self, tokens: Sequence[Token], at: int) -> bool:
        token = tokens[at]
        bare = token.norm.removesuffix("s") if "'" in token.raw or "’" in token.raw else token.norm
        before = tokens[at - 1].norm if at else ""
        if bare in self._sure:
            return True
        of_kin = before in self._kin and at >= 1
        if bare in self._also_words:
            return of_kin or (token.raw[0].isupper() and at > 0 and tokens[at - 1].is_word)
        return False

    def any_in(self, tokens: Sequence[Token]) -> bool:
        """Whether any of these words may be a name; unsure counts as yes."""
        listed = self._sure | self._also_words
        return any(
            token.norm in listed
            or token.norm.removesuffix("s") in self._sure
            or (
                token.raw[0].isupper() and token.norm not in {"i", "im", "ive", "id", "ill"} and at
            )
            for at, token in enumerate(tokens)
        )
