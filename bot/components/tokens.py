"""Cut a message into words as people text them, each with where it stands and what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

WORDS = Path(__file__).resolve().parent / "words"

_TOKEN = re.compile(r"[^\W_]+(?:['’‘`.:/-][^\W_]+)*|£|\n|\S")
_QUOTE_MARKS = str.maketrans("", "", "'’‘`")
_STRETCHED = re.compile(r"([a-z])\1{2,}")


@dataclass(frozen=True)
class Token:
    """One word or sign: its place in the text (code points) and its plain spelling."""

    start: int
    end: int
    raw: str
    norm: str

    @property
    def is_word(self) -> bool:
        """Whether it is a word or a number, not a sign."""
        return self.raw[0].isalnum()


def read_lines(name: str) -> list[str]:
    """The lines of a word list, without comments and blank lines."""
    lines = (WORDS / name).read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def read_sections(name: str) -> dict[str, list[str]]:
    """A word list cut at its [headings]."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in read_lines(name):
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], [])
        else:
            current.append(line)
    return found


def _speech() -> dict[str, str]:
    pairs = (line.split(maxsplit=1) for line in read_lines("speech.txt"))
    return {meant[0].translate(_QUOTE_MARKS): meant[-1] for meant in pairs}


_SPEECH = _speech()


def plain(word: str) -> str:
    """A word in lower case, without apostrophes or stretched letters, text-speak spelled out."""
    low = _STRETCHED.sub(r"\1", word.lower().translate(_QUOTE_MARKS))
    return _SPEECH.get(low, low)


def tokens_of(text: str) -> list[Token]:
    """Every word and sign of a text, in order."""
    return [
        Token(found.start(), found.end(), found.group(), plain(found.group()))
        for found in _TOKEN.finditer(text)
    ]
