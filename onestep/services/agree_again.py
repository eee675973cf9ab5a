"""Every 90 days the coach is asked to agree anew how the client is safely reached."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from onestep.services.for_coach import tell_coach
from onestep.storage.models import Client, SafeContact

AFTER = timedelta(days=90)  # security page, shared phone
AT_ONCE = 200


def ask_coaches(session: Session, now: datetime) -> None:
    """A line for the coach of each client whose safe contact is that old; again in 90 days."""
    last = func.coalesce(SafeContact.reminded_at, SafeContact.agreed_at)
    rows = session.scalars(
        select(SafeContact)
        .join(Client, Client.id == SafeContact.client_id)
        .where(Client.enrolment == "enrolled", last <= now - AFTER)
        .limit(AT_ONCE)
    ).all()
    for kept in rows:
        kept.reminded_at = now
        tell_coach(session, kept.client_id, about="safe_contact", detail="agree_again", now=now)
