"""Lets go of the channels' connections when a process of ours ends."""

import asyncio
import logging

from channels.base import Closes
from onestep.services.app import App

log = logging.getLogger(__name__)

WITHIN = 5.0  # seconds for all of them; what is not let go by then ends with the process


async def close_channels(app: App) -> None:
    """Closes every channel that has something open; one that will not holds up no other."""
    closing = [way.close() for way in app.channels.values() if isinstance(way, Closes)]
    try:
        async with asyncio.timeout(WITHIN):
            ends = await asyncio.gather(*closing, return_exceptions=True)
    except TimeoutError:
        log.warning("the channels' connections were not let go in time")
        return
    for fault in ends:
        if isinstance(fault, Exception):
            log.warning("a channel was not closed: %s", type(fault).__name__)
