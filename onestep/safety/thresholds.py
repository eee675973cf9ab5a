"""Reads from which score on the classifier raises a level: data, chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from onestep.safety.errors import RulesError

FILE = "thresholds.yml"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores; higher is rarer.

    now: of the head for *now*, from here on it is. any, nearly: *soft* from here on, of the head
    for any concern or of that for *now*. worth: of n-grams alone, from here on it is worth asking
    the sentence model; worth_together: the same, of two messages as one. wishes: from here on a
    message asks for that.
    """

    now: float
    any: float
    nearly: float
    worth: float
    worth_together: float
    wishes: Mapping[str, float]


def load_thresholds(folder: Path) -> Thresholds:
    """Read one language's. Raises RulesError naming the file and what is wrong."""
    try:
        given = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
        wishes = {str(name): float(value) for name, value in given["wishes"].items()}
        return Thresholds(**{name: float(given[name]) for name in _NUMBERS}, wishes=wishes)
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        names = ", ".join((*_NUMBERS, "each wish"))
        raise RulesError(FILE, "file", f"give a number for each of {names}") from error


_NUMBERS = ("now", "any", "nearly", "worth", "worth_together")
