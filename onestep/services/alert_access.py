"""Who an alert is for: whom a worry about us names sees nothing of it."""

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
