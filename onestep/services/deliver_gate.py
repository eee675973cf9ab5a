"""Whether a message that was queued earlier may go out now, asked inside the claim (R3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from onestep.domain.contact import ContactState
from onestep.domain.permission import ANSWER_FRESH, Allowed, SendKind, may_send
from onestep.domain.permission import Refused as NotNow
from onestep.domain.terms import Rhythm, Terms, next_allowed, next_good, quiet, safe
from onestep.services.standing import standing
from onestep.services.times import agreed, safe_times
from onestep.storage import clients, gone_out, outbox, sealed, talk, waiting
from onestep.storage.models import Address, Client, Message, Outbox, SafeContact

STARTED_BY_US = frozenset({SendKind.CHECK_IN, SendKind.PAUSE_OVER})
# An address that is dead, was left for another, or is a wrong number. To the last two goes the one
# line that ends it; danger is always answered.
STILL_SENT = {
    "dead": frozenset({SendKind.CONCERN_REPLY}),
    "moved": frozenset({SendKind.CONCERN_REPLY, SendKind.CONFIRMATION}),
    "cut_off": frozenset({SendKind.CONCERN_REPLY, SendKind.CONFIRMATION}),
}
# The hours of who has agreed none: those of a client who says nothing else.
ANYBODYS = Terms(rhythm=Rhythm.ONLY_WHEN_ASKED, zone=clients.NewTerms.zone)
# The same text to one client more often than this is a loop of ours, and held for a person.
SAME_TEXT, SAME_TEXT_IN = 5, timedelta(minutes=5)


def refusal(
    session: Session, row: Outbox, address: Address, now: datetime
) -> Mapping[str, Any] | None:
    """What to record instead of sending, or nothing when the message may go."""
    kind = SendKind(row.kind)
    if address.state != "live" and kind not in STILL_SENT[address.state]:
        return {"state": "cancelled", "reason": "address_" + address.state}
    if row.client_id is None:
        return _to_a_phone_left(session, row, address) or _at_night(row, address, now)
    if row.client_id != address.client_id and row.lane != outbox.ALERT:  # another has it by now
        return {"state": "cancelled", "reason": "address_moved"}
    client = clients.client(session, row.client_id)
    verdict = _verdict(session, client, row, kind, now)
    if isinstance(verdict, Allowed):
        return _said_too_often(session, row, now)
    terms = agreed(clients.terms(session, client.id))
    later = next_good(now, safe_times(session.get(SafeContact, client.id)), terms)
    if verdict.may_wait and later and (row.not_after is None or later < row.not_after):
        again = {"state": "ready", "due_at": later, "attempts": row.attempts - 1}
        return {**again, "reason": outbox.HELD}
    return {"state": "cancelled", "reason": verdict.reason.value}


def _to_a_phone_left(session: Session, row: Outbox, address: Address) -> Mapping[str, Any] | None:
    """What is in nobody's record goes out; but where a client was, not after their STOP.

    Danger is always answered, whoever holds that phone.
    """
    if row.lane == outbox.ALERT or address.client_id is None or address.state != "moved":
        return None
    stopped = clients.client(session, address.client_id).contact == ContactState.STOPPED
    return {"state": "cancelled", "reason": ContactState.STOPPED.value} if stopped else None


def _at_night(row: Outbox, address: Address, now: datetime) -> Mapping[str, Any] | None:
    """A line to somebody we do not know, about what they wrote long ago, waits for the morning.

    Who has just written is answered at any hour, and danger always (terms page, Schedule).
    """
    to_staff = row.kind == SendKind.ALERT  # who works here has no night of ours
    if row.lane == outbox.ALERT or to_staff or now - row.queued_at <= ANSWER_FRESH:
        return None
    if row.reason == outbox.HELD and address.client_id is not None:
        return {"state": "cancelled", "reason": "address_moved"}  # known by now
    morning = next_allowed(now, ANYBODYS)
    if morning <= now:
        return None
    again = {"state": "ready", "due_at": morning, "attempts": row.attempts - 1}
    return {**again, "reason": outbox.HELD}


def _verdict(
    session: Session, client: Client, row: Outbox, kind: SendKind, now: datetime
) -> Allowed | NotNow:
    terms = agreed(clients.terms(session, client.id))
    kept = session.get(SafeContact, client.id)
    return may_send(
        kind,
        standing(session, client),
        now=now,
        quiet=quiet(now, terms),
        safe=safe(now, safe_times(kept), terms),
        answers=_answers(session, row),
        not_after=row.not_after,
    )


def _answers(session: Session, row: Outbox) -> datetime | None:
    """When the client wrote what this answers; null for what the service began.

    First contact counts as an answer: it is asked for, by the client or with them. A coach's
    words answer the last that the client wrote.
    """
    if row.kind == SendKind.RELAY and row.client_id is not None:
        last = talk.last_in(session, row.client_id, limit=1)
        return last[0].at if last else None
    if row.turn_id is None or row.kind in STARTED_BY_US:
        return None
    return waiting.written_at(session, row.turn_id)


def _said_too_often(session: Session, row: Outbox, now: datetime) -> Mapping[str, Any] | None:
    if row.lane == outbox.ALERT or row.reason == gone_out.BY_HAND:
        return None
    lately = gone_out.lately(session, row, since=now - SAME_TEXT_IN)
    if len(lately) < SAME_TEXT:
        return None
    text = sealed.message_text(session, session.get_one(Message, row.message_id))
    said = [sealed.message_text(session, each) for each in talk.messages(session, lately)]
    if said.count(text) < SAME_TEXT:
        return None
    return {"state": "failed", "reason": "same_text"}
