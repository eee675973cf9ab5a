"""Runs a process of ours until one of its jobs ends or somebody ends it."""

import asyncio
import multiprocessing
import signal
from collections.abc import Coroutine


async def until_told(*jobs: Coroutine[None, None, None]) -> None:
    """Runs these side by side until one ends, a signal comes, or whoever started us is gone.

    The others are cancelled and waited for. Raises what ended the one that ended by itself.
    """
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, told.set)
    parent = multiprocessing.parent_process()
    if parent is not None:
        loop.add_reader(parent.sentinel, told.set)
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        waits = asyncio.create_task(told.wait())
        done, _ = await asyncio.wait([*tasks, waits], return_when=asyncio.FIRST_COMPLETED)
    finally:
        if parent is not None:
            loop.remove_reader(parent.sentinel)
        for task in (*tasks, waits):
            task.cancel()
        await asyncio.gather(*tasks, waits, return_exceptions=True)
    for task in done:
        task.result()
