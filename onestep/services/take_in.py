"""Empties the spool: what cannot wait goes out, the database takes the rest when it is back."""

import asyncio
import logging
from dataclasses import replace

from onestep.services import park
from onestep.services.app import App, Clock
from onestep.services.deliver_emergency import send_what_cannot_wait
from onestep.services.provider_events import keep_things_aside, keep_wordless
from onestep.services.receive import keep, look_at
from onestep.storage.database import DATABASE_AWAY
from onestep.storage.spool import Parked

log = logging.getLogger(__name__)


async def empty_spool(app: App) -> bool:
    """Does what can be done about the messages that wait. False when none was taken in.

    One process of a machine does so at a time, so that nothing is said twice.
    """
    if not app.spool.holds_any():
        return False
    with app.spool.alone() as ours:
        if not ours:
            return False
        await send_what_cannot_wait(app)
        return await asyncio.to_thread(_take_in, app)


def _take_in(app: App) -> bool:
    """Takes the waiting messages in, in the order they came; stops where the database does."""
    taken, stuck = False, set[tuple[str, str]]()
    for parked in app.spool.waiting():
        sender = park.sender_of(parked)
        if sender in stuck:
            continue  # a sender's messages keep their order
        try:
            _take_one(app, parked)
        except DATABASE_AWAY:
            break
        except Exception as fault:  # noqa: BLE001  # one message must not hold up all others
            log.error("message not taken in: %s", type(fault).__name__)  # noqa: TRY400  # as above
            stuck.add(sender)
            continue
        app.spool.remove(parked)
        taken = True
    return taken


def _take_one(app: App, parked: Parked) -> None:
    """As if it had come in at its own hour; what was sent since is not sent again."""
    at = park.came_at(parked)
    if park.is_wordless(parked):
        keep_wordless(replace(app, clock=Clock(fixed=at)), park.event_of(parked))
        return
    inbound = park.inbound_of(parked)
    # Read again with what the client wrote before, which nobody could look up then.
    now_seen, _ = look_at(app, inbound, at)
    verdict = park.louder(park.verdict_of(parked), now_seen)
    keep(app, inbound, verdict, now=at, already=park.already_of(parked))
    keep_things_aside(app, inbound)
