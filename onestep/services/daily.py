"""What is looked at once in a while, in the office's hours: numbers, rota, silence, the drill."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from onestep.content import Content
from onestep.domain.office import is_open, uncovered
from onestep.services import staff
from onestep.services.app import App
from onestep.services.drill import run_drill
from onestep.services.errors import RotaGap
from onestep.storage import heard, outbox, rota
from onestep.storage.models import Client, Conversation, Message

log = logging.getLogger(__name__)

EACH = timedelta(minutes=10)
NAME = "daily"
LOOKED_AHEAD = timedelta(days=7)
SAID_AGAIN = timedelta(days=1)
NUMBERS_AGAIN = timedelta(days=7)
SILENT_FOR = timedelta(hours=72)  # after a hard message (terms page, Schedule)
NOT_OLDER = timedelta(days=14)

STALE = (
    "Onestep: some crisis numbers have not been checked for too long: {names}. Ring them, and "
    "write the date into routes.yml."
)
GAP = (
    "Onestep: nobody is on call from {begin:%A %d %B %H:%M} to {end:%A %d %B %H:%M} UTC, and "
    "there is no plan for it. Fill the rota."
)
SILENT = (
    "Onestep: somebody wrote something hard three days ago, and nothing since. It does not ring: "
    "please look today."
)
NO_PLAN = (
    "Nobody is on call from {begin:%A %d %B %H:%M} to {end:%A %d %B %H:%M} UTC. Fill the rota, or "
    "write into service.yml, as out_of_hours, what then happens."
)


def look(app: App) -> bool:
    """Looks at all of it where it is time to. True when something was queued.

    Blocking: call it from a thread. Outside the office's hours nobody is told of any of this.
    """
    now = app.clock()
    content = app.content(app.language)
    if not is_open(content.service.hours, now):
        return False
    with app.db.read() as session:
        if not heard.is_due(session, NAME, now=now, every=EACH):
            return False
    with app.db.write() as session:
        if heard.claim(session, NAME, now=now, every=EACH) is None:
            return False
        told = [
            _numbers(session, content, now),
            _gaps(session, content, now),
            _silence(session, now, link=app.public_url),
        ]
    began = app.drills and run_drill(app)
    if any(told):
        app.bells.ring("outbox")
    return began or any(told)


def require_rota(session: Session, content: Content, now: datetime) -> None:
    """Raises RotaGap where within a week nobody is there or on call, and no plan says what then.

    A rota with an uncovered hour does not start without one (R9).
    """
    for begin, end in _uncovered(session, content, now):
        raise RotaGap(NO_PLAN.format(begin=begin, end=end))


def _uncovered(
    session: Session, content: Content, now: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    if content.service.out_of_hours is not None:
        return ()
    until = now + LOOKED_AHEAD
    return uncovered(rota.shifts(session, now, until), content.service.hours, now, until)


def _numbers(session: Session, content: Content, now: datetime) -> bool:
    stale = content.routes.stale(now.date())
    names = ", ".join(route.key for route in stale)
    return bool(stale) and _tell_leads(
        session, STALE.format(names=names), about="stale_routes", each=NUMBERS_AGAIN, now=now
    )


def _gaps(session: Session, content: Content, now: datetime) -> bool:
    gaps = _uncovered(session, content, now)
    if not gaps:
        return False
    begin, end = gaps[0]
    return _tell_leads(
        session, GAP.format(begin=begin, end=end), about="rota_gap", each=SAID_AGAIN, now=now
    )


def _tell_leads(
    session: Session, text: str, *, about: str, each: timedelta, now: datetime
) -> bool:
    if staff.told_since(session, about, now - each):
        return False
    for lead in rota.leads(session):
        staff.tell(session, lead.id, text, now=now, lane=outbox.ALERT, about=about)
    return True


def _silence(session: Session, now: datetime, *, link: str | None) -> bool:
    """A note to the coach of whoever wrote last in a hard talk, three days ago; once for each."""
    newest = (
        select(func.max(Message.id))
        .where(Message.direction == "in", Message.client_id.is_not(None))
        .where(Message.at > now - NOT_OLDER)
        .group_by(Message.client_id)
    )
    rows = session.execute(
        select(Message, Client)
        .join(Client, Client.id == Message.client_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id.in_(newest), Message.at <= now - SILENT_FOR, Conversation.hard)
        .where(Client.enrolment == "enrolled")
    ).all()
    told = False
    for message, client in rows:
        about = f"silent:{client.id}"
        if not staff.told_since(session, about, message.at):
            text = f"{SILENT}\n{link}/" if link else SILENT
            staff.tell(session, client.coach_id, text, now=now, about=about)
            told = True
    return told
