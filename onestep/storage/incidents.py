"""Queries about incidents, and about what else is kept apart from every client's record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from onestep.storage.base import new_id
from onestep.storage.models import Address, Alert, Incident, Message

SHOWN_AT_MOST = 50


@dataclass(frozen=True)
class Unchecked:
    """An incident that no person has checked, with what was written and from where."""

    incident: Incident
    message: Message
    address: Address


@dataclass(frozen=True)
class FromUnknown:
    """A message from a number that nobody knows."""

    message: Message
    address: Address


def add(
    session: Session, *, message: Message, level: str, category: str | None, now: datetime
) -> Incident:
    """Keeps that this message is for a person to look at; of no client until they have."""
    assert message.address_id is not None  # noqa: S101  # what came in came from somewhere
    incident = Incident(
        id=new_id(),
        message_id=message.id,
        address_id=message.address_id,
        level=level,
        category=category,
        at=now,
    )
    session.add(incident)
    session.flush()
    return incident


def unchecked(session: Session) -> list[Unchecked]:
    """The incidents that wait for a person, newest first."""
    rows = session.execute(
        select(Incident, Message, Address)
        .join(Message, Message.id == Incident.message_id)
        .join(Address, Address.id == Incident.address_id)
        .where(Incident.closed_at.is_(None))
        .order_by(Incident.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    return [Unchecked(*row) for row in rows]


def from_unknown(session: Session, *, since: datetime) -> list[FromUnknown]:
    """What unknown numbers wrote that is no incident, newest first."""
    of_incident = select(Incident.message_id)
    rows = session.execute(
        select(Message, Address)
        .join(Address, Address.id == Message.address_id)
        .where(Message.client_id.is_(None), Message.direction == "in", Message.at >= since)
        .where(Message.id.not_in(of_incident), Message.coach_id.is_(None))
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    return [FromUnknown(*row) for row in rows]


def ringing(session: Session, address_id: str) -> Incident | None:
    """The first unchecked *now* from this address: while there is one, a person has the talk."""
    return session.scalar(
        select(Incident)
        .where(
            Incident.address_id == address_id,
            Incident.level == "now",
            Incident.closed_at.is_(None),
        )
        .order_by(Incident.id)
        .limit(1)
    )


def said_from(session: Session, address: Address, *, since: datetime) -> list[Message]:
    """The last three that this address wrote since then, in a record or apart; oldest first."""
    whose = or_(Message.client_id.is_(None), Message.client_id == address.client_id)
    rows = session.scalars(
        select(Message)
        .where(whose, Message.address_id == address.id)
        .where(Message.direction == "in", Message.at > since)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(3)
    ).all()
    return list(reversed(rows))


def apart(session: Session, incident: Incident) -> list[Message]:
    """What was said to and fro in this incident and is linked to no record."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.client_id.is_(None), Message.address_id == incident.address_id)
            .where(Message.id >= incident.message_id)
            .order_by(Message.id)
        )
    )


def alert_of(session: Session, incident: Incident) -> Alert | None:
    """The alert that rang for it; a quieter one has none."""
    return session.scalar(select(Alert).where(Alert.incident_id == incident.id))
