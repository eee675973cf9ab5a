"""Queries about hand-offs: which is open, who is in it, and what was carried in it."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from onestep.storage.base import new_id
from onestep.storage.models import HandOff, HandOffCoach, Message, Relay

# How long what a second coach writes down on handing back is kept with what the first did.
JUST = timedelta(hours=24)
# Asked in every turn, so put together once: building a statement costs more than running it.
_CURRENT = select(HandOff).where(
    HandOff.client_id == bindparam("client_id"),
    HandOff.state != literal_column("'closed'"),  # as its index says it, or SQLite does not use it
)


def current(session: Session, client_id: str) -> HandOff | None:
    """The hand-off that is requested or open for this client."""
    return session.scalar(_CURRENT, {"client_id": client_id})


def just_closed(session: Session, client_id: str, now: datetime) -> HandOff | None:
    """The one that another coach may have closed while this one was writing."""
    return session.scalar(
        select(HandOff)
        .where(HandOff.client_id == client_id, HandOff.closed_at >= now - JUST)
        .order_by(HandOff.closed_at.desc())
        .limit(1)
    )


def put_in(session: Session, found: HandOff, coach_id: str, *, now: datetime) -> None:
    """The coach is in it from now on, and what was said in it before is passed on to them too."""
    if session.get(HandOffCoach, (found.id, coach_id)) is None:
        session.add(HandOffCoach(hand_off_id=found.id, coach_id=coach_id, joined_at=now))
        session.execute(update(Relay).where(Relay.hand_off_id == found.id).values(passed_on=False))


def carry(session: Session, found: HandOff, message: Message, direction: str) -> None:
    """Keeps that this message is carried, to_coach or to_client; it is passed on after that."""
    message.relayed = True
    session.add(
        Relay(
            id=new_id(),
            hand_off_id=found.id,
            message_id=message.id,
            direction=direction,
            at=message.at,
        )
    )
    session.flush()


def next_due(session: Session) -> datetime | None:
    """When somebody is to be seen to who waits for a person."""
    return session.scalar(
        select(HandOff.due_at)
        .where(HandOff.state != literal_column("'closed'"), HandOff.due_at.is_not(None))
        .order_by(HandOff.due_at)
        .limit(1)
    )


def due(session: Session, now: datetime) -> HandOff | None:
    """One whose client waits for a person, and whose time has come; the longest due first."""
    return session.scalar(
        select(HandOff)
        .where(HandOff.state != literal_column("'closed'"), HandOff.due_at <= now)
        .order_by(HandOff.due_at)
        .limit(1)
    )
