"""The measurements themselves: one message of each side in turn, then rates, memory, start-up."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.conversation import Falls
from benchmarks.figures import AROUND, POINTS, Spread, around, spread
from benchmarks.pipeline import Pipeline
from benchmarks.sealed import Sealed, SealedTalk
from benchmarks.sides import Rate, Side, Talk, rate

Tell = Callable[[str], None]
FRESH_TALKS = 5  # fresh conversations, one after the other, each beside the old one
FRESH = 30  # a conversation counts as fresh for so many messages: the window around the 10th


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    messages: int = 1000
    warm_up: int = 15
    long_run: int = 10_000
    rate_turns: int = 400
    rate_seconds: float = 10.0
    minutes: float = 8.0  # for each side's conversation; what is not reached then stays empty

    @property
    def last(self) -> int:
        """The last message sent: the window of the last number needs those after it."""
        return self.messages + AROUND


QUICK = Size(messages=100, warm_up=5, long_run=400, rate_turns=60, rate_seconds=4, minutes=1)


@dataclass
class Measured:
    """Everything that was found, by the key of the side."""

    size: Size
    times: dict[str, list[float]] = field(default_factory=dict)
    start_up: dict[str, float] = field(default_factory=dict)
    rates: dict[str, dict[int, float]] = field(default_factory=dict)
    memory: dict[str, int | None] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    empty: dict[str, int] = field(default_factory=dict)
    flat: float | None = None
    state_bytes: int = 0
    load: tuple[float, float] = (0.0, 0.0)  # of the machine, when it began and when it ended
    seconds: float = 0.0

    def spread(self, key: str, number: int) -> Spread | None:
        """How long the messages of one side around `number` took."""
        return around(self.times.get(key, []), number)

    @property
    def points(self) -> tuple[int, ...]:
        """The messages that are looked at."""
        return tuple(point for point in POINTS if point <= self.size.messages)


async def measure(sides: Sequence[Side], size: Size, tell: Tell) -> Measured:
    """Measure every side; `tell` is given a line of progress now and then."""
    found, began = Measured(size), time.monotonic()
    found.load = (os.getloadavg()[0], 0.0)
    await _start(sides, found, tell)
    await _conversation(sides, found, tell)
    for side in sides:
        await _rates(side, found, tell)
    for side in sides:
        found.memory[side.key] = await side.resident_mb()
        found.empty[side.key] = side.empty
        if isinstance(side, Sealed):
            found.state_bytes = side.largest_state
    found.load = (found.load[0], os.getloadavg()[0])
    found.seconds = time.monotonic() - began
    return found


async def _start(sides: Sequence[Side], found: Measured, tell: Tell) -> None:
    for side in sides:
        tell(f"starting ({side.key})")
        found.start_up[side.key] = await side.start()
        found.turns[side.key] = 0
        warm = await side.talk(f"warm-{side.key}")
        for _ in range(found.size.warm_up):  # first calls load and compile; nobody's 10th message
            await _next(warm, side, found)


async def _conversation(sides: Sequence[Side], found: Measured, tell: Tell) -> None:
    """One message of each side in turn, so that whatever slows the machine slows them alike.

    A side that has used up its minutes leaves; the others go on.
    """
    talks = {side.key: await side.talk(f"long-{side.key}") for side in sides}
    found.times = {side.key: [] for side in sides}
    left = {side.key: found.size.minutes * 60_000 for side in sides}
    for number in range(1, found.size.last + 1):
        for side in [side for side in sides if left[side.key] > 0]:
            took = await _next(talks[side.key], side, found)
            found.times[side.key].append(took)
            left[side.key] -= took
            if left[side.key] <= 0:
                tell(f"({side.key}) has used up its time at message {number}")
        if number % 20 == 0:
            tell(f"message {number} of {found.size.last}")
    for talk in talks.values():
        if isinstance(talk, SealedTalk):
            found.flat = await _flatness(talk, found, tell)


async def _flatness(old: SealedTalk, found: Measured, tell: Tell) -> float:
    """How an old conversation's messages stand to a fresh one's: same moves, same moment.

    Both are given a check-in at the same number, which makes their moves the same from there.
    """
    tell("an old conversation beside fresh ones")
    times: tuple[list[float], list[float]] = ([], [])
    for talk in range(FRESH_TALKS):
        fresh = SealedTalk(old.side, f"fresh-{talk}", number=old.number)
        for number in range(FRESH):
            both = [(fresh, times[0]), (old, times[1])]
            for asked, into in both if number % 2 else reversed(both):
                into.append(await asked.turn(None if number else Falls()))
            found.turns[old.side.key] += 2
    return spread(times[1]).median / spread(times[0]).median


async def _next(talk: Talk, side: Side, found: Measured) -> float:
    found.turns[side.key] += 1
    took = await talk.turn()
    if isinstance(side, Pipeline):
        await side.idle()
    return took


async def _rates(side: Side, found: Measured, tell: Tell) -> None:
    """Turns a second with 1 and 8 clients; for (c) the eight go on through the long run."""
    found.rates[side.key] = {}
    if isinstance(side, Pipeline):
        side.days_pass = False
    for clients in (1, 8):
        tell(f"({side.key}) with {clients} client{'s' if clients > 1 else ''}")
        talks = [await side.talk(f"rate-{side.key}-{clients}-{n}") for n in range(clients)]
        long = isinstance(side, Sealed) and clients > 1
        got: Rate = await rate(
            talks,
            turns=max(found.size.long_run - found.turns[side.key], 1)
            if long
            else found.size.rate_turns,
            seconds=600 if long else found.size.rate_seconds,
        )
        found.turns[side.key] += got.turns
        found.rates[side.key][clients] = got.per_second
