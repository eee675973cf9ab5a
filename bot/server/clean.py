"""Make a client's messages safe to read by the bot, without moving a single offset."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 4096  # code points of a whole burst; a 200 KB message took stock Rasa to 22.9 GB
_COMMANDS = re.compile(r"\s*(/[^\s{]*(\{.*\})?\s*)*", re.DOTALL)  # of Rasa, at the start
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})  # control, format (zero-width, RTL marks), surrogate


@dataclass(frozen=True)
class Placed:
    """Where one message lies in the joined text, in code points; start == end when cut off."""

    ref: str
    start: int
    end: int


def cleaned(text: str) -> str:
    """Return the text with each control, format or surrogate character as one space."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if unicodedata.category(c) in _INVISIBLE else c for c in text)


def neutral(text: str) -> str:
    """Return a copy of equal length that no Rasa component can take for a command.

    Stock Rasa obeys a typed `/restart` or `/inform{…}`, also behind blanks. Here such a head
    becomes spaces in what the NLU reads, so that it cannot pass for a plain "restart" either;
    the original text stays as it is.
    """
    head = _COMMANDS.match(text)
    length = head.end() if head else 0
    return " " * length + text[length:]


def joined(messages: Sequence[tuple[str, str]]) -> tuple[str, list[Placed]]:
    """Join (ref, text) pairs by newlines, cleaned and cut at LONGEST code points in all."""
    parts: list[str] = []
    places: list[Placed] = []
    length = 0
    for ref, text in messages:
        start = min(length + 1, LONGEST) if parts else 0
        part = cleaned(text[: LONGEST - start])
        parts.append(part)
        places.append(Placed(ref, start, start + len(part)))
        length = start + len(part)
    return "\n".join(parts)[:LONGEST], places
