"""The way out with the database away: the fixed reply, and one notice to who is on call (R1)."""

import asyncio
import logging
from datetime import datetime, timedelta

from channels.base import Outbound, Receipt
from channels.errors import Gone, Refused
from onestep.services.app import App
from onestep.services.deliver import hand_over
from onestep.services.deliver_outcome import ALERT_RETRIES
from onestep.services.park import came_at, inbound_of
from onestep.storage.spool import Parked

log = logging.getLogger(__name__)

# To staff, on a phone that may lie on a table: who to ring, and not a word of what they wrote.
NOTICE = (
    "Onestep: danger may have been said at {time} UTC by {sender} ({channel}). The database is "
    "away, so nobody else has been told and the console will not show it yet. {told} Please act "
    "on it, and see to the database. Ref {reference}"
)
ANSWERED = "They had the fixed reply."
NOT_ANSWERED = "They have not been answered yet."


async def send_what_cannot_wait(app: App) -> None:
    """Sends, of each *now* that waits in the spool, its fixed reply and one notice, once each.

    Once, but for a death between sending and noting it: then again, as alerts do (R5).
    """
    waiting = await asyncio.to_thread(app.spool.waiting)
    # Side by side: one provider that hangs must not hold up what another would take.
    await asyncio.gather(*(_both(app, each) for each in waiting if each.body["reply"] is not None))


async def _both(app: App, parked: Parked) -> None:
    await _notice(app, await _reply(app, parked))


async def _reply(app: App, parked: Parked) -> Parked:
    inbound = inbound_of(parked)
    message = Outbound(inbound.sender, parked.body["reply"], reference=f"{parked.id}-reply")
    return await _once(app, parked, "reply", inbound.channel, message)


async def _notice(app: App, parked: Parked) -> None:
    if app.emergency_contact is None:
        if "notice_tries" not in parked.body:
            log.error("danger was said while the database is away, and no contact is set")
            await asyncio.to_thread(lambda: app.spool.note(parked, notice_tries=1))
        return
    inbound = inbound_of(parked)
    channel, _, to = app.emergency_contact.partition(":")
    text = NOTICE.format(
        time=f"{came_at(parked):%H:%M}",
        sender=inbound.sender,
        channel=inbound.channel,
        told=ANSWERED if "reply_at" in parked.body else NOT_ANSWERED,
        reference=parked.id[-6:],
    )
    await _once(
        app, parked, "notice", channel, Outbound(to, text, reference=f"{parked.id}-notice")
    )


async def _once(app: App, parked: Parked, what: str, channel: str, message: Outbound) -> Parked:
    """Sends it, unless that was done or given up or is not due; notes what became of it."""
    now = app.clock()
    body = parked.body
    due = body.get(f"{what}_due")
    if {f"{what}_at", f"{what}_refused"} & set(body):
        return parked
    if due is not None and now < datetime.fromisoformat(due):
        return parked
    outcome = await hand_over(app, channel, message)
    if isinstance(outcome, Receipt):
        notes: dict[str, object] = {f"{what}_at": now.isoformat()}
    elif isinstance(outcome, Refused | Gone):
        notes = {f"{what}_refused": True}
    else:
        tries = int(body.get(f"{what}_tries", 0)) + 1
        seconds = ALERT_RETRIES[min(tries, len(ALERT_RETRIES)) - 1]
        later = (now + timedelta(seconds=seconds)).isoformat()
        notes = {f"{what}_tries": tries, f"{what}_due": later}
    return await asyncio.to_thread(lambda: app.spool.note(parked, **notes))
