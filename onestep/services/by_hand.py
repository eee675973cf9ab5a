"""What a person sets going by hand, in the demo and in scripts: a check-in now, an event."""

from zoneinfo import ZoneInfo

from sqlalchemy import select

from onestep.services import alerts
from onestep.services.app import App
from onestep.storage import clients, inbox
from onestep.storage.alerts import now_of
from onestep.storage.base import new_id
from onestep.storage.models import CheckIn

EVENTS = ("first_contact", "came_back", "pause_over", "session_over", "not_a_concern")


def make_check_in_due(app: App, client_id: str) -> None:
    """Begins a check-in now, whatever the hour; never while contact is quiet or with the coach."""
    now = app.clock()
    with app.db.write() as session:
        zone = ZoneInfo(clients.terms(session, client_id).zone)
        today = now.astimezone(zone).date()
        row = session.scalar(
            select(CheckIn)
            .where(CheckIn.client_id == client_id, CheckIn.planned_on <= today)
            .where(CheckIn.state == "due")
        ) or session.scalar(
            select(CheckIn).where(CheckIn.client_id == client_id, CheckIn.planned_on == today)
        )
        if row is None:
            row = CheckIn(id=new_id(), client_id=client_id, planned_on=today, due_at=now)
            session.add(row)
        row.state = "queued"
        session.flush()
        inbox.put_event(
            session, client_id, "check_in_due", now=now, check_in_id=row.id, asked=True
        )
    app.bells.ring("inbox")


def take_alert(app: App, client_id: str) -> None:
    """The client's own coach says that they have the alert that rings for this client.

    Raises UnknownAlert where none does.
    """
    with app.db.read() as session:
        ringing, by = now_of(session, client_id), clients.client(session, client_id).coach_id
        alert_id = ringing.id if ringing is not None else ""
    alerts.acknowledge(app, alert_id, by=by)


def raise_event(app: App, client_id: str, event: str) -> None:
    """Puts one of `EVENTS` into the client's queue, as if its moment had come."""
    now = app.clock()
    with app.db.write() as session:
        inbox.put_event(session, client_id, event, now=now)
    app.bells.ring("inbox")
