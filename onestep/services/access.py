"""Who may see whom: nobody may, unless something here says so (security page, S9)."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.services import alert_access, alert_card, staff
from onestep.services.alert_card import AlertLine
from onestep.services.app import App
from onestep.services.errors import ReasonMissing, UnknownClient
from onestep.storage import alerts, audit, caseload, sealed
from onestep.storage.models import Alert, Client, Coach

GLASS_FOR = timedelta(hours=1)
SHORTEST_REASON = 10  # letters: "x" is no reason


def may_see(session: Session, coach_id: str, client_id: str, now: datetime) -> bool:
    """Whether this coach may see this client now. Nobody who has left may."""
    coach = session.get(Coach, coach_id)
    if coach is None or not coach.active:
        return False
    return caseload.has_to_do_with(session, coach, client_id, now)


def may_see_alert(session: Session, coach_id: str, alert: Alert, now: datetime) -> bool:
    """Whether this coach may see this alert: never the one whom it names.

    Besides leads it is for whoever is told of it, and for whoever may see the client; a worry
    about us for the safeguarding lead, and for no colleague. One of nobody's record is for leads
    and whoever is told.
    """
    coach = session.get(Coach, coach_id)
    if coach is None or not coach.active or not alert_access.may_see(session, alert, coach_id):
        return False
    told = alert.to_coach_id == coach_id or caseload.was_rung(session, coach_id, alert.id)
    if coach.role == "lead" or told:
        return True
    if alert.about_coach_id is not None or alert.category == alerts.ABOUT_US:
        return coach.safeguarding
    if alert.client_id is None:
        return False
    return caseload.has_to_do_with(session, coach, alert.client_id, now)


def open_alerts(app: App, *, seen_by: str) -> tuple[AlertLine, ...]:
    """The open alerts that this coach may see, the loudest and then the oldest first."""
    lines, now = alert_card.open_alerts(app, seen_by=seen_by), app.clock()
    with app.db.read() as session:
        return tuple(
            line
            for line in lines
            if may_see_alert(session, seen_by, session.get_one(Alert, line.id), now)
        )


def alert_of(session: Session, named: str) -> Alert | None:
    """The alert of this id, or of this reference as a notice names it."""
    return session.get(Alert, named) or session.scalar(select(Alert).where(Alert.ref == named))


def break_glass(app: App, client_id: str, why: str, *, by: str) -> datetime:
    """Opens a client who is not theirs for an hour; the leads are told. Returns until when.

    Raises UnknownClient, and ReasonMissing where nothing to speak of was given.
    """
    reason = " ".join(why.split())
    if len(reason) < SHORTEST_REASON:
        raise ReasonMissing(ReasonMissing.__doc__)
    now = app.clock()
    with app.db.write() as session:
        if session.get(Client, client_id) is None:
            raise UnknownClient(UnknownClient.__doc__)
        row = caseload.put_break_glass(
            session, coach_id=by, client_id=client_id, why=reason, now=now, until=now + GLASS_FOR
        )
        audit.record(session, who=by, what="broke_glass", whom=client_id, why=row.id, now=now)
        told = _told(app, sealed.coach_name(session, session.get_one(Coach, by)), client_id)
        for lead in caseload.leads(session):
            if lead.id != by:
                staff.tell(session, lead.id, told, now=now)
        until = row.until
    app.bells.ring("outbox")
    return until


def _told(app: App, name: str, client_id: str) -> str:
    """On a phone that may lie on a table: nothing about the client, and no reason."""
    link = f"\n{app.public_url.rstrip('/')}/clients/{client_id}" if app.public_url else ""
    return f"Onestep: {name} has opened a client who is not theirs, for an hour.{link}"
