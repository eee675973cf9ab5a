"""Finds what falls due by service time: check-ins to plan, to open, and pauses that are over."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from onestep.domain.schedule import due_on
from onestep.domain.terms import Rhythm, local_day, next_allowed
from onestep.services import agree_again, plan
from onestep.services.app import App
from onestep.services.times import agreed
from onestep.storage import clients, hand_offs, inbox, outbox
from onestep.storage.alone import alone_at
from onestep.storage.models import CheckIn, Client, ContactTerms, Inbox

AT_ONCE = 200  # how many clients one transaction takes on, so that none holds the lock for long

_until = Client.paused_until


def run_due(app: App) -> bool:
    """Plans and queues everything due now. True when something was queued."""
    now = app.clock()
    with app.db.write() as session:
        alone_at(session, "due")
        _plan_missing(session, now)
        agree_again.ask_coaches(session, now)
        queued = _queue_check_ins(session, now) + _queue_pauses_over(session, now)
    if queued:
        app.bells.ring("inbox")
    return queued > 0


def next_due(app: App) -> datetime | None:
    """The next moment at which something falls due: a check-in, a pause, a queue."""
    with app.db.read() as session:
        moments = [
            session.scalar(select(func.min(CheckIn.due_at)).where(CheckIn.state == "due")),
            _next_pause_over(session, app.clock()),
            inbox.next_due(session),
            outbox.next_due(session),
            hand_offs.next_due(session),
        ]
    return min((moment for moment in moments if moment is not None), default=None)


def _plan_missing(session: Session, now: datetime) -> None:
    planned = exists().where(CheckIn.client_id == Client.id, CheckIn.state.in_(plan.COMING))
    unasked = exists().where(
        ContactTerms.client_id == Client.id, ContactTerms.rhythm != Rhythm.ONLY_WHEN_ASKED.value
    )
    rows = session.scalars(
        select(Client)
        .where(unasked)
        .where(Client.enrolment == "enrolled", Client.contact == "active", ~planned)
        .where(Client.waiting_for_them.is_(False), Client.held.is_(None))
        .limit(AT_ONCE)
    ).all()
    for client in rows:
        plan.plan_for(session, client, clients.terms(session, client.id), now=now)


def _queue_check_ins(session: Session, now: datetime) -> int:
    rows = session.scalars(
        select(CheckIn)
        .where(CheckIn.state == "due", CheckIn.due_at <= now)
        .order_by(CheckIn.due_at)
        .limit(AT_ONCE)
    ).all()
    for row in rows:
        row.state = "queued"
        inbox.put_event(session, row.client_id, "check_in_due", now=now, check_in_id=row.id)
    return len(rows)


def _queue_pauses_over(session: Session, now: datetime) -> int:
    queued = 0
    for client in session.scalars(select(Client).where(*_over_and_not_asked(), _until <= now)):
        if _asked_at(session, client, now) > now:
            continue
        inbox.put_event(session, client.id, "pause_over", now=now)
        queued += 1
    return queued


def _over_and_not_asked() -> tuple[ColumnElement[bool], ...]:
    # The date itself stays: the gate lets the question out only past it (permission.py).
    asked = exists().where(
        Inbox.client_id == Client.id,
        Inbox.kind == "event",
        Inbox.body["event"].as_string() == "pause_over",
        Inbox.received_at >= _until,
    )
    return Client.contact == "paused", _until.is_not(None), ~asked


def _asked_at(session: Session, client: Client, now: datetime) -> datetime:
    """When "shall I start again?" is asked: in the client's hours on that date, never at night."""
    assert client.paused_until is not None
    terms = agreed(clients.terms(session, client.id))
    day = local_day(client.paused_until, terms)
    planned = due_on(terms, day, client_id=client.id) or client.paused_until
    return next_allowed(max(planned, client.paused_until, now), terms)


def _next_pause_over(session: Session, now: datetime) -> datetime | None:
    rows = session.scalars(select(Client).where(*_over_and_not_asked())).all()
    return min((_asked_at(session, client, now) for client in rows), default=None)
