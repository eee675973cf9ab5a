"""How many parts a text travels in, and a long one cut into several.

Nothing here changes a word: our own wording is in the alphabet of a text message before it gets
this far, with its choices as numbered lines (onestep/content), and what a person wrote stays as
it is. The alphabet is the `gsm0338` library's; the counting is checked against Twilio's own
calculator (tests/content/sms_segments_reference.json).
"""

import re
from bisect import bisect
from functools import lru_cache

from gsm0338 import Codec

_CODEC = Codec()
_ESCAPED = frozenset("^{}\\[~]|€\f")  # these cost two septets: an escape sign goes before each
_GSM7_ONE, _GSM7_MANY = 160, 153
_UCS2_ONE, _UCS2_MANY = 70, 67
_ONE_UTF16_UNIT = 0xFFFF
_LONGEST = 10 * _GSM7_MANY  # no carrier joins more than ten parts


def segments(text: str) -> int:
    """How many parts a text travels in; nothing is cut inside a pair of units."""
    gsm7 = is_gsm7(text)
    one, many = (_GSM7_ONE, _GSM7_MANY) if gsm7 else (_UCS2_ONE, _UCS2_MANY)
    widths = [_septets(sign) if gsm7 else _utf16_units(sign) for sign in text]
    if sum(widths) <= one:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > many:
            count, used = count + 1, 0
        used += width
    return count


def is_gsm7(text: str) -> bool:
    """Whether every sign is in the alphabet of a text message (its escape sign is none)."""
    return all(map(_in_alphabet, text))


@lru_cache(maxsize=4096)
def _in_alphabet(sign: str) -> bool:
    if sign == "\x1b":
        return False
    try:
        _CODEC.encode(sign)
    except UnicodeError:
        return False
    return True


def _septets(sign: str) -> int:
    return 2 if sign in _ESCAPED else 1


def _utf16_units(sign: str) -> int:
    return 2 if ord(sign) > _ONE_UTF16_UNIT else 1


def split(text: str, *, segments_at_most: int) -> list[str]:
    """A text as one or more that each travel in so many parts, cut between words.

    White space is kept but for where it is cut. A word too long for one text is cut inside.
    """
    if segments(text) <= segments_at_most:
        return [text]
    pieces: list[str] = []
    piece = ""
    for token in re.findall(r"\S+|\s+", text):
        if segments(piece + token) <= segments_at_most:
            piece += token
            continue
        pieces.append(piece)
        *whole, piece = [""] if token.isspace() else _cut(token, segments_at_most)
        pieces += whole
    return [piece.strip() for piece in [*pieces, piece] if piece.strip()] or [""]


def _cut(word: str, segments_at_most: int) -> list[str]:
    """Almost always the word itself."""
    pieces = []
    while word:
        lengths = range(1, min(len(word), _LONGEST) + 1)
        fitting = bisect(lengths, segments_at_most, key=lambda length: segments(word[:length]))
        pieces.append(word[:fitting])
        word = word[fitting:]
    return pieces
