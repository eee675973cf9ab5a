"""Passes on to coaches' phones what is said in a hand-off, in order."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from onestep.services.app import App
from onestep.services.thread import what_came
from onestep.services.to_coach import About, label, tell
from onestep.storage import coach_lines, sealed
from onestep.storage.alone import alone_at
from onestep.storage.models import (
    Attachment,
    Client,
    Coach,
    HandOff,
    HandOffCoach,
    Message,
    Relay,
)

AT_ONCE = 50  # in one transaction, so that it holds the lock for no longer
WROTE = "they have written."
COLLEAGUE = "{name} has answered them."
SEE_PAGE = "[{thing}: look at it on the page]"
NOT_KEPT = "[{thing}, which is not kept here: ask them what it is]"


def pass_on(app: App) -> bool:
    """Queues what is said in hand-offs to the phones of those who are in them. False for none."""
    with app.db.read() as session:  # most looks find nothing, and need no write lock for it
        if not session.scalar(select(exists().where(~Relay.passed_on))):
            return False
    now = app.clock()
    with app.db.write() as session:
        alone_at(session, "pass_on")
        rows = session.scalars(
            select(Relay).where(~Relay.passed_on).order_by(Relay.id).limit(AT_ONCE)
        ).all()
        for row in rows:
            _pass_on(app, session, row, now)
            row.passed_on = True
    app.bells.ring("outbox")
    return bool(rows)


def anew(session: Session, hand_off_id: str) -> None:
    """Somebody has joined: what was said before is passed on to them too."""
    session.execute(update(Relay).where(Relay.hand_off_id == hand_off_id).values(passed_on=False))


def _pass_on(app: App, session: Session, row: Relay, now: datetime) -> None:
    found = session.get_one(HandOff, row.hand_off_id)
    message = session.get_one(Message, row.message_id)
    client = session.get_one(Client, found.client_id)
    about = About(client, found, carries=message.id)
    for coach in who_hears(session, found):
        if coach.id == message.coach_id or _has_it(app, session, coach, found, message):
            continue
        tell(
            app,
            session,
            coach,
            about,
            words=f"{label(session, about)}: {_words(session, message)}",
            notice=_notice(session, message),
            now=now,
        )


def who_hears(session: Session, found: HandOff) -> Sequence[Coach]:
    """Those who are in it; while nobody is and one is asked, the one who is asked."""
    joined = session.scalars(
        select(Coach)
        .join(HandOffCoach, HandOffCoach.coach_id == Coach.id)
        .where(HandOffCoach.hand_off_id == found.id, Coach.active)
        .order_by(HandOffCoach.joined_at, Coach.id)
    ).all()
    if joined or found.state != "requested" or found.coach_id is None or not found.step:
        return joined
    asked = session.get_one(Coach, found.coach_id)
    return [asked] if asked.active else []


def _has_it(app: App, session: Session, coach: Coach, found: HandOff, message: Message) -> bool:
    """Whether it was carried there; who joined on the page has read there what came before."""
    if app.words_to_coaches:
        return message.id in coach_lines.carried(session, coach.id, found.id)
    joined = session.get(HandOffCoach, (found.id, coach.id))
    return joined is not None and message.at <= joined.joined_at


def _words(session: Session, message: Message) -> str:
    said = sealed.readable(session, message)
    text = "[it does not open; tell whoever runs Onestep]" if said is None else said
    if message.coach_id is not None:
        return f"{_name(session, message)} wrote to them: {text}"
    changed = "(changed to) " if message.kind == "edit" else ""
    parts = (f"{changed}{text}".strip(), _thing(session, message))
    return " ".join(part for part in parts if part)


def _thing(session: Session, message: Message) -> str:
    query = select(Attachment).where(Attachment.message_id == message.id)
    row = session.scalars(query.limit(1)).one_or_none()
    thing = what_came(message, row)
    if thing is None:
        return ""
    return (NOT_KEPT if row is None or row.state == "not_kept" else SEE_PAGE).format(thing=thing)


def _notice(session: Session, message: Message) -> str:
    return WROTE if message.coach_id is None else COLLEAGUE.format(name=_name(session, message))


def _name(session: Session, message: Message) -> str:
    return sealed.coach_name(session, session.get_one(Coach, message.coach_id))
