"""Who stands in for whom, and who is on call: set by a lead, read by everything that rings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from onestep.domain.office import uncovered
from onestep.services.app import App
from onestep.services.errors import NoSuchCoach, RotaRefused
from onestep.storage import audit, sealed
from onestep.storage.base import new_id
from onestep.storage.models import Coach, Cover, OnCall
from onestep.storage.rota import shifts as shifts_of

SHOWN_FOR = timedelta(days=15)
LONGEST_SHIFT = timedelta(days=14)


@dataclass(frozen=True)
class Shift:
    """One stretch of somebody's on call."""

    id: str
    name: str
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Covered:
    """One coach, and the names of who stands in for them, in their order."""

    id: str
    name: str
    deputies: tuple[str, ...]


def shifts(app: App) -> tuple[Shift, ...]:
    """Who is on call, from now for about two weeks."""
    now = app.clock()
    with app.db.read() as session:
        rows = session.execute(
            select(OnCall, Coach)
            .join(Coach, Coach.id == OnCall.coach_id)
            .where(OnCall.ends_at > now, OnCall.begins_at < now + SHOWN_FOR, Coach.active)
            .order_by(OnCall.begins_at, OnCall.id)
        ).all()
        return tuple(
            Shift(row.id, sealed.coach_name(session, coach), row.begins_at, row.ends_at)
            for row, coach in rows
        )


def gaps(app: App) -> tuple[tuple[datetime, datetime], ...]:
    """When nobody is there and nobody on call, from now for about two weeks."""
    now = app.clock()
    until, office = now + SHOWN_FOR, app.content(app.language).service.hours
    with app.db.read() as session:
        return uncovered(shifts_of(session, now, until), office, now, until)


def put_on_call(
    app: App, coach_id: str, *, begins_at: datetime, ends_at: datetime, by: str
) -> None:
    """This coach is on call then. Raises NoSuchCoach, and RotaRefused for no such time."""
    if not timedelta(0) < ends_at - begins_at <= LONGEST_SHIFT:
        raise RotaRefused("On call ends after it begins, and within two weeks.")
    with app.db.write() as session:
        _there(session.get(Coach, coach_id))
        row = OnCall(id=new_id(), coach_id=coach_id, begins_at=begins_at, ends_at=ends_at)
        session.add(row)
        audit.record(
            session, who=by, what="put_on_call", whom=coach_id, why=row.id, now=app.clock()
        )


def take_off_call(app: App, shift_id: str, *, by: str) -> None:
    """This stretch is nobody's any more; one there is not changes nothing."""
    with app.db.write() as session:
        row = session.get(OnCall, shift_id)
        if row is not None:
            session.delete(row)
            audit.record(session, who=by, what="took_off_call", whom=row.coach_id, now=app.clock())


def covered(app: App) -> tuple[Covered, ...]:
    """Who stands in for each coach."""
    with app.db.read() as session:
        coaches = session.scalars(select(Coach).where(Coach.active).order_by(Coach.id)).all()
        names = {coach.id: sealed.coach_name(session, coach) for coach in coaches}
        rows = session.scalars(select(Cover).order_by(Cover.position, Cover.id)).all()
        return tuple(
            Covered(
                coach.id,
                names[coach.id],
                tuple(
                    names[row.deputy_id]
                    for row in rows
                    if row.coach_id == coach.id and row.deputy_id in names
                ),
            )
            for coach in coaches
        )


def set_cover(app: App, coach_id: str, deputies: list[str], *, by: str) -> None:
    """These stand in for this coach, the first of them first; none, and nobody does.

    They see that coach's clients from now on. Raises NoSuchCoach, and RotaRefused for themselves.
    """
    wanted = list(dict.fromkeys(deputies))
    if coach_id in wanted:
        raise RotaRefused("Nobody stands in for themselves.")
    with app.db.write() as session:
        for each in (coach_id, *wanted):
            _there(session.get(Coach, each))
        session.execute(delete(Cover).where(Cover.coach_id == coach_id))
        for position, deputy in enumerate(wanted, start=1):
            session.add(Cover(id=new_id(), coach_id=coach_id, deputy_id=deputy, position=position))
        audit.record(session, who=by, what="set_cover", whom=coach_id, now=app.clock())


def _there(coach: Coach | None) -> None:
    if coach is None or not coach.active:
        raise NoSuchCoach("There is no such coach here.")
