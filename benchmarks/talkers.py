"""People who talk with the service while posts are timed.

They have a process of their own: what they do must not hold up the clock of the one that posts.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from multiprocessing.queues import SimpleQueue

from benchmarks import posting
from benchmarks.conversation import Says, next_move
from benchmarks.lines import ANY_ANSWER
from benchmarks.posting import Poster, update
from channels.ledger import Ledger
from onestep import wiring
from onestep.settings import Settings

THINKS = 1.0  # seconds between a reply and what a talker writes next
THEIR_IDS = 100_000_000  # from here on, apart from those of the one that posts


@contextmanager
def talkers(settings: Settings, chats: Sequence[int]) -> Iterator[Callable[[], list[float]]]:
    """They talk until the end of the block; gives how to ask what each reply took, in seconds."""
    spawn = multiprocessing.get_context("spawn")
    told: SimpleQueue[float] = spawn.SimpleQueue()
    process = spawn.Process(target=_talk, args=(settings, chats, told), daemon=True)
    process.start()

    def replies() -> list[float]:
        found = []
        while not told.empty():
            found.append(told.get())
        return found

    try:
        yield replies
    finally:
        process.terminate()
        process.join(10)
        process.kill()


def _talk(settings: Settings, chats: Sequence[int], told: SimpleQueue[float]) -> None:
    posting.ids = count(THEIR_IDS)
    asyncio.run(_all(settings, chats, told))


async def _all(settings: Settings, chats: Sequence[int], told: SimpleQueue[float]) -> None:
    async with asyncio.TaskGroup() as group:
        for chat in chats:
            group.create_task(_one(settings, chat, told))


async def _one(settings: Settings, chat: int, told: SimpleQueue[float]) -> None:
    """Writes, waits for the answer, thinks, writes again."""
    ledger, last = wiring.ledger(settings.data), 0
    for number in range(1, 10_000):
        move = next_move(number, "how")
        text = move.text if isinstance(move, Says) else ANY_ANSWER[0]
        began = time.perf_counter()
        await _post(settings, update(chat, text), began)
        last = await _next(ledger, chat, last)
        told.put(time.perf_counter() - began)
        await asyncio.sleep(THINKS)


async def _post(settings: Settings, body: bytes, began: float) -> None:
    """Over a connection of its own: one that is kept is closed while nobody writes."""
    poster = Poster(settings.host, settings.port, "/webhooks/telegram")
    await poster.open(1)
    await poster.post(body, due=began, timed=False)
    await poster.close()


async def _next(ledger: Ledger, chat: int, after: int) -> int:
    while not (shown := await _shown(ledger, chat, after)):  # noqa: ASYNC110  # a phone rings nobody
        await asyncio.sleep(0.2)
    return shown


async def _shown(ledger: Ledger, chat: int, after: int) -> int:
    new = await asyncio.to_thread(ledger.shown, "telegram", str(chat), after=after)
    return new[-1].id if new else 0
