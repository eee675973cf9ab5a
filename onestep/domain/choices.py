"""A typed answer to a question with choices: its number, its label or its key."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onestep.domain.words import plain

_NUMBER = re.compile(r"(?:no |number |option )?(\d{1,2})")


@dataclass(frozen=True)
class Choice:
    """One choice as it was offered: what it stands for, and what the client read."""

    key: str
    label: str


def choose(text: str, choices: Sequence[Choice]) -> str | None:
    """Return the key of the choice that the whole of `text` names, or None.

    `choices` are those of the prompt that is still open, in the order shown: "2", "2." and
    "(2)" are the second of them and of no other prompt.
    """
    said = plain(text)
    number = _NUMBER.fullmatch(said)
    if number and not _is_label(said, choices):
        place = int(number.group(1))
        return choices[place - 1].key if 1 <= place <= len(choices) else None
    for choice in choices:
        if said and said in (plain(choice.label), plain(choice.key.replace("_", " "))):
            return choice.key
    return None


def bare_number(text: str) -> int | None:
    """Return the number of a choice that is all there is in `text`, whatever was asked."""
    number = _NUMBER.fullmatch(plain(text))
    return int(number.group(1)) if number else None


def _is_label(said: str, choices: Sequence[Choice]) -> bool:
    return any(said == plain(choice.label) for choice in choices)
