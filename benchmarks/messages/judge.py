"""The judge: what became of each message, by the ledger of the Bot API server.

An answer gives back the words it answers, and no two messages have the same: so each can be told
from the others. Their numbers are spelled in letters, because Onestep gives no number back.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

SPELLED = str.maketrans("0123456789", "abcdefghij")
READ = str.maketrans("abcdefghij", "0123456789")
NAMED = re.compile(r"\bq([a-j]+)\b")


def words(number: int) -> str:
    """What a phone writes: harmless, different each time, and its number can be found again."""
    return f"walked to the shop by q{str(number).translate(SPELLED)} street and back"


def named(text: str) -> list[int]:
    """The numbers of the messages whose words stand in a text."""
    return [int(found.translate(READ)) for found in NAMED.findall(text)]


@dataclass(frozen=True)
class Written:
    """One message a phone sent; numbers rise in the order of writing."""

    chat: int
    number: int


@dataclass(frozen=True)
class Counted:
    """How many messages met with what; a message may be doubled and out of order at once.

    lost          never answered, and nobody is told of it
    shown         never answered, but kept and shown to a person as not surely sent
    doubled       answered more than once
    out_of_order  answered after a later message of the same chat
    """

    messages: int = 0
    lost: int = 0
    shown: int = 0
    doubled: int = 0
    out_of_order: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        """Both together."""
        mine, theirs = vars(self), vars(other)
        return Counted(**{name: mine[name] + theirs[name] for name in mine})


def count(
    written: Sequence[Written],
    ledger: Iterable[Mapping[str, Any]],
    shown: AbstractSet[int] = frozenset(),
) -> Counted:
    """Counts over the ledger's entries in their order.

    `shown`: the numbers that a service itself says it could not surely answer.
    """
    answers = answered(ledger)
    places = {number: place for place, number in reversed(list(enumerate(answers)))}
    missing = {each.number for each in written} - set(answers)
    times = Counter(answers)
    return Counted(
        messages=len(written),
        lost=len(missing - shown),
        shown=len(missing & shown),
        doubled=sum(times[each.number] > 1 for each in written),
        out_of_order=sum(_overtaken(each, written, places) for each in written),
    )


def answered(ledger: Iterable[Mapping[str, Any]]) -> list[int]:
    """The numbers that the answers name, in the order in which Telegram took them."""
    return [number for sent in ledger for number in named(str(sent["text"]))]


def _overtaken(one: Written, written: Sequence[Written], places: Mapping[int, int]) -> bool:
    """Whether a later message of the same chat was answered before this one."""
    if one.number not in places:
        return False
    later = (
        places[other.number]
        for other in written
        if other.chat == one.chat and other.number > one.number and other.number in places
    )
    return any(place < places[one.number] for place in later)
