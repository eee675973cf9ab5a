"""The arithmetic: medians and p95 around a message, and how they stand to what must be reached."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

POINTS = (10, 100, 500, 1000)  # messages of one conversation
AROUND = 20  # messages before and after that are looked at with it


@dataclass(frozen=True)
class Spread:
    """How long one turn took, in milliseconds, over the messages around one number."""

    median: float
    p95: float
    count: int


def around(times: Sequence[float], number: int, *, reach: int = AROUND) -> Spread | None:
    """Return the spread of the messages around the `number`-th (from 1), or None if not reached.

    `times[0]` is the first message. A window at the start is cut off there.
    """
    if len(times) < number:
        return None
    return spread(times[max(0, number - 1 - reach) : number + reach])


def spread(times: Sequence[float]) -> Spread:
    """Return median and p95 of some times; the p95 is the nearest rank."""
    ordered = sorted(times)
    rank = max(0, -(-len(ordered) * 95 // 100) - 1)
    return Spread(statistics.median(ordered), ordered[rank], len(ordered))


@dataclass(frozen=True)
class Target:
    """One thing that must be reached."""

    key: str
    what: str
    way: Literal["at least", "at most"]
    limit: float
    unit: str = ""

    def met(self, value: float | None) -> bool | None:
        """Return whether `value` reaches it; None when it could not be measured."""
        if value is None:
            return None
        return value >= self.limit if self.way == "at least" else value <= self.limit


TARGETS = (
    Target("a_over_c", "stock as `rasa init` leaves it (a) against (c)", "at least",
           20, "×"),
    Target("b_over_c", "stock with this bot's content (b) against (c)", "at least",
           10, "×"),
    Target("d_over_c", "receipt to commit (d) against (c)", "at most", 3, "×"),
    Target("flat", "(c): message 1,000 against message 10", "at most", 1.1, "×"),
    Target("p95_ms", "(c): p95 at every number", "at most", 20, " ms"),
    Target("turns_per_second", "(c): turns a second, 8 clients, one process", "at least", 120),
    Target("rss_mb", "(c): memory after the long run", "at most", 700, " MB"),
    Target("state_bytes", "(c): largest dialogue state", "at most", 4096, " bytes"),
)  # fmt: skip


def ratio(above: Spread | None, below: Spread | None) -> float | None:
    """Return how the two medians stand to each other."""
    if above is None or below is None:
        return None
    return above.median / below.median


def reached(values: Mapping[str, float | None]) -> list[tuple[Target, float | None, bool | None]]:
    """Return each target with its measured value and whether it was met."""
    return [
        (target, values.get(target.key), target.met(values.get(target.key))) for target in TARGETS
    ]
