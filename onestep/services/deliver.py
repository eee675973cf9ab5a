"""The only way out: asks once more whether a message may go, sends it, records what became."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
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
from onestep.storage import clients, inbox, outbox, sealed, talk
from onestep.storage.database import DATABASE_AWAY
from onestep.storage.errors import LeaseLost
from onestep.storage.models import Address, Client, Message, Outbox, Prompt
from onestep.storage.outbox import Sending

log = logging.getLogger(__name__)

STARTED_BY_US = frozenset({SendKind.CHECK_IN, SendKind.PAUSE_OVER})
# An address that is dead or a wrong number: "sorry" to the latter; danger is always answered.
STILL_SENT = {
    "dead": frozenset({SendKind.CONCERN_REPLY}),
    "cut_off": frozenset({SendKind.CONCERN_REPLY, SendKind.CONFIRMATION}),
}

RETRIES = (30, 120, 600, 1800)  # seconds, R5; then the message has failed and is shown
ALERT_RETRIES = (2, 5, 15, 30, 60)  # then each minute, for as long as it takes (R9)


@dataclass(frozen=True)
class Taken:
    """One message that this worker may now send, and on which channel."""

    sending: Sending
    channel: str
    message: Outbound


async def deliver(app: App, *, lane: str = "ordinary") -> bool:
    """Sends one message. False when none is due."""
    began = monotonic()
    taken = await asyncio.to_thread(_take, app, lane)
    if isinstance(taken, bool):
        return taken
    # A worker that was held up must not send what another now counts as its own (R4).
    late = app.lease_seconds - (monotonic() - began) < app.send_seconds
    outcome = None if late else await _send(app, taken)
    try:
        await asyncio.to_thread(_settle, app, taken.sending, outcome, late=late)
    except LeaseLost:
        log.warning("the lease was lost: the message is shown as uncertain")
    return True


def _take(app: App, lane: str) -> Taken | bool:
    now = app.clock()
    with app.db.read() as session:  # most looks find nothing, and need no write lock for it
        if not outbox.is_due(session, now=now, lane=lane):
            return False
    with app.db.write() as session:
        outbox.settle_expired(session)
        sending = outbox.claim(session, now=now, lease_seconds=app.lease_seconds, lane=lane)
        if sending is None:
            return False
        try:
            refusal = _refusal(session, sending.row, now)
            message = _outbound(session, sending.row)
        except DATABASE_AWAY:
            raise
        except Exception as fault:  # noqa: BLE001  # one message must not hold up all others
            log.error("message not sent: %s", type(fault).__name__)  # noqa: TRY400  # may quote words
            refusal, message = {"state": "failed", "reason": "unreadable"}, None
        if refusal is None and message is not None:
            channel = session.get_one(Address, sending.row.address_id).channel
            return Taken(sending, channel, message)
        outbox.settle(session, sending, **(refusal or {}))
        if refusal and refusal["state"] != "ready":
            talk.close_prompt_of(session, sending.row.message_id)
        return True


def _refusal(session: Session, row: Outbox, now: datetime) -> dict[str, Any] | None:
    """What to record instead of sending, or nothing when the message may go (R3)."""
    address = session.get_one(Address, row.address_id)
    kind = SendKind(row.kind)
    if address.state != "live" and kind not in STILL_SENT[address.state]:
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
        again = {"state": "ready", "due_at": later, "attempts": row.attempts - 1}
        return {**again, "reason": outbox.HELD}
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
    """When the client wrote what this answers; null for what the service began.

    First contact counts as an answer: it is asked for, by the client or with them.
    """
    if row.turn_id is None or row.kind in STARTED_BY_US:
        return None
    return inbox.written_at(session, row.turn_id)


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


async def _send(app: App, taken: Taken) -> Receipt | SendError | None:
    """The receipt, the failure as its channel classed it, or nothing when it may have gone."""
    sending = app.channels[taken.channel].send(taken.message)
    try:
        return await asyncio.wait_for(sending, timeout=app.send_seconds)
    except SendError as error:
        return error
    except TimeoutError:
        return None
    except Exception as fault:  # noqa: BLE001  # nobody knows what became of it
        log.error("channel broke: %s", type(fault).__name__)  # noqa: TRY400  # may quote words
        return None


def _settle(
    app: App, sending: Sending, outcome: Receipt | SendError | None, *, late: bool
) -> None:
    now = app.clock()
    with app.db.write() as session:
        if late:
            values: dict[str, Any] = {"state": "ready", "attempts": sending.row.attempts - 1}
        elif isinstance(outcome, Receipt):
            values = {
                "state": "sent",
                "sent_at": now,
                "provider_id": outcome.provider_id,
                "reason": None,
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
    if row.lane == outbox.ALERT:
        seconds = ALERT_RETRIES[min(row.attempts, len(ALERT_RETRIES)) - 1]
        return {"state": "ready", "due_at": now + timedelta(seconds=seconds)}
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
