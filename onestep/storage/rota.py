"""Queries about who is told of things: coaches, ways to reach them, cover, who is on call."""

from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.domain.escalation import Person, Team
from onestep.domain.office import Hours, Span, is_open
from onestep.storage.models import Address, Coach, Cover, OnCall


def ways(session: Session, coach_id: str) -> list[Address]:
    """Every live address of a coach: an alert goes to all of them."""
    return list(
        session.scalars(
            select(Address)
            .where(Address.coach_id == coach_id, Address.state == "live")
            .order_by(Address.id)
        )
    )


def hours_of(coach: Coach, office: Hours) -> Hours:
    """When this coach is there: their own hours, or the office's."""
    if coach.hours is None:
        return office
    return Hours(tuple(_span(*each) for each in coach.hours), coach.zone or office.zone)


def _span(weekday: int, start: str, end: str) -> Span:
    return Span(weekday, time.fromisoformat(start), time.fromisoformat(end))


def team(
    session: Session,
    coach_id: str | None,
    office: Hours,
    now: datetime,
    *,
    in_hours: bool = False,
) -> Team:
    """Everybody, as they stand at `now` to a client of this coach; None for nobody's client.

    `in_hours`: as if the coach were there, for what waits until they are.
    """
    coaches = {each.id: each for each in session.scalars(select(Coach))}
    reached = set(
        session.scalars(
            select(Address.coach_id).where(Address.coach_id.is_not(None), Address.state == "live")
        )
    )
    coach = coaches.get(coach_id) if coach_id is not None else None
    return Team(
        people={
            each.id: Person(
                each.id,
                active=each.active,
                reachable=each.id in reached,
                lead=each.role == "lead",
                safeguarding=each.safeguarding,
            )
            for each in coaches.values()
        },
        coach=coach_id,
        deputies=tuple(deputies(session, coach_id)) if coach_id is not None else (),
        on_call=tuple(on_call(session, now)),
        in_hours=in_hours or (coach is not None and is_open(hours_of(coach, office), now)),
    )


def deputies(session: Session, coach_id: str) -> list[str]:
    """Who stands in for this coach, in their order."""
    return list(
        session.scalars(
            select(Cover.deputy_id)
            .where(Cover.coach_id == coach_id)
            .order_by(Cover.position, Cover.id)
        )
    )


def on_call(session: Session, now: datetime) -> list[str]:
    """Whose turn it is at `now`; several may share an hour."""
    return list(
        session.scalars(
            select(OnCall.coach_id)
            .where(OnCall.begins_at <= now, OnCall.ends_at > now)
            .order_by(OnCall.begins_at, OnCall.id)
        )
    )


def shifts(session: Session, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """From when to when somebody active is on call, as far as it touches these days."""
    rows = session.execute(
        select(OnCall.begins_at, OnCall.ends_at)
        .join(Coach, Coach.id == OnCall.coach_id)
        .where(OnCall.ends_at > begin, OnCall.begins_at < end, Coach.active)
        .order_by(OnCall.begins_at)
    )
    return [(begins, ends) for begins, ends in rows]


def everybody(session: Session) -> list[Coach]:
    """The coaches and leads who are active, in the order they came."""
    return list(session.scalars(select(Coach).where(Coach.active).order_by(Coach.id)))


def leads(session: Session) -> list[Coach]:
    """The leads who are active."""
    return list(
        session.scalars(select(Coach).where(Coach.role == "lead", Coach.active).order_by(Coach.id))
    )
