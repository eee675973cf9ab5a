"""What follows when a send has failed, decided in this one place; a channel only says how."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from channels.base import Receipt
from channels.errors import Gone, NotSent, OptedOut, OurFault, Refused, SendError
from onestep.domain.contact import By, ContactEvent, ContactState, change_contact
from onestep.domain.errors import TransitionRefused
from onestep.services.for_coach import tell_coach
from onestep.storage import cancel, clients, gone_out, holds, outbox, talk
from onestep.storage.models import Address, Outbox

log = logging.getLogger(__name__)

RETRIES = (30, 120, 600, 1800)  # seconds, R5; then the message has failed and is shown
ALERT_RETRIES = (2, 5, 15, 30, 60)  # then each minute, for as long as it takes (R9)
SOONEST = 1.0  # a provider that says "at once" again and again is not asked in a circle
# How long a send that may have gone is left before it is looked up: providers list it late.
LOOK_UP_AFTER = timedelta(seconds=10)
# A held channel is tried with one message each so often; see docs/decisions/0070.
PROBE_EACH = timedelta(minutes=1)

# What did not reach a phone that was off or out of reach is tried once more, this much later.
ONCE_MORE_AFTER = timedelta(seconds=RETRIES[-1])

Outcome = Receipt | SendError | None  # nothing: nobody knows what became of it


def follows(
    session: Session, row: Outbox, outcome: Outcome, *, channel: str, now: datetime
) -> Mapping[str, Any]:
    """What to record of a send; addresses, contact states and holds are changed on the way."""
    if isinstance(outcome, OurFault):
        _hold(session, channel, now)
    elif isinstance(outcome, Receipt | Gone | Refused):  # any of these takes us for what we are
        _let_go(session, channel, now)
    if isinstance(outcome, Receipt):
        sent = {"state": "sent", "sent_at": now, "provider_id": outcome.provider_id}
        return {**sent, "reason": None}
    values = _failed(session, row, outcome, now)
    if values["state"] == "failed":
        talk.close_prompt_of(session, row.message_id)
    return values


def reported(
    session: Session,
    row: Outbox,
    error: SendError | None,
    *,
    channel: str,
    code: str | None,
    now: datetime,
) -> Mapping[str, Any]:
    """What to record of a message that was taken over and, as its provider says, has failed since.

    As for a send; but what may go better later is tried once more and no oftener, and not when
    the talk has gone on: then it would come out of order.
    """
    if isinstance(error, OurFault):
        _hold(session, channel, now)
    if isinstance(error, Gone | Refused):
        return {**_failed(session, row, error, now), **_reason(error, code)}
    if row.lane == outbox.ALERT:  # it must arrive: again, for as long as it takes
        return {"state": "ready", "due_at": now + timedelta(seconds=ALERT_RETRIES[-1])}
    last = row.attempts > len(RETRIES) or gone_out.went_on(session, row)
    if last or not isinstance(error, NotSent | OurFault):
        return {"state": "failed", "reason": code or "not_delivered"}
    later = now if isinstance(error, OurFault) else now + ONCE_MORE_AFTER
    again = {"state": "ready", "due_at": later, "attempts": len(RETRIES)}
    return {**again, "reason": outbox.HELD}  # an answer that comes meanwhile need not wait for it


def _reason(error: SendError, code: str | None) -> Mapping[str, str]:
    return {"reason": code} if code and isinstance(error, Refused) else {}


def _failed(
    session: Session, row: Outbox, error: SendError | None, now: datetime
) -> Mapping[str, Any]:
    if isinstance(error, Gone):
        (_stopped if isinstance(error, OptedOut) else gone)(session, row, now)
        if row.lane == outbox.ALERT:
            _tell_coach(session, row, now)  # a text cannot reach them
        return {"state": "failed", "reason": "gone"}
    if isinstance(error, Refused):
        _tell_coach(session, row, now)
        return {"state": "failed", "reason": "refused"}
    if row.lane == outbox.ALERT:
        return _alert_again(row, error, now)
    if isinstance(error, OurFault):
        return {"state": "ready", "attempts": row.attempts - 1}  # the channel waits, not the row
    if isinstance(error, NotSent):
        return _again(session, row, error, now)
    return {"state": "uncertain", "reason": "no_answer", "due_at": now + LOOK_UP_AFTER}


def _alert_again(row: Outbox, error: SendError | None, now: datetime) -> Mapping[str, Any]:
    seconds: float = ALERT_RETRIES[min(row.attempts, len(ALERT_RETRIES)) - 1]
    if isinstance(error, NotSent) and error.retry_after is not None:
        seconds = max(seconds, min(error.retry_after, ALERT_RETRIES[-1]))
    return {"state": "ready", "due_at": now + timedelta(seconds=seconds)}


def _again(session: Session, row: Outbox, error: NotSent, now: datetime) -> Mapping[str, Any]:
    """When it certainly did not go. Where the provider says when, that holds this address alone.

    A try that the provider puts off is not counted: a long storm of "too many" loses nothing.
    """
    if error.retry_after is not None:
        later = now + timedelta(seconds=max(error.retry_after, SOONEST))
        session.get_one(Address, row.address_id).not_before = later
        return {"state": "ready", "due_at": later, "attempts": row.attempts - 1}
    if row.attempts > len(RETRIES):
        return {"state": "failed", "reason": "not_sent"}
    return {"state": "ready", "due_at": now + timedelta(seconds=RETRIES[row.attempts - 1])}


def _hold(session: Session, channel: str, now: datetime) -> None:
    """One alarm, however many messages meet the same wall."""
    if holds.put(session, channel, now=now, probe_at=now + PROBE_EACH):
        log.error(
            "%s is held: the provider refuses our account, token or sender. Ordinary messages "
            "wait, alerts are still tried. Put it right; it is tried again each minute, or at "
            "once with `onestep outbox resume %s`",
            channel,
            channel,
        )


def _let_go(session: Session, channel: str, now: datetime) -> None:
    if holds.release(session, channel, now=now):
        log.warning("%s takes our messages again: what was held goes out", channel)


def _tell_coach(session: Session, row: Outbox, now: datetime) -> None:
    """A line for the coach: something that was said here does not arrive, and will not."""
    if row.client_id is not None:
        about = "undelivered"
        tell_coach(session, row.client_id, about=about, now=now, message_ids=[row.message_id])


def _stopped(session: Session, row: Outbox, now: datetime) -> None:
    """The client closed this address to us: their STOP, told by somebody else. It stays theirs."""
    left = session.get_one(Address, row.address_id).state in {"moved", "cut_off"}
    if row.client_id is None or left:
        return
    client = clients.client(session, row.client_id)
    state = change_contact(ContactState(client.contact), ContactEvent.STOP, by=By.PROVIDER)
    if state.value != client.contact:
        client.contact, client.contact_since = state.value, now
        client.paused_until = None
        cancel.of_the_bot(session, client_id=client.id, reason=state.value)


def gone(session: Session, row: Outbox, now: datetime) -> None:
    """This address takes no more messages: it is dead, and its client cannot be reached by it.

    Another address of theirs is not used in its place: a person asks first (terms page).
    """
    address = session.get_one(Address, row.address_id)
    if address.state == "live":  # one that was left, or a wrong number, stays what it is
        address.state = "dead"
    if row.client_id is None or not address.preferred:
        return
    client = clients.client(session, row.client_id)
    try:
        state = change_contact(ContactState(client.contact), ContactEvent.GONE, by=By.PROVIDER)
    except TransitionRefused:
        return  # stopped or ended already: nothing to change
    client.contact, client.contact_since = state.value, now
