"""Folds characters one for one, so that every place in the folded text is a place in the raw."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

IGNORED = "\x01"  # stands where a character carries no sound: zero-width, accents, control codes

_QUOTES = dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4\uff07`", "'")
_LATIN = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ħ": "h", "ŧ": "t", "ð": "d"}
_HANGUL_FILLERS = {"\u115f", "\u1160", "\u3164", "\uffa0"}
_SPACES = {"\n", "\t", "\r", "\v", "\f", "\u2028", "\u2029"}
_BLACK_LETTERS = {  # white on a black circle, and on a black square
    chr(first + place): chr(ord("a") + place)
    for first in (0x1F150, 0x1F170)
    for place in range(26)
}
# Letters of other alphabets that look like ours, used to write English past a filter.
_LOOKALIKES = str.maketrans(
    {
        **dict(zip("авсԁеһіјкӏмпорԛгѕтуѵԝх", "abcdehijklmnopqrstyvwx", strict=True)),
        **dict(zip("αβεικνορτυχω", "abeiknoptuxw", strict=True)),
    }
)


class _Table(dict[int, str]):
    """A translation table that fills itself; bounded by the number of code points."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_one(chr(code))
        return folded


def _fold_one(char: str) -> str:
    """Fold one character to one character: lower case, no accent, straight quotes."""
    if char in _SPACES:
        return "\n" if char != "\t" else " "
    if char in _QUOTES:
        return "'"
    category = unicodedata.category(char)
    if category == "Cs":
        return " "
    if category in ("Cc", "Cf", "Mn", "Me") or char in _HANGUL_FILLERS:
        return IGNORED
    return _BLACK_LETTERS.get(char) or _plain(char)


def _plain(char: str) -> str:
    """Give the compatibility form of one character when that is one character, else itself."""
    parts = unicodedata.normalize("NFKD", char)
    kept = "".join(part for part in parts if unicodedata.category(part) != "Mn").lower()
    if len(set(kept)) == 1 or kept.isspace():
        kept = kept[0]
    kept = _LATIN.get(kept, kept)
    return kept if len(kept) == 1 else char


_TABLE = _Table()
_RUNS = 500  # runs of foreign letters looked at
_LONGEST = 200  # letters of one word; no word is longer, and some letters unfold to many
_FOREIGN = re.compile(r"[^\W\d_\x00-\x7f]")
_FOREIGN_RUN = re.compile(r"[^\W\d_\x00-\x7f]{3}")
_LETTER = re.compile(r"[a-z]")


def fold(text: str) -> str:
    """Return `text` folded, of the same length: index i here is index i there."""
    return text.translate(_TABLE)


def fold_word(word: str) -> str:
    """Finish one folded word: drop what is ignored, open ligatures, undo lookalike letters."""
    word = word.replace(IGNORED, "")[:_LONGEST]
    if word.isascii():
        return word
    word = unicodedata.normalize("NFKC", word).casefold()
    return word.translate(_LOOKALIKES) if _LETTER.search(word) else word


def has_unreadable_script(folded: str) -> bool:
    """Say whether the text holds letters we cannot read: a run of three, or nothing but such."""
    if folded.isascii():
        return False
    runs = islice(_FOREIGN_RUN.finditer(folded), _RUNS)
    if any(not _is_latin(run.group()) for run in runs):
        return True
    return not _LETTER.search(folded) and any(
        not _is_latin(m.group()) for m in _FOREIGN.finditer(folded)
    )


def _is_latin(run: str) -> bool:
    return all("LATIN" in unicodedata.name(char, "") for char in run)
