"""The hand-offs of a client as stretches of the talk: who was in each, from when to when."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.services.thread_hidden import Hidden
from onestep.services.thread_parts import Person, Stretch
from onestep.storage import sealed
from onestep.storage.models import Coach, HandOff, HandOffCoach


def names_of(session: Session) -> dict[str, str]:
    """What every coach is called, by id."""
    return {each.id: sealed.coach_name(session, each) for each in session.scalars(select(Coach))}


def stretches_of(session: Session, client_id: str, hidden: Hidden) -> tuple[Stretch, ...]:
    """Every hand-off of this client that is not hidden, the oldest first."""
    names = names_of(session)
    rows = session.scalars(
        select(HandOff).where(HandOff.client_id == client_id).order_by(HandOff.id)
    )
    return tuple(_stretch(session, row, names) for row in rows if row.id not in hidden.hand_offs)


def _stretch(session: Session, row: HandOff, names: dict[str, str]) -> Stretch:
    joined = session.scalars(
        select(HandOffCoach.coach_id)
        .where(HandOffCoach.hand_off_id == row.id)
        .order_by(HandOffCoach.joined_at)
    )
    return Stretch(
        id=row.id,
        state=row.state,
        because=row.because,
        to=row.to,
        requested_at=row.requested_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=names.get(row.closed_by or ""),
        promised_at=row.promised_at,
        coaches=tuple(Person(each, names[each]) for each in joined),
    )
