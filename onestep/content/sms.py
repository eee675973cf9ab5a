"""Fits a message to SMS: in its alphabet, in at most two parts, never cut inside a word."""

from __future__ import annotations

from onestep.content.gsm import SEGMENTS_AT_MOST, is_gsm7, segments, to_gsm7
from onestep.content.model import Language, SmsLetters


def plain(text: str, language: Language) -> str:
    """Our wording in the letters this language uses on SMS.

    What has no letter at all is left out.
    """
    if language.sms_letters is SmsLetters.UCS2:
        return text
    return to_gsm7(text) or "".join(to_gsm7(sign) or "" for sign in text)


def fits(text: str) -> bool:
    """Whether a text goes in two parts."""
    return segments(text).count <= SEGMENTS_AT_MOST


def split(text: str, tail: str = "") -> list[str]:
    """A text as several that each fit, cut between words.

    The tail (numbered choices) stays whole, under the last of them.
    """
    pieces: list[str] = []
    for word in text.split():
        longer = f"{pieces[-1]} {word}" if pieces else word
        if pieces and fits(longer):
            pieces[-1] = longer
        else:
            pieces += _cut(word)
    if not tail:
        return pieces
    if pieces and fits(f"{pieces[-1]}\n{tail}"):
        return [*pieces[:-1], f"{pieces[-1]}\n{tail}"]
    return [*pieces, tail]


def _cut(word: str) -> list[str]:
    """Almost always the word.

    One longer than two parts together (no word of ours is) is cut where it has to be.
    """
    if fits(word):
        return [word]
    width = 306 if is_gsm7(word) else 66
    return [word[at : at + width // 2] for at in range(0, len(word), width // 2)]
