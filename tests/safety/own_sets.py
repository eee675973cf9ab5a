"""Our own labelled messages, for measuring only: nothing in the product is made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
TEST_SET, HELD_OUT = HERE / "test_set", HERE / "held_out"
LEVELS = ("now", "soft", "none")
RUN = 5  # words in a row that two sets must not share


@dataclass(frozen=True)
class Row:
    """One message, its category, and what a careful reader says it is: a level, or a request."""

    text: str
    category: str
    level: str


def labelled(folder: Path) -> list[Row]:
    """The messages of every category of concern in a folder, in order."""
    files = sorted(path for path in folder.glob("*.yml") if path.stem != "requests")
    return [row for path in files for row in _rows(path)]


def requests(folder: Path) -> list[Row]:
    """A folder's messages that ask for a person, for silence, a break, and some that look so."""
    return list(_rows(folder / "requests.yml"))


def _rows(path: Path) -> Iterator[Row]:
    for level, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        yield from (Row(text, path.stem, level) for text in texts)


def ordinary() -> list[Row]:
    """Ordinary answers to check-in questions, held out; none of them is a concern."""
    lines = [
        line
        for path in sorted(HELD_OUT.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [Row(line, "ordinary", "none") for line in lines if not line.startswith("#")]


def runs(text: str) -> set[tuple[str, ...]]:
    """Every five words in a row of a text."""
    words = re.findall("[a-z0-9]+", text.lower().replace("'", ""))
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
