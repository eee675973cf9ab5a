"""What every use case is handed: the database, the bot, the content, the clock and the bells."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from channels.base import Channel
from onestep.content import Content
from onestep.dialogue import Asker
from onestep.domain.lull import Lull
from onestep.services.alert_senders import AlertSenders
from onestep.services.clock_watch import ClockWatch
from onestep.services.typing import Typing
from onestep.storage.database import Database
from onestep.storage.spool import Spool

# The hours in which made-up clients may be written to, with room for a conversation.
MORNING, EVENING = 10, 19


class Bell:
    """What one worker rests on until it is woken."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.resting = False
        self._rung = asyncio.Event()

    async def rest(self, seconds: float) -> None:
        """Returns when rung, also when that was since the last rest; or after `seconds`."""
        self.resting = not self._rung.is_set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
        self.resting = False
        self._rung.clear()

    def wake(self) -> None:
        """Ends the rest, or the next one; only from the bell's own event loop."""
        self.resting = False
        self._rung.set()


class Bells:
    """Wakes a worker when there is work for it; a ring that nobody hears does no harm (R7).

    One worker of a kind is woken, not all: each would ask for the one write lock at once, and
    whoever has the work would wait behind those who find none.
    """

    def __init__(self, beyond: Callable[[str], None] | None = None) -> None:
        """`beyond`: tells other processes; safe from any thread, never fails."""
        self._beyond = [] if beyond is None else [beyond]
        self._bells: dict[str, dict[str, list[Bell]]] = {}

    def also(self, beyond: Callable[[str], None]) -> None:
        """From now on `beyond` tells other processes too."""
        self._beyond.append(beyond)

    def listen(self, name: str, kind: str = "") -> Bell:
        """A bell that `ring(name)` may wake; call from the loop that will rest on it."""
        bell = Bell()
        self._bells.setdefault(name, {}).setdefault(kind, []).append(bell)
        return bell

    def ring(self, name: str) -> None:
        """Wakes one worker of each kind that listens to `name`; safe from any thread."""
        self.ring_here(name)
        for tell in self._beyond:
            tell(name)

    def ring_here(self, name: str) -> None:
        """The same, within this process alone."""
        for bells in self._bells.get(name, {}).values():
            loop = bells[0].loop
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake_one, bells)


def _wake_one(bells: list[Bell]) -> None:
    """One that rests; when all are at work, any may miss what came, so each looks once more."""
    for bell in bells:
        if bell.resting:
            bell.wake()
            return
    for bell in bells:
        bell.wake()


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
    spool: Spool
    language: str = "en"  # of the service itself: what a stranger is written to in
    clock: Clock = field(default_factory=Clock)
    bells: Bells = field(default_factory=Bells)
    watch: ClockWatch = field(default_factory=ClockWatch)  # of the machine's clock
    typing: Typing = field(default_factory=Typing)
    alert_senders: AlertSenders = field(default_factory=AlertSenders)
    keeps: frozenset[str] = frozenset()  # kinds of attachment that are fetched: photo, voice
    lease_seconds: float = 30.0
    send_seconds: float = 10.0  # a provider's time-out; less than half the lease (R4)
    emergency_contact: str | None = None  # channel:value, told of danger with the database away
    public_url: str | None = None  # where coaches reach the pages; a notice leads there
    heartbeat_url: str | None = None  # an outside monitor
    drills: bool = False  # whether a made-up concern goes the whole way once a day
    words_to_coaches: bool = False  # whether clients' words may stand in what coaches are sent

    def parts(self, channel: str, text: str) -> list[str]:
        """`text` as its channel takes it, in one message or more."""
        way = self.channels.get(channel)
        return [text] if way is None else way.parts(text)
