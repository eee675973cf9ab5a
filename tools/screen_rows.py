"""Reads the lines that the concern screen's classifier learns from, as the screen reads them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import yaml

from onestep.safety.fold import fold
from onestep.safety.matching import read_closely
from onestep.safety.rules import HERE as SAFETY
from onestep.safety.rules import load
from onestep.safety.units import Unit, units
from onestep.safety.verdict import Span

ROOT = Path(__file__).resolve().parents[1]
TRAINING = SAFETY / "en" / "training"
TALK = ROOT / "bot" / "data" / "nlu"
TALK_MOST = 4_000  # lines of ordinary talk; more add seconds and nothing else
# Talk that may hold a concern teaches nothing about what is none.
NOT_ORDINARY = {"share_hard", "share_worry"}
# What the bot's talk calls a wish.
WISHED = {"ask_coach": "human", "ask_someone_else": "human"} | {
    wish: wish for wish in ("stop", "pause", "resume", "help")
}
MISSPELT = 0.4  # of the written lines are learnt misspelt as well
_LONG_WORD, _SLIPS = 4, 0.2
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class Row:
    """One line and its file: level now, soft, none, or one of the wishes.

    carries: which of its units hold the words in [brackets], that make it what it is; empty when
    nothing is marked. misspelt: its words once more with slips of the finger; empty for lines
    left as they are.
    """

    text: str
    level: str
    category: str
    units: tuple[Unit, ...]
    carries: tuple[bool, ...] = ()
    misspelt: tuple[str, ...] = ()

    @property
    def concern(self) -> bool:
        """Whether somebody should hear of it."""
        return self.level in ("now", "soft")


def rows() -> list[Row]:
    """Every line of the training folder, and ordinary talk of the bot's own training."""
    lines = [*_written(), *_talk()]
    return [row for line in lines if (row := _row(*line)).units]


def _row(given: str, level: str, category: str) -> Row:
    text, marked = _unmarked(given)
    slips = random.Random(text)  # noqa: S311  the same slips every time
    misspelt: tuple[str, ...] = ()
    if category != "talk" and slips.random() < MISSPELT:
        read = _units(" ".join(_slip(word, slips) for word in text.split()))
        misspelt = read[0].words if read else ()
    read_plainly = _units(text)
    carries = tuple(_holds(unit, marked) for unit in read_plainly) if marked else ()
    return Row(text, level, category, read_plainly, carries, misspelt)


def _unmarked(given: str) -> tuple[str, list[Span]]:
    """The line without its brackets, and where in it they were."""
    pieces = _BRACKETS.split(given)  # every second one stood in brackets
    ends = list(accumulate(map(len, pieces)))
    return "".join(pieces), [Span(a, b) for a, b in zip(ends[0::2], ends[1::2], strict=False)]


def _holds(unit: Unit, marked: list[Span]) -> bool:
    return any(unit.span.start < span.end and span.start < unit.span.end for span in marked)


def _units(text: str) -> tuple[Unit, ...]:
    return units(read_closely(fold(text), load("en"))[0])


def _slip(word: str, slips: random.Random) -> str:
    """A letter dropped, doubled or changed for its neighbour, in one long word of five."""
    if len(word) < _LONG_WORD or slips.random() > _SLIPS:
        return word
    at = slips.randrange(1, len(word) - 1)
    pair = word[at : at + 2]
    return word[:at] + slips.choice(["", pair[0] * 2, pair[::-1], pair[:1]]) + word[at + 2 :]


def _written() -> Iterator[tuple[str, str, str]]:
    for path in sorted(TRAINING.glob("*.yml")):
        for key, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for text in texts:
                yield text, key, path.stem


def _talk() -> list[tuple[str, str, str]]:
    found = set()
    for path in sorted(TALK.rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            intent = entry.get("intent", "share_hard")
            if intent not in NOT_ORDINARY:
                lines = str(entry["examples"]).splitlines()
                texts = {_MARKED.sub(r"\1", line.removeprefix("- ")).strip() for line in lines}
                found |= {(text, WISHED.get(intent, "none")) for text in texts}
    chosen = sorted(found)
    random.Random(1).shuffle(chosen)  # noqa: S311  the same lines every time
    return [(text, level, "talk") for text, level in chosen[:TALK_MOST]]
