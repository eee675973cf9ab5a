"""Messages of people we do not know, or who have not agreed yet: screened like all others.

Danger among them is an incident: rung, answered with a fixed reply, and linked to no client's
record until a person has checked who wrote it. Nothing here confirms that anyone is a client.
"""

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
from onestep.services.joining import CODE, Joined, join, read_code
from onestep.services.scope import is_discreet
from onestep.storage import cancel, clients, incidents, invites, outbox, talk, waiting
from onestep.storage.clients import Theirs
from onestep.storage.models import Address, Message

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
) -> Joined | tuple[()]:
    """Keeps a message of a number nobody knows, apart from every client's record.

    Danger is an incident that rings and gets the fixed reply, unless that has gone `already`;
    what is quieter is one that waits for a person. Who brings a good code is asked whether it is
    theirs, and has Joined by saying so. Else one sentence a day says how to be recognised. To what
    cannot be answered (a short code, a name) nothing is ever sent.
    """
    address = clients.known_or_new(session, channel=inbound.channel, value=inbound.sender, now=now)
    kind = CODE if read_code(inbound.code or inbound.text) else None
    message = apart.keep(session, address, inbound, verdict, now=now, zone="UTC", kind=kind)
    content = app.content(app.language)
    if verdict.level is Level.NOW:
        # Nobody knows who holds this phone: nothing that shows is said to it.
        if already is None and apart.same_rings(session, address, message, now - ONE_RECEIPT_IN):
            return ()
        apart.ring(session, message, verdict, now=now)
        if inbound.answerable:
            _answer_danger(session, address, content, verdict, now, already=already, discreet=True)
        return ()
    if not inbound.answerable:  # a machine: nothing is said, and no code lets it in
        return ()
    if _stops(inbound) or verdict.request is Request.STOP:  # silence is the answer
        invites.ask_no_more(session, address.id)
        cancel.at(session, address_id=address.id, reason="stopped")
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
    message = apart.keep(session, address, inbound, verdict, now=now, zone=zone)
    if verdict.level is Level.NOW:
        apart.ring(session, message, verdict, now=now)
        # Whoever wrote it: after a yes, too, nothing is begun until a person has checked.
        theirs.client.held = theirs.client.held or "sender"
        _let_waiting_go(session, theirs.client.id, now)
        _answer_danger(session, address, content, verdict, now, already=already, discreet=discreet)
    elif theirs.client.contact != "stopped" and not apart.said_since(
        session, address, now - ONE_RECEIPT_IN
    ):
        said = apart.line(content, "concern_receipt", address, seed=message.id)
        apart.say(session, address, said, kind=SendKind.CONCERN_REPLY, now=now, lane=outbox.ALERT)


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
    said = apart.Line(already.text if already else text)
    row = apart.say(
        session, address, said, kind=SendKind.CONCERN_REPLY, now=now, lane=outbox.ALERT
    )
    if already is not None:
        went_already(session, row.message_id, already)


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
