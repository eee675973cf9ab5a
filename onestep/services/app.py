"""What every use case is handed: the database, the bot, the content, the clock and the bells."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from channels.base import Channel
from onestep.content import Content
from onestep.dialogue import Asker
from onestep.domain.lull import Lull
from onestep.storage.database import Database

# The hours in which made-up clients may be written to, with room for a conversation.
MORNING, EVENING = 10, 19


class Bells:
    """Wakes a loop when there is work for it; a ring that nobody hears does no harm (R7)."""

    def __init__(self) -> None:
        self._bells: dict[str, list[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}

    def listen(self, name: str) -> asyncio.Event:
        """An event that `ring(name)` sets; call from the loop that will wait on it."""
        bell = asyncio.Event()
        self._bells.setdefault(name, []).append((asyncio.get_running_loop(), bell))
        return bell

    def ring(self, name: str) -> None:
        """Wakes everyone who listens to `name`; safe from any thread."""
        for loop, bell in self._bells.get(name, []):
            if not loop.is_closed():
                loop.call_soon_threadsafe(bell.set)


@dataclass
class Clock:
    """Service time: real time plus what demo and tests have moved it by (D14)."""

    moved: timedelta = timedelta(0)
    fixed: datetime | None = None  # tests stand still unless they move

    def __call__(self) -> datetime:
        """The moment it is for the service."""
        return (self.fixed or datetime.now(UTC)) + self.moved

    def out_of_the_night(self, zone: ZoneInfo) -> None:
        """Moves on to the next morning when it is night: a demo is looked at at any hour."""
        local = self().astimezone(zone)
        if MORNING <= local.hour < EVENING:
            return
        morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
        self.move(morning - local if local < morning else morning + timedelta(days=1) - local)

    def move(self, by: timedelta) -> None:
        """Moves service time; leases are not touched, they have the database's clock."""
        self.moved += by


@dataclass(frozen=True)
class App:
    """One running service, put together in wiring."""

    db: Database
    bot: Asker
    content: Callable[[str], Content]  # the content of a language, as it is in force now
    channels: Mapping[str, Channel]
    lull: Callable[[str], Lull]  # of a channel
    language: str = "en"  # of the service itself: what a stranger is written to in
    clock: Clock = field(default_factory=Clock)
    bells: Bells = field(default_factory=Bells)
    lease_seconds: float = 30.0
    send_seconds: float = 10.0  # a provider's time-out; less than half the lease (R4)
