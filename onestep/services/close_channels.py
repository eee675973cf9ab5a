"""Lets go of the channels' connections when a process of ours ends."""

import asyncio
import logging
from typing import Protocol, runtime_checkable

from onestep.services.app import App

log = logging.getLogger(__name__)

WITHIN = 5.0  # seconds for all of them; what is not let go by then ends with the process


@runtime_checkable
class Closes(Protocol):
    """A channel that holds connections open between one request and the next."""

    async def close(self) -> None:
        """Lets go of those of the running loop; the next request opens anew."""
        ...


async def close_channels(app: App) -> None:
    """Closes every channel that has something open; one that will not holds up no other."""
    ways: list[object] = list(app.channels.values())
    closing = [way.close() for way in ways if isinstance(way, Closes)]
    try:
        async with asyncio.timeout(WITHIN):
            ends = await asyncio.gather(*closing, return_exceptions=True)
    except TimeoutError:
        log.warning("the channels' connections were not let go in time")
        return
    for fault in ends:
        if isinstance(fault, Exception):
            log.warning("a channel was not closed: %s", type(fault).__name__)
