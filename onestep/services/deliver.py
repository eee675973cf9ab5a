"""The only way out: asks once more whether a message may go, sends it, records what became."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from channels.base import Choice, Gone, NotSent, OurFault, Outbound, Receipt, Refused, SendError
from onestep.domain.contact import By, ContactEvent, ContactState, change_contact
from onestep.domain.errors import TransitionRefused
from onestep.domain.permission import Allowed, SendKind, may_send
from onestep.domain.permission import Refused as NotNow
from onestep.domain.terms import next_allowed, quiet
from onestep.services.app import App
from onestep.services.standing import standing
from onestep.services.times import agreed
from onestep.storage import clients, outbox, sealed
from onestep.storage.errors import LeaseLost
from onestep.storage.models import Address, Client, Message, Outbox, Prompt, Turn
from onestep.storage.outbox import Sending

log = logging.getLogger(__name__)

RETRIES = (30, 120, 600, 1800)  # seconds, R5; then the message has failed and is shown


async def deliver(app: App, *, lane: str = "ordinary") -> bool:
    """Sends one message. False when none is due."""
    taken = await asyncio.to_thread(_take, app, lane)
    if not isinstance(taken, tuple):
        return taken
    sending, message = taken
    outcome = await _send(app, message, sending)
    try:
        await asyncio.to_thread(_settle, app, sending, outcome)
    except LeaseLost:
        log.warning("sent, but the lease was lost: the message is shown as uncertain")
    return True


def _take(app: App, lane: str) -> tuple[Sending, Outbound] | bool:
    now = app.clock()
    with app.db.write() as session:
        outbox.settle_expired(session)
        sending = outbox.claim(session, now=now, lease_seconds=app.lease_seconds, lane=lane)
        if sending is None:
            return False
        refusal = _refusal(session, sending.row, now)
        if refusal is not None:
            outbox.settle(session, sending, **refusal)
            return True
        return sending, _outbound(session, sending.row)


def _refusal(session: Session, row: Outbox, now: datetime) -> dict[str, Any] | None:
    """What to record instead of sending, or nothing when the message may go (R3)."""
    address = session.get_one(Address, row.address_id)
    kind = SendKind(row.kind)
    if address.state != "live":
        return {"state": "cancelled", "reason": "address_" + address.state}
    if row.client_id is None:
        return None
    client = clients.client(session, row.client_id)
    verdict = _verdict(session, client, row, kind, now)
    if isinstance(verdict, Allowed):
        return None
    terms = agreed(clients.terms(session, client.id))
    later = next_allowed(now, terms)
    if verdict.may_wait and (row.not_after is None or later < row.not_after):
        return {"state": "ready", "due_at": later, "attempts": row.attempts - 1}
    return {"state": "cancelled", "reason": verdict.reason.value}


def _verdict(
    session: Session, client: Client, row: Outbox, kind: SendKind, now: datetime
) -> Allowed | NotNow:
    return may_send(
        kind,
        standing(session, client),
        now=now,
        quiet=quiet(now, agreed(clients.terms(session, client.id))),
        answers=_answers(session, row),
        not_after=row.not_after,
    )


def _answers(session: Session, row: Outbox) -> datetime | None:
    """When the turn this message belongs to was made; null for what the service began."""
    turn = session.get(Turn, row.turn_id) if row.turn_id else None
    return turn.at if turn is not None and row.kind != "check_in" else None


def _outbound(session: Session, row: Outbox) -> Outbound:
    message = session.get_one(Message, row.message_id)
    address = session.get_one(Address, row.address_id)
    prompt = session.query(Prompt).filter(Prompt.message_id == row.message_id).one_or_none()
    return Outbound(
        to=sealed.address_value(session, address),
        text=sealed.message_text(session, message),
        choices=tuple(Choice(choice["key"], choice["label"]) for choice in row.choices),
        prompt=prompt.id if prompt else None,
        reference=row.id,
    )


async def _send(app: App, message: Outbound, sending: Sending) -> Receipt | SendError | None:
    """The receipt, the failure as its channel classed it, or nothing when it may have gone."""
    channel = app.channels[await asyncio.to_thread(_channel_of, app, sending.row)]
    try:
        return await asyncio.wait_for(channel.send(message), timeout=app.send_seconds)
    except SendError as error:
        return error
    except TimeoutError:
        return None


def _channel_of(app: App, row: Outbox) -> str:
    with app.db.read() as session:
        return session.get_one(Address, row.address_id).channel


def _settle(app: App, sending: Sending, outcome: Receipt | SendError | None) -> None:
    now = app.clock()
    with app.db.write() as session:
        if isinstance(outcome, Receipt):
            values: dict[str, Any] = {
                "state": "sent",
                "sent_at": now,
                "provider_id": outcome.provider_id,
            }
        else:
            values = _failed(session, sending.row, outcome, now)
        outbox.settle(session, sending, **values)


def _failed(
    session: Session, row: Outbox, error: SendError | None, now: datetime
) -> dict[str, Any]:
    """The one place that decides what follows a failed send (courier's lesson)."""
    if isinstance(error, Gone):
        _gone(session, row, now)
        return {"state": "failed", "reason": "gone"}
    if isinstance(error, Refused):
        return {"state": "failed", "reason": "refused"}
    if isinstance(error, NotSent | OurFault):
        return _again(row, error, now)
    return {"state": "uncertain", "reason": "no_answer"}


def _again(row: Outbox, error: NotSent | OurFault, now: datetime) -> dict[str, Any]:
    if row.attempts > len(RETRIES):
        return {"state": "failed", "reason": "not_sent"}
    wait = error.retry_after if isinstance(error, NotSent) else None
    seconds = wait if wait is not None else RETRIES[row.attempts - 1]
    return {"state": "ready", "due_at": now + timedelta(seconds=seconds)}


def _gone(session: Session, row: Outbox, now: datetime) -> None:
    session.get_one(Address, row.address_id).state = "dead"
    if row.client_id is None:
        return
    client = clients.client(session, row.client_id)
    try:
        state = change_contact(ContactState(client.contact), ContactEvent.GONE, by=By.PROVIDER)
    except TransitionRefused:
        return  # stopped or ended already: nothing to change
    client.contact, client.contact_since = state.value, now
