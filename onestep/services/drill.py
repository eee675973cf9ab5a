"""The daily test of the whole chain: a made-up concern that no client wrote and no client sees.

screen → alert → outbox → a channel → one of the staff. Only while the office is open, so that
nobody is woken for it; marked as a drill; it ends by itself once a provider has taken it over.
"""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.domain.escalation import Team
from onestep.domain.office import is_open
from onestep.safety import Level, ScreenContext, Verdict, screen
from onestep.services import staff
from onestep.services.alert_words import notice
from onestep.services.app import App
from onestep.storage import alerts, outbox, rota, talk
from onestep.storage.alone import alone_at
from onestep.storage.models import Alert, Message, Outbox

log = logging.getLogger(__name__)

WORDS = "I want to kill myself"  # made up; nobody wrote it
ARRIVES_WITHIN = timedelta(minutes=5)
FAILED = "drill_failed"  # Alert.outcome
GONE_OUT = ("sent", "delivered")


def run_drill(app: App) -> bool:
    """Begins today's drill, once, while the office is open. True when it was begun.

    Blocking: call it from a thread.
    """
    now = app.clock()
    office = app.content(app.language).service.hours
    if not is_open(office, now):
        return False
    verdict = screen(WORDS, ScreenContext(language=app.language))  # no transaction open
    with app.db.write() as session:
        alone_at(session, "drill")
        midnight = now.astimezone(ZoneInfo(office.zone)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        if _begun_since(session, midnight):
            return False
        to = _one(rota.team(session, None, office, now))
        if to is None:
            log.error("no daily drill: neither who is on call nor a lead has a way to be told")
            return False
        _begin(app, session, verdict, to, now)
    app.bells.ring("outbox")
    return True


def settle(session: Session, alert: Alert, *, now: datetime) -> None:
    """Ends a drill: its notice has been taken over by a provider, or the operator is told."""
    if _arrived(session, alert):
        alert.state = "closed"
    else:
        alert.state, alert.outcome = "closed", FAILED
        log.error(
            "the daily drill did not get through: a real alert might not. See `onestep check`"
        )
    alert.closed_at, alert.due_at = now, None
    session.flush()


def last_failed(session: Session) -> bool:
    """Whether the newest drill that is over did not get through."""
    newest = select(Alert.outcome).where(Alert.by == alerts.DRILL, Alert.state == "closed")
    return session.scalar(newest.order_by(Alert.id.desc()).limit(1)) == FAILED


def _begun_since(session: Session, since: datetime) -> bool:
    drills = select(Alert.id).where(Alert.by == alerts.DRILL, Alert.at >= since)
    return session.scalar(drills.limit(1)) is not None


def _begin(app: App, session: Session, verdict: Verdict, to: str, now: datetime) -> None:
    message = talk.add_message(
        session,
        text=WORDS,
        direction="out",  # nobody wrote it; it counts as nobody's message and goes nowhere
        channel="drill",
        kind="drill",
        at=now,
        zone="UTC",
        client_id=None,
    )
    alert = alerts.add(
        session,
        message,
        level=Level.NOW.value,
        by=alerts.DRILL,
        category=verdict.category.value if verdict.category else None,
        spans=[],
        at=now,
        due_at=now + ARRIVES_WITHIN,
    )
    if verdict.level is not Level.NOW:
        log.error("the daily drill was not seen by the concern screen: stop, and find out why")
    else:
        row = alerts.ring(session, alert, to, because="raised", now=now)
        text = notice(app, session, alert, because="raised")
        staff.tell(session, to, text, now=now, ring_id=row.id)


def _one(team: Team) -> str | None:
    """Who hears of it: one who is on call, else a lead."""
    leads = sorted(person.id for person in team.people.values() if person.lead)
    for id in (*team.on_call, *leads):
        person = team.people.get(id)
        if person is not None and person.active and person.reachable:
            return id
    return None


def _arrived(session: Session, alert: Alert) -> bool:
    rings = [row.id for row in alerts.rings(session, alert.id)]
    rows = session.execute(
        select(Message.said)
        .join(Outbox, Outbox.message_id == Message.id)
        .where(Message.kind == staff.NOTICE, Outbox.lane == outbox.ALERT)
        .where(Outbox.state.in_(GONE_OUT), Message.at >= alert.at)
    )
    said = (each.get("ring") for (row,) in rows for each in row or [])
    return any(ring in rings for ring in said)
