"""Messages of people we do not know, or who have not agreed yet: screened like all others.

Danger among them is an incident: rung, answered with a fixed reply, and linked to no client's
record until a person has checked who wrote it. Nothing here confirms that anyone is a client.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.content import Content, Reply, concern_reply, render
from onestep.domain.enrolment import Enrolment
from onestep.domain.permission import SendKind
from onestep.domain.words import parse_command
from onestep.domain.words_table import Word
from onestep.safety import Level, Verdict
from onestep.services.already import Already, went_already
from onestep.services.app import App
from onestep.storage import clients, inbox, incidents, outbox, talk
from onestep.storage.base import new_id
from onestep.storage.clients import Theirs
from onestep.storage.models import Address, Alert, Message, Outbox

ONE_ANSWER_IN = timedelta(days=1)
ONE_RECEIPT_IN = timedelta(minutes=10)  # safety page, of what is written while a person is asked


def receive_unknown(
    app: App,
    session: Session,
    inbound: Inbound,
    verdict: Verdict,
    *,
    now: datetime,
    already: Already | None = None,
) -> None:
    """Keeps a message of a number nobody knows, apart from every client's record.

    Danger is an incident that rings and gets the fixed reply, unless that has gone `already`;
    what is quieter is one that waits for a person. One sentence a day says how to be recognised.
    """
    address = clients.find_address(session, channel=inbound.channel, value=inbound.sender)
    if address is None:
        address = clients.add_address(
            session, client_id=None, channel=inbound.channel, value=inbound.sender, now=now
        )
    message = _keep(session, address, inbound, verdict, now=now, zone="UTC")
    if verdict.level is Level.NOW:
        # Nobody knows who holds this phone: nothing that shows is said to it.
        content = app.content(app.language)
        _answer_danger(session, address, content, verdict, now, already=already, discreet=True)
    elif not _said_lately(session, address, now - ONE_ANSWER_IN) and not _stops(inbound):
        content = app.content(app.language)
        text = _line(content, "unknown_sender", address, message.id)
        _send(session, address, text, kind=SendKind.CONFIRMATION, now=now)


def goes_apart(session: Session, theirs: Theirs, verdict: Verdict, *, kind: str) -> bool:
    """Whether this message of a client's address is held apart from the client's record.

    So is danger from someone who has not agreed, and the texts that follow it until a person has
    checked: no question is asked then. Their yes, no, STOP and other words stay their own.
    """
    if theirs.client.enrolment == Enrolment.ENROLLED:
        return False
    if verdict.level is Level.NOW:
        return True
    return kind == "text" and incidents.ringing(session, theirs.address.id) is not None


def receive_apart(
    app: App,
    session: Session,
    theirs: Theirs,
    inbound: Inbound,
    verdict: Verdict,
    *,
    now: datetime,
    already: Already | None = None,
) -> None:
    """Keeps a message that `goes_apart`: danger is answered and rung, the rest has a receipt."""
    address, content = theirs.address, app.content(theirs.terms.language)
    discreet = theirs.terms.discreet
    message = _keep(session, address, inbound, verdict, now=now, zone=theirs.terms.zone)
    if verdict.level is Level.NOW:
        # Whoever wrote it: after a yes, too, nothing is begun until a person has checked.
        theirs.client.held = theirs.client.held or "sender"
        _let_waiting_go(session, theirs.client.id, now)
        _answer_danger(session, address, content, verdict, now, already=already, discreet=discreet)
    elif theirs.client.contact != "stopped" and not _said_lately(
        session, address, now - ONE_RECEIPT_IN
    ):
        text = _line(content, "concern_receipt", address, message.id)
        _send(session, address, text, kind=SendKind.CONCERN_REPLY, now=now, lane=outbox.ALERT)


def _keep(
    session: Session,
    address: Address,
    inbound: Inbound,
    verdict: Verdict,
    *,
    now: datetime,
    zone: str,
) -> Message:
    """Keeps the message as nobody's; what the screen saw in it is an incident of its level."""
    category = verdict.category.value if verdict.category else None
    spans = [[span.start, span.end] for span in verdict.matched]
    message = talk.add_message(
        session,
        text=inbound.text,
        direction="in",
        channel=inbound.channel,
        kind=inbound.kind,
        at=now,
        zone=zone,
        client_id=None,
        address_id=address.id,
        provider_id=inbound.provider_id,
        screen_level=verdict.level.value,
        screen_by=verdict.by,
        screen_category=category,
        screen_spans=spans,
    )
    level = verdict.level.value
    if verdict.level is not Level.NONE:
        incidents.add(session, message=message, level=level, category=category, now=now)
    if verdict.level is Level.NOW:
        session.add(
            Alert(
                id=new_id(),
                message_id=message.id,
                level=level,
                by=verdict.by or "rule",
                category=category,
                state="open",
                at=now,
                spans=spans,
            )
        )
        session.flush()
    return message


def _answer_danger(
    session: Session,
    address: Address,
    content: Content,
    verdict: Verdict,
    now: datetime,
    *,
    already: Already | None,
    discreet: bool,
) -> None:
    # No coach is named: who reads it is whoever is on call.
    text = concern_reply(
        content,
        verdict.category.value if verdict.category else "",
        hours="in_hours",
        values={"coach": None},
        channel=address.channel,
        discreet=discreet,
    ).text
    said = already.text if already else text
    id = _send(session, address, said, kind=SendKind.CONCERN_REPLY, now=now, lane=outbox.ALERT)
    if already is not None:
        went_already(session, id, already)


def _let_waiting_go(session: Session, client_id: str, now: datetime) -> None:
    """What they wrote just before is not answered by a question after the fixed reply."""
    for row in inbox.waiting_texts(session, client_id):
        turn = talk.add_turn(session, id=f"t{row.id}", client_id=client_id, by="screen", now=now)
        row.state, row.turn_id = "done", turn
        if row.message_id is not None:
            session.get_one(Message, row.message_id).turn_id = turn
    session.flush()


def _stops(inbound: Inbound) -> bool:
    """Whether they ask for silence, which is the answer."""
    command = parse_command(inbound.text, inbound.channel)
    return command is not None and command.word is Word.STOP


def _line(content: Content, key: str, address: Address, turn_id: str) -> str:
    rendered = render(
        content,
        [Reply(key)],
        turn_id=turn_id,
        channel=address.channel,
        values={"service": content.service.name},
    )
    return rendered.messages[0].text


def _said_lately(session: Session, address: Address, since: datetime) -> bool:
    latest = select(Outbox.id).where(Outbox.address_id == address.id, Outbox.queued_at > since)
    return session.scalar(latest.limit(1)) is not None


def _send(
    session: Session,
    address: Address,
    text: str,
    *,
    kind: SendKind,
    now: datetime,
    lane: str = "ordinary",
) -> str:
    """Queues a line that belongs to no record; returns its message's id."""
    message = talk.add_message(
        session,
        text=text,
        direction="out",
        channel=address.channel,
        kind="unknown",
        at=now,
        zone="UTC",
        client_id=None,
        address_id=address.id,
    )
    session.add(
        Outbox(
            id=new_id(),
            client_id=None,
            address_id=address.id,
            message_id=message.id,
            lane=lane,
            kind=kind.value,
            choices=[],
            state="ready",
            queued_at=now,
            due_at=now,
        )
    )
    session.flush()
    return message.id
