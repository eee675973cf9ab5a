"""Whom a bell wakes, so that work is neither missed nor fought over."""

import asyncio
from contextlib import asynccontextmanager

from onestep.services.app import Bells

LONG = 30.0  # seconds nobody should ever wait here
SOON = 0.05


@asynccontextmanager
async def resting(*bells):
    """Workers that rest on these bells; gives the list in which each notes that it woke."""
    woke = []

    async def rest(number, bell):
        await bell.rest(LONG)
        woke.append(number)

    tasks = [asyncio.create_task(rest(number, bell)) for number, bell in enumerate(bells)]
    await asyncio.sleep(0)
    yield woke
    for task in tasks:
        task.cancel()


async def _one_of_each_kind():
    bells = Bells()
    workers = [bells.listen("outbox", kind) for kind in ("alerts", "send", "send", "send")]
    async with resting(*workers) as woke:
        bells.ring("outbox")
        await asyncio.sleep(SOON)
        first = list(woke)
        bells.ring("outbox")
        await asyncio.sleep(SOON)
    return first, woke


def test_one_worker_of_each_kind_is_woken():
    """A ring wakes one of each kind; the next ring wakes the next that rests."""
    first, after = asyncio.run(_one_of_each_kind())
    assert first == [0, 1]
    assert after == [0, 1, 2]


async def _while_at_work():
    bells = Bells()
    busy = [bells.listen("inbox"), bells.listen("inbox")]
    bells.ring("inbox")
    await asyncio.sleep(0)
    async with resting(*busy) as woke:
        await asyncio.sleep(SOON)
    return woke


def test_a_ring_while_all_are_at_work_is_not_missed():
    """Who was at work looks once more before resting: what came may have come behind them."""
    assert asyncio.run(_while_at_work()) == [0, 1]


async def _from_elsewhere():
    bells = Bells()
    async with resting(bells.listen("inbox")) as woke:
        await asyncio.to_thread(bells.ring, "inbox")
        bells.ring("nobody listens")
        await asyncio.sleep(SOON)
    return woke


def test_a_ring_may_come_from_any_thread():
    """Services ring from worker threads; a bell that nobody listens to does no harm."""
    assert asyncio.run(_from_elsewhere()) == [0]


async def _rung_once():
    bell = Bells().listen("inbox")
    bell.wake()
    await bell.rest(LONG)
    async with resting(bell) as woke:
        await asyncio.sleep(SOON)
    return woke


def test_one_ring_ends_one_rest():
    """After it the worker rests again, or it would look for work without end."""
    assert asyncio.run(_rung_once()) == []
