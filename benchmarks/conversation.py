"""The made-up client: what comes next in the talk, decided by the question that is open."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.lines import ANSWERS, ANY_ANSWER, DETOURS, PICKS, UNASKED

DETOUR_SHARE = 0.15  # of messages beside an open question
UNASKED_SHARE = 0.4  # of moments without one; otherwise a check-in falls due


@dataclass(frozen=True)
class Says:
    """The client writes."""

    text: str


@dataclass(frozen=True)
class Picks:
    """The client presses a button of the open question."""

    key: str


@dataclass(frozen=True)
class Falls:
    """A check-in falls due."""

    event: str = "check_in_due"


type Move = Says | Picks | Falls


def next_move(number: int, asks: str | None, keys: Sequence[str] = ()) -> Move:
    """Return the client's `number`-th move, the same for every side that asked the same.

    `asks` names the open question, `keys` its buttons.
    """
    dice = random.Random(number)  # noqa: S311  a made-up client, no secret
    detours = dice.random() < DETOUR_SHARE
    if asks is None:
        unasked = number > 1 and dice.random() < UNASKED_SHARE
        return Says(dice.choice(UNASKED)) if unasked else Falls()
    if detours:
        return Says(dice.choice(DETOURS))
    wanted = [key for key in PICKS.get(asks, tuple(keys)) if key in keys]
    if wanted:
        return Picks(dice.choice(wanted))
    return Says(dice.choice(ANSWERS.get(asks, ANY_ANSWER)))
