"""Messages of people we do not know, or who have not agreed yet: screened like all others.

Danger among them is an incident: rung, answered with a fixed reply, and linked to no client's
record until a person has checked who wrote it. Nothing here confirms that anyone is a client.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.content import Content, concern_reply
from onestep.domain.enrolment import Enrolment
from onestep.domain.permission import SendKind
from onestep.domain.words import parse_command
from onestep.domain.words_table import Word
from onestep.safety import Level, Request, Verdict
from onestep.services import apart
from onestep.services.already import Already, went_already
from onestep.services.app import App
from onestep.services.coach_phone import binds
from onestep.services.concern_reply import NUMBERS_AGAIN, ONE_RECEIPT_IN
from onestep.services.joining import CODE, Joined, join, read_code
from onestep.services.promise import promise
from onestep.services.raising import raise_for_incident
from onestep.services.scope import is_discreet
from onestep.storage import cancel, clients, incidents, invites, outbox, talk, waiting
from onestep.storage.clients import Theirs
from onestep.storage.models import Address, Message

ONE_ANSWER_IN = timedelta(days=1)


def receive_unknown(
    app: App,
    session: Session,
    inbound: Inbound,
    verdict: Verdict,
    *,
    now: datetime,
    already: Already | None = None,
) -> Joined | tuple[()]:
    """Keeps a message of a number nobody knows, apart from every client's record.

    Danger is an incident that rings and gets the fixed reply, unless that has gone `already`;
    what is quieter is one that waits for a person. Who brings a good code is asked whether it is
    theirs, and has Joined by saying so. Else one sentence a day says how to be recognised. To what
    cannot be answered (a short code, a name) nothing is ever sent.
    """
    address = clients.known_or_new(session, channel=inbound.channel, value=inbound.sender, now=now)
    kind = CODE if read_code(inbound.code or inbound.text) else None
    kept = apart.keep(session, address, inbound, verdict, now=now, zone="UTC", kind=kind)
    message, content = kept.message, app.content(app.language)
    if kept.incident is not None and verdict.level is Level.NOW:
        # Nobody knows who holds this phone: nothing that shows is said to it.
        danger = Danger(address, content, verdict, now, already, discreet=True)
        _rings(app, session, kept, danger, answerable=inbound.answerable)
        return ()
    if not inbound.answerable:  # a machine: nothing is said, and no code lets it in
        return ()
    if _stops(inbound) or verdict.request is Request.STOP:  # silence is the answer
        invites.ask_no_more(session, address.id)
        cancel.at(session, address_id=address.id, reason="stopped")
        return ()
    if kind == CODE and binds(app, session, address, inbound, message, now=now):
        return ()
    joined = join(app, session, address, inbound, message, now=now)
    if joined is None and _may_be_told(session, address, now):
        said = apart.line(content, "unknown_sender", address, seed=message.id)
        apart.say(session, address, said, kind=SendKind.CONFIRMATION, now=now)
    return joined if isinstance(joined, Joined) else ()


def _may_be_told(session: Session, address: Address, now: datetime) -> bool:
    """Whether the one sentence of the day goes there; never to a wrong number."""
    if address.state == "cut_off":
        return False
    return not apart.said_since(session, address, now - ONE_ANSWER_IN)


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
    discreet = is_discreet(theirs.client, theirs.terms, theirs.safe)
    zone = theirs.terms.zone
    kept = apart.keep(session, address, inbound, verdict, now=now, zone=zone)
    if kept.incident is not None and verdict.level is Level.NOW:
        # Whoever wrote it: after a yes, too, nothing is begun until a person has checked.
        theirs.client.held = theirs.client.held or "sender"
        _let_waiting_go(session, theirs.client.id, now)
        danger = Danger(address, content, verdict, now, already, discreet=discreet, zone=zone)
        _rings(app, session, kept, danger, answerable=True)
    elif theirs.client.contact != "stopped":
        _receipt(session, address, content, kept.message, now)


@dataclass(frozen=True)
class Danger:
    """Danger from a phone in nobody's record, and all that answering it needs."""

    address: Address
    content: Content
    verdict: Verdict
    now: datetime
    already: Already | None
    discreet: bool
    zone: str | None = None  # None: the office's


def _rings(
    app: App, session: Session, kept: apart.Kept, danger: Danger, *, answerable: bool
) -> None:
    """The alert, and the fixed reply before it in the lane; a receipt where that lies there."""
    assert kept.incident is not None
    promised_at = None
    if answerable:
        promised_at = _answer_danger(session, kept.message, danger)
    raise_for_incident(
        app,
        session,
        kept.incident,
        kept.message,
        danger.verdict,
        now=danger.now,
        promised_at=promised_at,
    )


def _answer_danger(session: Session, message: Message, danger: Danger) -> datetime | None:
    """Says the fixed reply, or a receipt; returns by when a person was promised in it."""
    content, now, already = danger.content, danger.now, danger.already
    category = danger.verdict.category.value if danger.verdict.category else ""
    since = now - NUMBERS_AGAIN
    if already is None and apart.answered_since(session, danger.address, category, since):
        _receipt(session, danger.address, content, message, now)
        return None
    zone = danger.zone or content.service.hours.zone
    given = promise(session, content, coach_id=None, zone=zone, now=now)
    # No coach is named: who reads it is whoever is on call.
    text = concern_reply(
        content,
        category,
        hours=given.hours,
        values={"coach": None, "when": given.when},
        channel=danger.address.channel,
        discreet=danger.discreet,
        by_score=danger.verdict.by == "score",
    ).text
    row = apart.say(
        session,
        danger.address,
        apart.Line(already.text if already else text),
        kind=SendKind.CONCERN_REPLY,
        now=now,
        lane=outbox.ALERT,
        answers=category,
    )
    if already is not None:
        went_already(session, row.message_id, already)
    return None if already else given.by


def _receipt(
    session: Session, address: Address, content: Content, message: Message, now: datetime
) -> None:
    """One in ten minutes, for what is written on while a person is asked."""
    if apart.said_since(session, address, now - ONE_RECEIPT_IN):
        return
    said = apart.line(content, "concern_receipt", address, seed=message.id)
    apart.say(session, address, said, kind=SendKind.CONCERN_REPLY, now=now, lane=outbox.ALERT)


def _let_waiting_go(session: Session, client_id: str, now: datetime) -> None:
    """What they wrote just before is not answered by a question after the fixed reply."""
    for row in waiting.texts(session, client_id):
        turn = talk.add_turn(session, id=f"t{row.id}", client_id=client_id, by="screen", now=now)
        row.state, row.turn_id = "done", turn
        if row.message_id is not None:
            session.get_one(Message, row.message_id).turn_id = turn
    session.flush()


def _stops(inbound: Inbound) -> bool:
    """Whether they ask for silence, which is the answer."""
    command = parse_command(inbound.text, inbound.channel)
    return command is not None and command.word is Word.STOP
