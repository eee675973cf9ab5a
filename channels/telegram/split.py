"""A long text in pieces that Telegram takes, cut between words."""

import unicodedata

LONGEST = 4096  # UTF-16 units in one message
JOINER = "\u200d"
# What belongs to the sign before it: accents, the styles and skin tones of emoji.
TONES = range(0x1F3FB, 0x1F400)
FLAGS = range(0x1F1E6, 0x1F200)
FURTHEST = 64  # a sign built of more than this is cut after all


def parts(text: str, longest: int = LONGEST) -> list[str]:
    """The text in pieces of at most `longest` UTF-16 units, none of them blank.

    Together they are the text; only white space at a seam may be lost, which nobody sees.
    """
    pieces = []
    while _units(text) > longest:
        end = _cut(text, longest)
        pieces.append(text[:end])
        text = text[end:]
    pieces.append(text)
    return [piece for piece in pieces if piece.strip()] or [text]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, longest: int) -> int:
    """Where to end a piece: after white space, else between two signs."""
    units, end = 0, 0
    while units + (1 + (text[end] > "\uffff")) <= longest:
        units += 1 + (text[end] > "\uffff")
        end += 1
    for place in range(end, 0, -1):
        if text[place - 1].isspace() and not text[:place].isspace():
            return place
    for place in range(end, max(end - FURTHEST, 0), -1):
        if not _belongs(text[place - 1], text[place]):
            return place
    return end


def _belongs(before: str, sign: str) -> bool:
    """Whether a sign is shown as one with the sign before it."""
    return (
        JOINER in (sign, before)
        or unicodedata.category(sign) in ("Mn", "Me", "Mc")
        or ord(sign) in TONES
        or (ord(sign) in FLAGS and ord(before) in FLAGS)
    )
