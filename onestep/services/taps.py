"""Tells phones that their taps were heard: a button that nobody answers goes on turning."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from channels.base import Event, Inbound, Live
from channels.errors import SendError

WITHIN = 5.0  # seconds; later the phone has given up by itself


async def acknowledge(channel: object, events: Sequence[Event]) -> None:
    """Ends the spinner of every tap among `events`; that one does not end is no fault of theirs.

    Also of a stale button, and of one that means nothing any more. Raises nothing.
    """
    if not isinstance(channel, Live):
        return
    for event in events:
        if isinstance(event, Inbound) and event.callback is not None:
            with suppress(SendError, TimeoutError):
                await asyncio.wait_for(channel.acknowledge(event.callback), WITHIN)
