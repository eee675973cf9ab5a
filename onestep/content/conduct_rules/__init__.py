"""The conduct lines of each language, as words to look for; one file a language, read here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_HOME = Path(__file__).parent
_START = r"""(?:^|[.?!:~"·,]"? ?|\b(?:and|so|but|well|ok|hello|hi|or) )"""


class Conduct(IntEnum):
    """The lines of conduct by number (docs/wording.md has them in words)."""

    NO_ADVICE = 1
    NO_WHY = 2
    ONE_QUESTION = 3
    OWN_WORDS = 4
    EARLIER_WORDS = 5
    GENTLY = 6
    NO_PRAISE = 7
    NO_DELIGHT = 8
    NO_PRESSING = 9
    NUMBERS = 10
    FAIR_ANSWERS = 11
    STAGE_WORDS = 12
    SMS = 13
    SAYS_WHAT_IT_IS = 14
    DISCREET = 15
    # Not a line of conduct but of the turn contract: never the same wording twice running.
    SAME_WORDING = 16


@dataclass(frozen=True)
class Rule:
    """One conduct line: phrases that are fine, and patterns that are not, each with why."""

    number: Conduct
    name: str
    leave: tuple[re.Pattern[str], ...]
    find: tuple[tuple[str, re.Pattern[str]], ...]


@dataclass(frozen=True)
class Rules:
    """All conduct lines of a language."""

    by_number: Mapping[Conduct, Rule]
    says: Mapping[str, tuple[re.Pattern[str], ...]]
    quotes: Mapping[str, re.Pattern[str]]
    nothing_said: re.Pattern[str]


def has_rules(language: str) -> bool:
    """Whether this language has conduct rules of its own."""
    return language.isalpha() and (_HOME / f"{language}.yml").is_file()


@cache
def rules(language: str) -> Rules:
    """The conduct rules of a language (see has_rules)."""
    said = yaml.safe_load((_HOME / f"{language}.yml").read_text(encoding="utf-8"))
    return Rules(
        by_number={line: _rule(line, said[line]) for line in Conduct if line in said},
        says={key: tuple(map(_pattern, parts)) for key, parts in said[14]["says"].items()},
        quotes={name: _pattern(find) for name, find in said["quotes"].items()},
        nothing_said=_pattern(said["nothing_said"]),
    )


def _rule(number: Conduct, said: Mapping[str, Any]) -> Rule:
    find: dict[str, list[str]] = said["find"]
    return Rule(
        number=number,
        name=str(said["name"]),
        leave=tuple(map(_pattern, said.get("leave", []))),
        find=tuple((why, _pattern(p)) for why, patterns in find.items() for p in patterns),
    )


def _pattern(text: str) -> re.Pattern[str]:
    # A value such as {numbers} stands in a pattern as itself.
    text = re.sub(r"\{([a-z_]+)\}", r"\\{\1\\}", text).replace("<start>", _START)
    return re.compile(text, re.IGNORECASE)
