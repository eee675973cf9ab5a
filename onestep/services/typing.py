"""Shows on a phone that an answer is being made, where its channel can."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

from channels.base import Live

# A turn that is over sooner needs no sign: it would come after the reply.
PATIENCE = 0.3  # seconds
EACH = 5.0  # seconds; how long a phone shows one sign
MANY = 10_000  # phones; a note older than EACH is of no use, and is let go beyond this


@dataclass
class Typing:
    """At most one sign in five seconds for each phone, whatever it writes meanwhile."""

    steady: Callable[[], float] = monotonic
    patience: float = PATIENCE
    each: float = EACH
    _shown: dict[str, float] = field(default_factory=dict)
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def shown(self, way: object, to: str | None) -> AsyncIterator[None]:
        """Shows it for as long as the block lasts; a failure is nobody's, and nobody waits."""
        if to is None or not isinstance(way, Live):
            yield
            return
        over = asyncio.Event()
        task = asyncio.create_task(self._show(way, to, over))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        try:
            yield
        finally:
            over.set()  # a request on its way is not broken off: that would cost its connection

    async def _show(self, way: Live, to: str, over: asyncio.Event) -> None:
        rest = max(self.patience, self._shown.get(to, 0.0) + self.each - self.steady())
        while not await _within(over, rest):
            self._note(to)
            with suppress(Exception):  # whatever it is: nobody waits for a sign
                await asyncio.wait_for(way.typing(to), self.each)
            rest = self._shown[to] + self.each - self.steady()

    def _note(self, to: str) -> None:
        now = self.steady()
        if len(self._shown) >= MANY:
            self._shown = {who: at for who, at in self._shown.items() if now - at < self.each}
        self._shown[to] = now


async def _within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
