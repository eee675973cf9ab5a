"""Queries about alerts: the one a concern belongs to, those that are due, whom they rang."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from onestep.storage.base import new_id
from onestep.storage.models import Alert, AlertMessage, Incident, Message, Ring

# Read aloud and typed by people: no letter or digit that looks like another, and no vowel.
REF_LETTERS = "BCDFGHJKLMNPQRSTVWXZ2456789"
REF_LENGTH = 4
AT_ONCE = 20  # how many clocks one look strikes
LIVE = ("open", "acknowledged")
ABOUT_US = "about_us"
DRILL = "drill"  # Alert.by of the daily test of the whole chain; no concern of anybody's
# While it climbs its clock strikes within a quarter of an hour: one set for later than this was
# set before the machine's clock was put back.
NO_CLIMB_WAITS = timedelta(minutes=20)


def new_ref(session: Session) -> str:
    """A reference that no other alert has; it says nothing of anybody."""
    while True:
        ref = "".join(secrets.choice(REF_LETTERS) for _ in range(REF_LENGTH))
        if session.scalar(select(Alert.id).where(Alert.ref == ref)) is None:
            return ref


def add(session: Session, message: Message, **values: Any) -> Alert:
    """Keeps a new alert, with the message it is about as its first."""
    alert = Alert(
        id=new_id(),
        ref=new_ref(session),
        message_id=message.id,
        state="open",
        **values,
    )
    session.add(alert)
    session.flush()
    append(session, alert, message, **{name: getattr(alert, name) for name in _SEEN})
    return alert


_SEEN = ("level", "by", "category", "detail", "spans", "at")


def append(session: Session, alert: Alert, message: Message, **seen: Any) -> None:
    """Keeps one more message with an alert, as the screen saw it; the same twice is one row."""
    if session.get(AlertMessage, (alert.id, message.id)) is None:
        session.add(AlertMessage(alert_id=alert.id, message_id=message.id, **seen))
        session.flush()


def of_client(session: Session, client_id: str, *, about_us: bool) -> Alert | None:
    """The client's alert that is not closed. A worry about us never joins another one."""
    theirs = select(Alert).where(Alert.client_id == client_id, Alert.state.in_(LIVE))
    return _newest(session, theirs.where(_about_us() if about_us else ~_about_us()))


def of_address(session: Session, address_id: str) -> Alert | None:
    """The alert for an unknown phone that is not closed, and is in no client's record yet."""
    ringing = (
        select(Alert)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(Incident.address_id == address_id, Alert.state.in_(LIVE))
        .where(Alert.client_id.is_(None))
    )
    return _newest(session, ringing)


def now_of(session: Session, client_id: str) -> Alert | None:
    """The client's *now* that is not closed, about whomever it is; only to be looked at."""
    theirs = select(Alert).where(Alert.client_id == client_id, Alert.state.in_(LIVE))
    newest = theirs.where(Alert.level == "now").order_by(Alert.id.desc())
    return session.scalar(newest.limit(1))


def _about_us() -> ColumnElement[bool]:
    return func.coalesce(Alert.category, "") == ABOUT_US


def _newest(session: Session, rows: Select[Alert]) -> Alert | None:
    """Read anew and held till the commit: its clock may strike at the same moment."""
    newest = rows.order_by(Alert.id.desc()).limit(1).with_for_update(of=Alert)
    return session.scalar(newest.execution_options(populate_existing=True))


def heard_lately(
    session: Session, client_id: str, *, since: datetime, besides: str = ""
) -> str | None:
    """The category of the newest soft or now after `since`, "" for none named; None for none.

    `besides`: a message that does not count.
    """
    row = session.execute(
        select(AlertMessage.category)
        .join(Alert, Alert.id == AlertMessage.alert_id)
        .where(Alert.client_id == client_id, AlertMessage.level.in_(("soft", "now")))
        .where(AlertMessage.at > since, AlertMessage.message_id != besides)
        .order_by(AlertMessage.at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else row[0] or ""


def due(session: Session, *, now: datetime) -> list[Alert]:
    """Some of the alerts whose clock has struck, the longest due first; nobody's yet."""
    rows = select(Alert).where(_struck(now)).order_by(Alert.due_at, Alert.id).limit(AT_ONCE)
    return list(session.scalars(rows))


def take_due(session: Session, alert_id: str, *, now: datetime) -> Alert | None:
    """This alert, ours till the commit; None where its clock is not due any more, or taken."""
    rows = select(Alert).where(Alert.id == alert_id, _struck(now))
    rows = rows.with_for_update(skip_locked=True)
    return session.scalar(rows.execution_options(populate_existing=True))


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether the clock of any alert has struck."""
    return session.scalar(select(Alert.id).where(_struck(now)).limit(1)) is not None


def _struck(now: datetime) -> ColumnElement[bool]:
    put_back = and_(
        Alert.state == "open", Alert.level == "now", Alert.due_at > now + NO_CLIMB_WAITS
    )
    return and_(Alert.state.in_(LIVE), or_(Alert.due_at <= now, put_back))


def next_due(session: Session) -> datetime | None:
    """When the next clock of an alert strikes."""
    return session.scalar(select(func.min(Alert.due_at)).where(Alert.state.in_(LIVE)))


def ring(session: Session, alert: Alert, coach_id: str, *, because: str, now: datetime) -> Ring:
    """Keeps that this person is told; the ways are queued by who rings."""
    row = Ring(
        id=new_id(),
        alert_id=alert.id,
        coach_id=coach_id,
        step=alert.step,
        because=because,
        at=now,
    )
    session.add(row)
    session.flush()
    return row


def rings(session: Session, alert_id: str) -> list[Ring]:
    """All that was rung for it, in order."""
    return list(session.scalars(select(Ring).where(Ring.alert_id == alert_id).order_by(Ring.id)))


def messages(session: Session, alert_id: str) -> list[tuple[AlertMessage, Message]]:
    """What it is about, in the order it came, each with what the screen saw."""
    rows = session.execute(
        select(AlertMessage, Message)
        .join(Message, Message.id == AlertMessage.message_id)
        .where(AlertMessage.alert_id == alert_id)
        .order_by(AlertMessage.at, AlertMessage.message_id)
    )
    return [(each, message) for each, message in rows]


def live(session: Session) -> list[Alert]:
    """Every alert that is not closed, but for drills; the oldest first."""
    return list(
        session.scalars(
            select(Alert).where(Alert.state.in_(LIVE), Alert.by != DRILL).order_by(Alert.id)
        )
    )


def locked(session: Session, alert_id: str) -> Alert | None:
    """The alert, read anew; nobody else changes it till the commit."""
    return session.get(Alert, alert_id, with_for_update=True, populate_existing=True)
