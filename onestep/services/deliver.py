"""The only way out: asks once more whether a message may go, sends it, records what became."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from sqlalchemy.orm import Session

from channels.base import Choice, Live, Outbound, Pace, Receipt
from channels.errors import OurFault, SendError
from onestep.domain.permission import SendKind
from onestep.services import delivery_report
from onestep.services.app import App
from onestep.services.damaged import tell_of_unsent
from onestep.services.deliver_gate import refusal
from onestep.services.deliver_outcome import PROBE_EACH, Outcome, follows
from onestep.storage import holds, outbox, pace, sealed, talk
from onestep.storage.database import DATABASE_AWAY
from onestep.storage.errors import LeaseLost, Overtaken
from onestep.storage.models import Address, Message, Outbox
from onestep.storage.outbox import Sending

log = logging.getLogger(__name__)

SHORTEST_REST = 0.01  # seconds, while the pace is kept


@dataclass(frozen=True)
class Taken:
    """One message that this worker may now send, and on which channel."""

    sending: Sending
    channel: str
    message: Outbound


async def deliver(app: App) -> bool | float:
    """Sends one message. False when none is due; where the pace holds one, the seconds to rest."""
    began = monotonic()
    taken = await asyncio.to_thread(_take, app, "ordinary")
    return await _send(app, taken, began) if isinstance(taken, Taken) else taken


async def deliver_alert(app: App) -> bool | float:
    """The same for what must not be missed; side by side, each channel by senders of its own."""
    senders = app.alert_senders
    async with senders.taking:
        began = monotonic()
        busy = senders.all_busy()
        taken = await asyncio.to_thread(_take, app, outbox.ALERT, without=busy)
        if not isinstance(taken, Taken):
            return taken
        senders.begin(taken.channel)
    try:
        app.bells.ring_here("outbox")  # whoever rests takes the next one now, not after this one
        return await _send(app, taken, began)
    finally:
        senders.end(taken.channel)


async def _send(app: App, taken: Taken, began: float) -> bool:
    # A worker that was held up must not send what another now counts as its own (R4).
    late = app.lease_seconds - (monotonic() - began) < app.send_seconds
    outcome = None if late else await hand_over(app, taken.channel, taken.message)
    try:
        await asyncio.to_thread(_settle, app, taken, outcome, late=late)
    except LeaseLost:
        log.warning("somebody else has settled this message: a report, or its lease ran out")
    return True


def _take(app: App, lane: str, *, without: Collection[str] = ()) -> Taken | bool | float:
    now = app.clock()
    with app.db.read() as session:  # most looks find nothing, and need no write lock for it
        if not outbox.is_due(session, now=now, lane=lane, without=without):
            return _rest(session, now, lane)
    try:
        with app.db.write() as session:
            outbox.settle_expired(session)
            sending = outbox.claim(
                session, now=now, lease_seconds=app.lease_seconds, lane=lane, without=without
            )
            if sending is None:  # another worker was faster: what is left waits for the pace
                return _rest(session, now, lane)
            return _gated(app, session, sending, now)
    except Overtaken:
        return SHORTEST_REST


def _rest(session: Session, now: datetime, lane: str) -> bool | float:
    until = pace.rest_until(session, now=now) if lane != outbox.ALERT else None
    return False if until is None else max((until - now).total_seconds(), SHORTEST_REST)


def _gated(app: App, session: Session, sending: Sending, now: datetime) -> Taken | bool:
    """The message, when it may go now; else what is recorded instead, and true."""
    address = session.get_one(Address, sending.row.address_id)
    try:
        values = refusal(session, sending.row, address, now)
        message = None if values else outbound(session, sending.row, address)
    except DATABASE_AWAY:
        raise
    except Exception as fault:  # noqa: BLE001  # one message must not hold up all others
        log.error("message not sent: %s", type(fault).__name__)  # noqa: TRY400  # may quote words
        values, message = {"state": "failed", "reason": "unreadable"}, None
        tell_of_unsent(session, sending.row, now)
    if message is not None:
        _keep_pace(app, session, sending.row, address, now)
        return Taken(sending, address.channel, message)
    values = values or {}
    outbox.settle(session, sending, **values)
    if values["state"] != "ready":
        talk.close_prompt_of(session, sending.row.message_id)
    return True


def _keep_pace(app: App, session: Session, row: Outbox, address: Address, now: datetime) -> None:
    """Books the room this message takes; an alert waits for none, and takes what it needs."""
    way = app.channels.get(address.channel)
    limits = Pace() if way is None else way.pace
    pace.take(
        session,
        address,
        now=now,
        per_second=limits.per_second,
        per_address_seconds=limits.per_address_seconds,
    )
    if row.lane != outbox.ALERT:
        holds.put_off_probe(session, address.channel, until=now + PROBE_EACH)


def outbound(session: Session, row: Outbox, address: Address) -> Outbound:
    """The message as its channel is handed it."""
    message = session.get_one(Message, row.message_id)
    prompt = talk.prompt_of(session, row.message_id)
    return Outbound(
        to=sealed.address_value(session, address),
        text=sealed.message_text(session, message),
        choices=tuple(Choice(choice["key"], choice["label"]) for choice in row.choices),
        # Who is asked whether a code is theirs is no client yet, and has no prompt but the row.
        prompt=prompt.id if prompt else row.id if row.choices else None,
        reference=row.id,
    )


async def hand_over(app: App, channel: str, message: Outbound) -> Outcome:
    """The receipt, the failure as its channel classed it, or nothing when it may have gone."""
    way = app.channels.get(channel)
    if way is None:
        return OurFault()  # its settings were taken out while messages waited: held, and one alarm
    try:
        return await asyncio.wait_for(way.send(message), timeout=app.send_seconds)
    except SendError as error:
        return error
    except TimeoutError:
        return None
    except Exception as fault:  # noqa: BLE001  # nobody knows what became of it
        log.error("channel broke: %s", type(fault).__name__)  # noqa: TRY400  # may quote words
        return None


def _settle(app: App, taken: Taken, outcome: Outcome, *, late: bool) -> None:
    now, row = app.clock(), taken.sending.row
    with app.db.write() as session:
        if isinstance(outcome, Receipt):
            id = outcome.provider_id
            delivery_report.no_reports_meanwhile(session, channel=taken.channel, provider_id=id)
        if late:
            values = {"state": "ready", "attempts": row.attempts - 1}
        else:
            values = dict(follows(session, row, outcome, channel=taken.channel, now=now))
            # Buttons are taken off again once they are answered (tidy); a coach's stay.
            loses = isinstance(app.channels.get(taken.channel), Live) and bool(row.choices)
            loses = loses and row.kind != SendKind.ALERT
            values["buttons"] = loses and isinstance(outcome, Receipt)
        outbox.settle(session, taken.sending, **values)
        if isinstance(outcome, Receipt):
            id = outcome.provider_id
            delivery_report.told_early(app, session, row.id, channel=taken.channel, provider_id=id)
