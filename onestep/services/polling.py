"""Asks a channel for what came in, again and again; what it brings is kept before it moves on.

The provider forgets what we have moved past, and nothing else remembers where we were: after a
restart we ask for all there is, and what is kept already is known by its id (decision 0061).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Protocol

from channels.base import Channel, Event, Inbound, Polls
from channels.errors import NotSent, OurFault, SendError
from onestep.services.app import App
from onestep.services.provider_events import NOT_KEPT, take_in
from onestep.services.taps import acknowledge
from onestep.storage import heard
from onestep.storage.database import DATABASE_AWAY

log = logging.getLogger(__name__)

# Seconds until we ask again, after a first, second, … failure.
BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0)
POLL_WITHIN = 90.0  # seconds; a channel's own limits are shorter, and one that hangs is let go
SILENT_AFTER = 300.0  # seconds without an answer before a person is told
LOOK_EVERY = 5.0
NOTE_EACH = timedelta(seconds=30)


class PolledChannel(Channel, Polls, Protocol):
    """A channel that is asked."""


@dataclass
class Poller:
    """Keeps asking one channel; `heard` is when it last answered, on the steady clock."""

    app: App
    channel: PolledChannel
    steady: Callable[[], float] = monotonic
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep
    within: float = POLL_WITHIN
    after: int = 0
    failures: int = 0
    told: bool = False  # a person has been told of this silence
    noted: float | None = None
    heard: float = field(init=False)
    taps: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.heard = self.steady()

    async def run(self) -> None:
        """Asks until cancelled; no answer of the provider's ends it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            while True:
                await self.once()

    async def once(self) -> None:
        """One question and all it brings; after a failure, a rest."""
        try:
            updates = await self._asked()
            self._answered()
            await self._take_in(updates)
        except OurFault:
            self._refused()
            await self.rest(BACK_OFF[-1])
        except Exception as fault:  # noqa: BLE001  # the next answer may be another
            if not isinstance(fault, SendError | TimeoutError):
                log.error("%s not kept: %s", self.channel.name, type(fault).__name__)  # noqa: TRY400
            await self._back_off(fault)
        else:
            self.failures = 0
            await self._note()

    async def _take_in(self, updates: Sequence[tuple[int, bytes]]) -> None:
        """Takes in one after the other; what could not be kept is not moved past: it comes again.

        What lies behind it is taken in all the same: there may be danger in it. Raises the first
        fault.
        """
        first: Exception | None = None
        for number, raw in updates:
            try:
                events = await asyncio.to_thread(self._keep, raw)
            except NOT_KEPT as fault:
                first = first or fault
                continue
            self._acknowledge(events)
            if first is None:
                self.after = number
        if first is not None:
            raise first

    async def _asked(self) -> Sequence[tuple[int, bytes]]:
        """What came; one question that hangs is broken off, told, and put anew."""
        try:
            async with asyncio.timeout(self.within):
                return await self.channel.poll(self.after)
        except TimeoutError:
            log.warning(
                "a question to %s hung for %d s: it is asked anew", self.channel.name, self.within
            )
            raise

    async def _note(self) -> None:
        """Keeps until when all was taken in, for whoever watches us from outside (/metrics)."""
        now = self.steady()
        if self.noted is not None and now - self.noted < NOTE_EACH.total_seconds():
            return
        self.noted = now
        with suppress(*DATABASE_AWAY):
            await asyncio.to_thread(self._heard)

    def _heard(self) -> None:
        until = self.app.clock()
        with self.app.db.write() as session:
            if heard.claim(session, self.channel.name, now=until, every=NOTE_EACH) is not None:
                heard.taken_in(session, self.channel.name, until=until)

    def _keep(self, raw: bytes) -> Sequence[Event]:
        events: list[Event] = []

        def read() -> list[Event]:
            events.extend(self.channel.parse(raw))
            return events

        take_in(self.app, self.channel.name, raw, read)
        return events

    def _acknowledge(self, events: Sequence[Event]) -> None:
        """Beside the next update: a slow answer to a tap must not hold up what others write."""
        if any(isinstance(event, Inbound) and event.callback for event in events):
            task = asyncio.create_task(acknowledge(self.channel, events))
            self.taps.add(task)
            task.add_done_callback(self.taps.discard)

    async def _back_off(self, fault: Exception) -> None:
        seconds = BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
        self.failures += 1
        if isinstance(fault, NotSent) and fault.retry_after is not None:
            seconds = max(seconds, fault.retry_after)
        await self.rest(seconds)

    def _answered(self) -> None:
        if self.told:
            log.warning("%s answers again: what waited there is taken in", self.channel.name)
        self.heard, self.told = self.steady(), False

    def _refused(self) -> None:
        """One alarm for each spell, at once: this does not pass by itself."""
        if not self.told:
            self.told = True
            log.error(
                "%s refuses our token, or another copy of this service asks with it: nothing "
                "that clients write there is heard. Check the token, and stop the other copy",
                self.channel.name,
            )

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            self.look()

    def look(self) -> None:
        """Tells a person, once, when nothing has been heard for too long."""
        silent = self.steady() - self.heard
        if silent >= SILENT_AFTER and not self.told:
            self.told = True
            log.error(
                "%s has not answered for %d minutes: nothing that clients write there is heard. "
                "Check this machine's way to the internet",
                self.channel.name,
                silent // 60,
            )


def pollers(app: App, names: Collection[str]) -> list[Poller]:
    """One for each of these channels that can be asked; the others' providers post to us."""
    asked = (app.channels[name] for name in names)
    return [Poller(app, channel) for channel in asked if isinstance(channel, Polls)]
