"""Finds what falls due by service time: check-ins to plan, to open, and pauses that are over."""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from onestep.services import plan
from onestep.services.app import App
from onestep.storage import clients, inbox, outbox
from onestep.storage.models import CheckIn, Client

AT_ONCE = 200  # how many clients one transaction takes on, so that none holds the lock for long


def run_due(app: App) -> bool:
    """Plans and queues everything due now. True when something was queued."""
    now = app.clock()
    with app.db.write() as session:
        _plan_missing(session, now)
        queued = _queue_check_ins(session, now) + _queue_pauses_over(session, now)
    if queued:
        app.bells.ring("inbox")
    return queued > 0


def next_due(app: App) -> datetime | None:
    """The next moment at which something falls due: a check-in, a pause, a queue."""
    with app.db.read() as session:
        moments = [
            session.scalar(select(func.min(CheckIn.due_at)).where(CheckIn.state == "due")),
            session.scalar(
                select(func.min(Client.paused_until)).where(Client.contact == "paused")
            ),
            inbox.next_due(session),
            outbox.next_due(session),
        ]
    return min((moment for moment in moments if moment is not None), default=None)


def _plan_missing(session: Session, now: datetime) -> None:
    planned = exists().where(CheckIn.client_id == Client.id, CheckIn.state == "due")
    rows = session.scalars(
        select(Client)
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
        inbox.put(
            session,
            client_id=row.client_id,
            kind="event",
            now=now,
            due_at=now,
            body={"event": "check_in_due", "check_in_id": row.id},
        )
    return len(rows)


def _queue_pauses_over(session: Session, now: datetime) -> int:
    rows = session.scalars(
        select(Client).where(Client.contact == "paused", Client.paused_until <= now).limit(AT_ONCE)
    ).all()
    for client in rows:
        client.paused_until = None  # asked once; without an answer it stays quiet
        inbox.put(
            session,
            client_id=client.id,
            kind="event",
            now=now,
            due_at=now,
            body={"event": "pause_over"},
        )
    return len(rows)
