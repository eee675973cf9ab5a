"""Rings whoever is next to be told of an alert, and sets its clock (R9).

Delivered is not acknowledged: the clock goes on until a person says that they have it.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from onestep.domain.escalation import Ladder, Why, about_us, ladder, next_rung, wait_after
from onestep.domain.office import Hours, next_opening
from onestep.services import staff
from onestep.services.alert_words import notice
from onestep.services.app import App
from onestep.storage import alerts, rota
from onestep.storage.models import Alert, Coach, Ring

log = logging.getLogger(__name__)

CLIMBS = ("raised", "climbed", "again", "late")  # a ring that asks for an answer
NOTE = "note"
PASSED = "passed_"
MINE = (("alert_mine", "I’ve got this"),)


def begin(app: App, session: Session, alert: Alert, *, now: datetime, because: str) -> None:
    """Begins to climb, from the first step on; who had it and entered nothing is rung as well."""
    alert.state, alert.step = "open", 0
    if because == "raised":  # what was said now has been read by nobody
        alert.acknowledged_at = alert.acknowledged_by = None
    steps = _ladder(app, session, alert, now)
    for id, why in steps.passed.items():
        if why is not Why.NAMED:
            alerts.ring(session, alert, id, because=PASSED + why, now=now)
    also = [alert.acknowledged_by] if alert.acknowledged_by and because == "late" else []
    _ring(app, session, alert, steps, told=(), also=also, now=now, because=because)


def climb(app: App, session: Session, alert: Alert, *, now: datetime) -> None:
    """Nobody took it in time: whoever is next is told; at the top, the same again."""
    told = told_since_it_began(alerts.rings(session, alert.id))
    steps = _ladder(app, session, alert, now)
    _ring(app, session, alert, steps, told=told, also=(), now=now, because="climbed")


def told_since_it_began(rows: Collection[Ring]) -> set[str]:
    """Whom this climb has told so far."""
    rung = [row for row in rows if row.because in CLIMBS]
    began = max((row.at for row in rung if row.step == 0), default=None)
    return {row.coach_id for row in rung if began is not None and row.at >= began}


def note(app: App, session: Session, alert: Alert, *, now: datetime) -> None:
    """Tells the coach, or who stands in, that there is something to look at; asks no answer."""
    alert.due_at = None
    rung, _ = next_rung(_ladder(app, session, alert, now, in_hours=True), ())
    for id in rung.who if rung else ():
        _tell(app, session, alert, id, because=NOTE, now=now)


def note_due(app: App, session: Session, alert: Alert, *, now: datetime) -> datetime:
    """When the coach is told of what does not ring: at once in their hours, once in a day."""
    office = app.content(app.language).service.hours
    coach = session.get(Coach, alert.to_coach_id) if alert.to_coach_id else None
    hours = rota.hours_of(coach, office) if coach else office
    noted = [row.at for row in alerts.rings(session, alert.id) if row.because == NOTE]
    soonest = max([now, *(_next_day(at, hours) for at in noted)])
    return next_opening(hours, soonest) or soonest


def _next_day(at: datetime, hours: Hours) -> datetime:
    local = at.astimezone(ZoneInfo(hours.zone)) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _ladder(
    app: App, session: Session, alert: Alert, now: datetime, *, in_hours: bool = False
) -> Ladder:
    office = app.content(app.language).service.hours
    team = rota.team(session, alert.to_coach_id, office, now, in_hours=in_hours)
    if alert.category == alerts.ABOUT_US:
        return about_us(team, named=alert.about_coach_id)
    return ladder(team)


def _ring(
    app: App,
    session: Session,
    alert: Alert,
    steps: Ladder,
    *,
    told: Collection[str],
    also: Collection[str],
    now: datetime,
    because: str,
) -> None:
    rung, top = next_rung(steps, told)
    if rung is None:
        _nobody(app, session, alert, now=now, because=because)
    else:
        alert.step = 0 if not told else alert.step + 1
        for id in dict.fromkeys([*rung.who, *also]):
            _tell(app, session, alert, id, because="again" if top else because, now=now)
    alert.due_at = now + wait_after(top=top or _is_last(steps, rung, told))
    if alert.promised_at is not None and now < alert.promised_at < alert.due_at:
        alert.due_at = alert.promised_at  # kept or not, it is looked at when it is due
    session.flush()


def _is_last(steps: Ladder, rung: object, told: Collection[str]) -> bool:
    """Whether nobody new comes after this rung: it is the top already."""
    new = set(getattr(rung, "who", ()))
    return all(set(each.who) <= {*told, *new} for each in steps.rungs)


def _tell(
    app: App, session: Session, alert: Alert, coach_id: str, *, because: str, now: datetime
) -> None:
    row = alerts.ring(session, alert, coach_id, because=because, now=now)
    choices = MINE if because != NOTE and alert.by != alerts.DRILL else ()
    text = notice(app, session, alert, because=because)
    staff.tell(session, coach_id, text, now=now, ring_id=row.id, choices=choices)


def _nobody(app: App, session: Session, alert: Alert, *, now: datetime, because: str) -> None:
    """Nobody on the staff can be reached: the operator, and the contact of the settings."""
    text = notice(app, session, alert, because=because)
    told = staff.tell_emergency_contact(app, session, text, now=now)
    log.error(
        "alert %s reaches nobody of the staff%s: give a lead a way that reaches them",
        alert.ref,
        ", only the emergency contact" if told else "",
    )
