"""How many parts a text message takes, and how our wording is brought into its alphabet.

The alphabet is the `gsm0338` library's; the counting is checked against Twilio's own calculator
(tests/content/sms_segments_reference.json).
"""

import unicodedata
from dataclasses import dataclass

from gsm0338 import Codec

_CODEC = Codec()
_EXTENDED = frozenset("^{}\\[~]|€\f")
_GSM7_ONE, _GSM7_MANY = 160, 153
_UCS2_ONE, _UCS2_MANY = 70, 67
_ONE_UTF16_UNIT = 0xFFFF
SEGMENTS_AT_MOST = 2

# Signs people and word processors put in. Each means the same as its plain sign.
_PLAIN = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
        "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
        "…": "...", "•": "-", "·": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Segments:
    """How a text travels.

    Its encoding, how many parts, how many units (septets or UTF-16 units).
    """

    encoding: str
    count: int
    units: int


def is_gsm7(text: str) -> bool:
    """Whether every sign is in the GSM 03.38 alphabet (the bare escape sign is not a sign)."""
    if "\x1b" in text:
        return False
    try:
        _CODEC.encode(text)
    except UnicodeError:
        return False
    return True


def segments(text: str) -> Segments:
    """How many parts this text takes. A pair of units is never cut: it moves to the next part."""
    if is_gsm7(text):
        widths = [2 if sign in _EXTENDED else 1 for sign in text]
        return Segments("GSM-7", _parts(widths, _GSM7_ONE, _GSM7_MANY), sum(widths))
    widths = [2 if ord(sign) > _ONE_UTF16_UNIT else 1 for sign in text]
    return Segments("UCS-2", _parts(widths, _UCS2_ONE, _UCS2_MANY), sum(widths))


def _parts(widths: list[int], one: int, many: int) -> int:
    if sum(widths) <= one:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > many:
            parts, used = parts + 1, 0
        used += width
    return parts


def straighten(text: str) -> str:
    """Curly quotes, long dashes and odd spaces as plain ones. No word changes."""
    return text.translate(_PLAIN)


def drop_accents(text: str) -> str:
    """Letters outside the alphabet without their accents; those inside it keep theirs."""
    if is_gsm7(text):  # nearly always, and a sign at a time is slow
        return text
    return "".join(sign if is_gsm7(sign) else _bare(sign) for sign in text)


def _bare(sign: str) -> str:
    decomposed = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in decomposed if not unicodedata.combining(part))


def to_gsm7(text: str) -> str | None:
    """Our own wording, or a name, in the alphabet of a text message; None where it cannot be."""
    plain = drop_accents(straighten(unicodedata.normalize("NFC", text)))
    return plain if is_gsm7(plain) else None
