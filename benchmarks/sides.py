"""What is measured: a side can be started and stopped, and holds as many talks as one likes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Talk(Protocol):
    """One conversation with one side."""

    async def turn(self) -> float:
        """Take the next turn; return how many milliseconds it took. Raises WrongAnswer."""
        ...


class Side(Protocol):
    """One of the four things that are compared."""

    key: str
    what: str
    empty: int  # turns that were answered with nothing

    async def start(self) -> float:
        """Start whatever it needs; return how many seconds that took. Raises WouldNotStart."""
        ...

    async def stop(self) -> None:
        """End exactly what `start` started."""
        ...

    async def talk(self, name: str) -> Talk:
        """Begin a conversation of its own."""
        ...

    async def resident_mb(self) -> int | None:
        """Return the memory of the process that answers, where it can be told."""
        ...


@dataclass(frozen=True)
class Rate:
    """How many turns came through, and in how many seconds."""

    turns: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Turns a second."""
        return self.turns / self.seconds


async def rate(talks: Sequence[Talk], *, turns: int, seconds: float) -> Rate:
    """Let clients talk side by side, each waiting for its answer, until `turns` are through.

    Stops after `seconds` at the latest.
    """
    clock = asyncio.get_running_loop().time
    began, left = clock(), turns

    async def keep_talking(talk: Talk) -> None:
        nonlocal left
        while left > 0 and clock() - began < seconds:
            left -= 1
            await talk.turn()

    await asyncio.gather(*(keep_talking(talk) for talk in talks))
    return Rate(turns - left, clock() - began)
