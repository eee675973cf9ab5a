"""When a burst of messages is over, so that it is read joined and gets one reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True)
class Lull:
    """How long to wait after the last message, and how long at most after the first."""

    pause: timedelta
    longest: timedelta


TELEGRAM = Lull(timedelta(seconds=3), timedelta(seconds=15))
SMS = Lull(timedelta(seconds=20), timedelta(seconds=60))
DEMO = Lull(timedelta(seconds=1), timedelta(seconds=15))
NONE = Lull(timedelta(0), timedelta(0))


class ArrivalKind(StrEnum):
    """What arrived, as far as waiting goes."""

    TEXT = "text"
    CHOICE = "choice"
    COMMAND = "command"
    CONCERN = "concern"


@dataclass(frozen=True)
class Arrival:
    """One message waiting for its turn."""

    at: datetime
    kind: ArrivalKind = ArrivalKind.TEXT


def due_at(waiting: Sequence[Arrival], lull: Lull) -> datetime:
    """Return the moment in UTC at which the turn over all of `waiting` may run.

    Only free text waits. A choice, a command or a concern runs at once and ends the wait for
    what came before it. `waiting` holds at least one message; ValueError otherwise.
    """
    if not waiting:
        raise ValueError("nothing is waiting")
    arrivals = sorted((arrival.at.astimezone(UTC), arrival.kind) for arrival in waiting)
    at_once = [at for at, kind in arrivals if kind is not ArrivalKind.TEXT]
    if at_once:
        return at_once[0]
    return min(arrivals[-1][0] + lull.pause, arrivals[0][0] + lull.longest)
