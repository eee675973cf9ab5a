"""Takes the buttons off questions that are answered or let go, so that nobody presses them again.

Only ever tried once, and nothing hangs on it: a button that stays is stale, and harmless.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from channels.base import Live
from channels.errors import SendError
from onestep.services.app import App
from onestep.storage import keyboards, sealed
from onestep.storage.errors import Unreadable
from onestep.storage.models import Address


@dataclass(frozen=True)
class Left:
    """Buttons that answer nothing any more."""

    way: Live
    to: str
    provider_id: str


async def tidy(app: App) -> bool:
    """Takes the buttons off one message. False when none lie anywhere in vain."""
    left = await asyncio.to_thread(_take, app)
    if not isinstance(left, Left):
        return left
    with suppress(SendError, TimeoutError):
        await asyncio.wait_for(left.way.tidy(left.to, left.provider_id), app.send_seconds)
    return True


def _take(app: App) -> Left | bool:
    """One that is ours to try; true when it was one of no use."""
    now = app.clock()
    with app.db.read() as session:  # most looks find nothing, and need no write lock for it
        if not keyboards.is_left(session, now=now):
            return False
    with app.db.write() as session:
        row = keyboards.take(session, now=now)
        if row is None:
            return False
        address = session.get_one(Address, row.address_id)
        way: object = app.channels.get(address.channel)
        if not isinstance(way, Live):
            return True
        try:
            return Left(way, sealed.address_value(session, address), row.provider_id or "")
        except Unreadable:  # a damaged address: nothing can be done there
            return True
