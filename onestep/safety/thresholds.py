"""Reads from which score on the classifier raises a level: data, chosen by cross-validation."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from onestep.safety.errors import RulesError

FILE = "thresholds.yml"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores; higher is rarer.

    now: of the head for *now*, from here on it is. any, nearly: *soft* from here on, of the head
    for any concern or of that for *now*. worth: of n-grams alone, from here on it is worth asking
    the sentence model.
    """

    now: float
    any: float
    nearly: float
    worth: float


def load_thresholds(folder: Path) -> Thresholds:
    """Read one language's. Raises RulesError naming the file and what is wrong."""
    try:
        given = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
        return Thresholds(**{each.name: float(given[each.name]) for each in fields(Thresholds)})
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        names = ", ".join(each.name for each in fields(Thresholds))
        raise RulesError(FILE, "file", f"give a number for each of {names}") from error
