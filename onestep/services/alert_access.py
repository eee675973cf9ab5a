"""Who an alert is for: whom a worry about us names sees nothing of it, nor of that stretch."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.services.ringing import CLIMBS
from onestep.storage import alerts
from onestep.storage.models import Alert, Coach


def may_see(session: Session, alert: Alert, coach_id: str) -> bool:
    """Whether an alert is for this person to see: one about us is for its two leads alone.

    Where they are whom it is about, it is for whoever was rung in their place.
    """
    if alert.about_coach_id is None:
        return True
    if coach_id == alert.about_coach_id:
        return False
    coach = session.get(Coach, coach_id)
    if coach is None or coach.role == "lead" or coach.safeguarding:
        return coach is not None
    rung = alerts.rings(session, alert.id)
    return any(row.coach_id == coach_id and row.because in CLIMBS for row in rung)


def hidden_stretches(
    session: Session, client_id: str, coach_id: str
) -> tuple[tuple[datetime, datetime | None], ...]:
    """From when to when this coach sees nothing of the talk with a client; None: still.

    For thread, digest, relay and export alike: from a worry about us to the end of its alert.
    """
    about = session.scalars(
        select(Alert)
        .where(Alert.client_id == client_id, Alert.about_coach_id.is_not(None))
        .order_by(Alert.id)
    )
    return tuple(
        (alert.at, alert.closed_at) for alert in about if not may_see(session, alert, coach_id)
    )
