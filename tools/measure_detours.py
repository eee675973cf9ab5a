"""Measure what a request costs and misses beside an open question, at several thresholds.

    bot/.venv/bin/python tools/measure_detours.py              tests/nlu, as a table
    bot/.venv/bin/python tools/measure_detours.py --list 0.65  also the sentences, at one threshold

Every held-out sentence is read by the trained model and put to `request_of`, as the answer to "how
did you do that?". Lost: of the sentences that tell something, how many the request takes for
itself. Missed: of the sentences that make the request, how many are kept as an answer instead. The
last columns are as the bot is set. "Our own rules" are what is read whatever the model says.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SETS = ("heldout", "opt_in", "confusions", "filing", "told")
THRESHOLDS = (0.40, 0.50, 0.65, 0.75, 0.80, 0.90)
ASKED = "how"


@dataclass(frozen=True)
class Sentence:
    """One held-out sentence with its label and what the model made of it."""

    text: str
    label: str
    reading: Any


def sentences(folder: Path) -> list[dict[str, str]]:
    """Return {"text", "label"}; what is to be filed, or tells how or who, tells something."""
    found: dict[str, str] = {}
    for name in SETS:
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            one = json.loads(line)
            if "intent" in one or "kind" in one or one.get("told"):
                found.setdefault(one["text"], one.get("intent", "told"))
    return [{"text": text, "label": label} for text, label in found.items()]


def read(asked: Iterable[dict[str, str]]) -> list[Sentence]:
    """Read every sentence once, with the trained model."""
    sys.path[:0] = [str(ROOT / "bot"), str(ROOT / "tools")]
    reader = importlib.import_module("parse_nlu").Reader(ROOT / "bot/models/onestep.tar.gz")
    reading = importlib.import_module("actions.turn").Reading
    found = []
    for one in asked:
        seen = reader.understood(one["text"])
        made = reading(one["text"], seen["intent"], seen["confidence"], (), seen["marks"])
        found.append(Sentence(one["text"], one["label"], made))
    return found


def request(sentence: Sentence) -> str | None:
    """Return the request that wins over the open question, as the bot decides it."""
    turn = importlib.import_module("actions.turn").Turn
    asked = importlib.import_module("actions.asked")
    context = {"coach": "Ana"}
    given = turn("t1", "text", None, (), sentence.reading, context, "check_in_form", ASKED)
    name = asked.request_of(given)
    return name.removesuffix("_unsure") if name else None


def at(threshold: float | None, everything: list[Sentence]) -> list[str | None]:
    """Return the winning requests with one threshold for all, or as the bot is set."""
    asked: Any = importlib.import_module("actions.asked")
    names = ("needed", "CHAT_SURE", "INSULT_SURE", "MOVED_ON_IN_AN_ANSWER")
    kept = {name: getattr(asked, name) for name in names}
    if threshold is not None:
        same: Callable[[str, int], float] = lambda intent, words: threshold  # noqa: E731
        asked.needed = same
        asked.CHAT_SURE = asked.INSULT_SURE = asked.MOVED_ON_IN_AN_ANSWER = threshold
    won = [request(one) for one in everything]
    for name, value in kept.items():
        setattr(asked, name, value)
    return won


def cell(intent: str, everything: list[Sentence], won: list[str | None]) -> str:
    """Return "lost / missed" of one request."""
    pairs = list(zip(everything, won, strict=True))
    lost = sum(got == intent and tells(one.label) for one, got in pairs)
    missed = sum(one.label == intent and got is None for one, got in pairs)
    return f"{lost} / {missed}"


def tells(label: str) -> bool:
    """Whether a sentence of this label tells something and asks nothing of us."""
    kinds = importlib.import_module("actions.kinds")
    return label not in kinds.REQUESTS | kinds.CHAT | {"out_of_scope"}


def shown(everything: list[Sentence], won: list[str | None]) -> Iterable[str]:
    """Yield the sentences lost and missed, one a line."""
    for one, got in zip(everything, won, strict=True):
        if tells(one.label) and got:
            yield f"lost to {got} | {one.label} | {one.reading.confidence:.2f} | {one.text}"
        elif not tells(one.label) and got is None and one.label != "out_of_scope":
            yield (
                f"missed {one.label} | {one.reading.intent} | {one.reading.confidence:.2f} | "
                + (one.text)
            )


def main() -> None:
    """Print the table, then the sentences if they are wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--sets", type=Path, default=ROOT / "tests" / "nlu")
    parser.add_argument("--list", type=float, metavar="THRESHOLD", help="0: as the bot is set")
    given = parser.parse_args()
    everything = read(sentences(given.sets))
    columns = {f"{one:.2f}": at(one, everything) for one in THRESHOLDS}
    columns |= {"our own rules": at(2.0, everything), "as set": at(None, everything)}
    telling = sum(tells(one.label) for one in everything)
    print(f"{telling} sentences that tell something; each cell is lost / missed.\n")
    print("| request | sentences | " + " | ".join(columns) + " |")
    print("|---|---|" + "---|" * len(columns))
    intents = sorted({one.label for one in everything if not tells(one.label)} - {"out_of_scope"})
    for intent in intents:
        many = sum(one.label == intent for one in everything)
        cells = " | ".join(cell(intent, everything, won) for won in columns.values())
        print(f"| {intent} | {many} | {cells} |")
    if given.list is not None:
        print("\n".join(shown(everything, at(given.list or None, everything))))


if __name__ == "__main__":
    main()
