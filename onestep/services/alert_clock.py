"""Strikes the clocks of alerts: nobody took it, nothing was entered, or a note is due.

Its state is the row (step, due_at), so a restart forgets nothing. Runs whatever the machine's
clock does (R8), and never asks the bot.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.content.concern import fixed_line
from onestep.domain.permission import SendKind
from onestep.services import apart, concern_reply, drill, ringing
from onestep.services.alert_words import must_be_rung
from onestep.services.app import App
from onestep.services.scope import new_turn_id, open_scope
from onestep.services.standing import standing
from onestep.storage import alerts, clients, outbox, talk
from onestep.storage.alone import alone_with
from onestep.storage.models import Address, Alert, Incident, Message


def strike(app: App) -> bool | float:
    """Goes on with what is due; else how many seconds until the next, false when there is none."""
    now = app.clock()
    with app.db.read() as session:  # most looks find nothing, and need no write lock for it
        due = [(alert.id, alert.client_id) for alert in alerts.due(session, now=now)]
        soonest = alerts.next_due(session) if not due else None
    for alert_id, client_id in due:
        with app.db.write() as session:
            if client_id is not None:
                alone_with(session, client_id)  # in the order in which a message takes them
            alert = alerts.take_due(session, alert_id, now=now)
            if alert is not None:
                _go_on(app, session, alert, now)
        app.bells.ring("outbox")
    if due:
        return True
    return False if soonest is None else max((soonest - now).total_seconds(), 0.0)


def _go_on(app: App, session: Session, alert: Alert, now: datetime) -> None:
    if alert.by == alerts.DRILL:
        drill.settle(session, alert, now=now)
    elif alert.level != "now":
        ringing.note(app, session, alert, now=now)
    else:
        _tell_the_truth(app, session, alert, now)
        if alert.state == "open":
            ringing.climb(app, session, alert, now=now)
        else:  # taken, and nothing was entered by the promised time
            ringing.begin(app, session, alert, now=now, because="late")


def _tell_the_truth(app: App, session: Session, alert: Alert, now: datetime) -> None:
    """Once, when what the client was promised was not kept; who has been written to, has it."""
    if alert.promised_at is None or now < alert.promised_at:
        return
    taken = alert.acknowledged_at is not None
    said = "concern_late_contact" if taken else "concern_late"
    if alert.client_id is None:
        _tell_a_phone(app, session, alert, now)
    elif not (
        _asked_for_silence(session, alert)
        or _told(session, alert, said)
        or (taken and _in_touch(session, alert))
    ):
        scope = open_scope(
            session,
            app.content,
            client_id=alert.client_id,
            turn_id=new_turn_id(),
            now=now,
        )
        talk.add_turn(session, id=scope.turn_id, client_id=alert.client_id, by="screen", now=now)
        concern_reply.tell_late(scope, taken=taken)


def _asked_for_silence(session: Session, alert: Alert) -> bool:
    """Whether no line of ours may come unasked: the notice says that they have to be rung."""
    assert alert.client_id is not None
    client = clients.client(session, alert.client_id)
    return must_be_rung(session, alert) or standing(session, client).exited


def _told(session: Session, alert: Alert, key: str) -> bool:
    assert alert.client_id is not None
    return talk.said_since(session, alert.client_id, key, since=alert.at)


def _in_touch(session: Session, alert: Alert) -> bool:
    """Whether a person has written to them since somebody took it."""
    theirs = select(Message.id).where(
        Message.client_id == alert.client_id,
        Message.kind == SendKind.RELAY.value,
        Message.direction == "out",
        Message.at >= alert.acknowledged_at,
    )
    return session.scalar(theirs.limit(1)) is not None


def _tell_a_phone(app: App, session: Session, alert: Alert, now: datetime) -> None:
    """The same for a phone in no client's record, in the language of the service; once."""
    assert alert.promised_at is not None
    if alert.incident_id is None:
        return
    address = session.get_one(Address, session.get_one(Incident, alert.incident_id).address_id)
    said = select(Message.id).where(
        Message.address_id == address.id,
        Message.screen_category == "late",
        Message.at >= alert.promised_at,
    )
    if session.scalar(said.limit(1)) is None:
        text = fixed_line(app.content(app.language), "concern_late", address.channel)
        apart.say(
            session,
            address,
            apart.Line(text),
            kind=SendKind.CONCERN_REPLY,
            now=now,
            lane=outbox.ALERT,
            answers="late",
        )
