"""Queries about who has to do with which client, and who opened one out of turn."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.base import new_id
from onestep.storage.models import (
    Alert,
    BreakGlass,
    Client,
    Coach,
    Cover,
    HandOff,
    HandOffCoach,
    OnCall,
    Ring,
)


def has_to_do_with(session: Session, coach: Coach, client_id: str, now: datetime) -> bool:
    """Whether this coach may see this client now: by default nobody may (security page, S9)."""
    query = select(Client.id).where(Client.id == client_id, _theirs(coach, now))
    return session.scalar(query) is not None


def clients_of(session: Session, coach: Coach, now: datetime) -> Sequence[Client]:
    """The clients this coach may see now, the newest last."""
    query = select(Client).where(_theirs(coach, now), Client.enrolment != "erased")
    return session.scalars(query.order_by(Client.id)).all()


def _theirs(coach: Coach, now: datetime) -> ColumnElement[bool]:
    """Whom a coach may see.

    Their own, and all of them for a lead; those of whom they cover for; whoever they were rung
    about, or anything rings for while they are on call; whoever they are in a hand-off with, or
    are asked to come to; and for a while whoever they broke the glass for.
    """
    if coach.role == "lead":
        return true()
    rings = exists().where(Alert.client_id == Client.id, Alert.state.in_(("open", "acknowledged")))
    return or_(
        Client.coach_id == coach.id,
        exists().where(Cover.coach_id == Client.coach_id, Cover.deputy_id == coach.id),
        exists().where(
            Alert.client_id == Client.id,
            Alert.state.in_(("open", "acknowledged")),
            Ring.alert_id == Alert.id,
            Ring.coach_id == coach.id,
        ),
        rings
        & exists().where(
            OnCall.coach_id == coach.id, OnCall.begins_at <= now, OnCall.ends_at > now
        ),
        exists().where(
            HandOff.client_id == Client.id,
            HandOff.state != "closed",
            HandOffCoach.hand_off_id == HandOff.id,
            HandOffCoach.coach_id == coach.id,
        ),
        exists().where(
            HandOff.client_id == Client.id,
            HandOff.state == "requested",
            HandOff.coach_id == coach.id,
        ),
        exists().where(
            BreakGlass.client_id == Client.id,
            BreakGlass.coach_id == coach.id,
            BreakGlass.at <= now,
            BreakGlass.until > now,
        ),
    )


def was_rung(session: Session, coach_id: str, alert_id: str) -> bool:
    """Whether this coach was told of this alert."""
    query = select(Ring.id).where(Ring.alert_id == alert_id, Ring.coach_id == coach_id)
    return session.scalar(query.limit(1)) is not None


def put_break_glass(
    session: Session, *, coach_id: str, client_id: str, why: str, now: datetime, until: datetime
) -> BreakGlass:
    """Keeps that a coach opened a client who is not theirs, and why."""
    id = new_id()
    row = BreakGlass(
        id=id,
        client_id=client_id,
        coach_id=coach_id,
        why=sealed.seal(session, "break_glass", "why", id, why),
        at=now,
        until=until,
    )
    session.add(row)
    session.flush()
    return row


def leads(session: Session) -> Sequence[Coach]:
    """The leads of this service who are at work here."""
    return session.scalars(
        select(Coach).where(Coach.role == "lead", Coach.active).order_by(Coach.id)
    ).all()
