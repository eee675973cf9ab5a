"""Tells an outside monitor that the service works; the silence tells it that it does not (R10).

Sent only while the database takes what is written, nothing waits too long to go out, and the last
drill got through. Who is told when it stops is set at the monitor: nobody here could tell them.
"""

import asyncio
import logging
from datetime import datetime, timedelta

import httpx
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from onestep.services import drill
from onestep.services.app import App
from onestep.storage import heard, outbox
from onestep.storage.alerts import LIVE
from onestep.storage.database import DATABASE_AWAY
from onestep.storage.models import Alert, Outbox

log = logging.getLogger(__name__)

EACH = timedelta(minutes=1)
NAME = "heartbeat"  # its row among those who are asked at their times: writing it is the test
OUTBOX_LAG = timedelta(seconds=60)
ALERT_LAG = timedelta(seconds=30)
SECONDS = 10.0  # the monitor may take to answer


async def beat(app: App) -> bool:
    """Sends one when it is due and all is well. False: there is nothing more to do now."""
    if app.heartbeat_url is None:
        return False
    if await asyncio.to_thread(_is_due_and_well, app):
        await _send(app.heartbeat_url)
    return False


def _is_due_and_well(app: App) -> bool:
    now = app.clock()
    try:
        with app.db.read() as session:
            if not heard.is_due(session, NAME, now=now, every=EACH):
                return False
        with app.db.write() as session:
            heard.claim(session, NAME, now=now, every=EACH)
            wrong = what_is_wrong(session, now)
    except DATABASE_AWAY as away:
        log.error("no heartbeat: %s", type(away).__name__)  # noqa: TRY400  # may quote words
        return False
    for each in wrong:
        log.error("no heartbeat: %s", each)
    return not wrong


def what_is_wrong(session: Session, now: datetime) -> list[str]:
    """Why no heartbeat is sent, in plain words; empty where all is well."""
    wrong = []
    if _any(session, Outbox.lane != outbox.ALERT, Outbox.due_at <= now - OUTBOX_LAG):
        wrong.append("messages have waited for over a minute")
    if _any(session, Outbox.lane == outbox.ALERT, Outbox.due_at <= now - ALERT_LAG):
        wrong.append("alerts have waited for over half a minute")
    late = select(Alert.id).where(Alert.state.in_(LIVE), Alert.due_at <= now - ALERT_LAG)
    if session.scalar(late.limit(1)) is not None:
        wrong.append("nobody strikes the clocks of alerts")
    if drill.last_failed(session):
        wrong.append("the last drill did not get through")
    return wrong


def _any(session: Session, *where: ColumnElement[bool]) -> bool:
    ready = select(Outbox.seq).where(Outbox.state == "ready", *where)
    return session.scalar(ready.limit(1)) is not None


async def _send(url: str) -> None:
    """What the monitor answers is its own affair; that it does not is no fault of ours."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client:
            await client.get(url)
    except httpx.HTTPError as fault:
        log.warning("the monitor was not reached: %s", type(fault).__name__)  # no address here
