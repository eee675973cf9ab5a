"""A client rings our number, which nobody answers: a wish to be rung (terms page).

Who has no credit left can still let it ring. The coach has a line about it, and the client one
text that says so; during a hand-off, and after STOP, the line alone.
"""

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.domain.contact import ContactState
from onestep.domain.permission import SendKind
from onestep.services import hand_off
from onestep.services.app import App
from onestep.services.for_coach import tell_coach
from onestep.services.scope import Scope
from onestep.storage import clients, inbox, talk
from onestep.storage.alone import alone_at
from onestep.storage.models import Ask

ABOUT = "ring_me"
ONE_TEXT_IN = timedelta(hours=1)


def receive_call(app: App, inbound: Inbound) -> bool:
    """Puts a client's call into their queue; false where it is nobody's we know.

    The same call again has no effect. Blocking: call it from a thread. Raises one of
    DATABASE_AWAY.
    """
    now = app.clock()
    with app.db.write() as session:
        alone_at(session, "sender", inbound.channel, inbound.sender)
        theirs = clients.whose(session, channel=inbound.channel, value=inbound.sender)
        if theirs is None:
            return False
        if talk.already_in(session, channel=inbound.channel, provider_id=inbound.provider_id):
            return True
        client_id = theirs.client.id
        message = talk.add_message(
            session,
            text="",
            direction="in",
            channel=inbound.channel,
            kind=inbound.kind,
            at=now,
            zone=theirs.terms.zone,
            client_id=client_id,
            address_id=theirs.address.id,
            provider_id=inbound.provider_id,
        )
        theirs.address.state = "live"  # one held for dead has just rung
        inbox.put(
            session, client_id=client_id, kind="call", now=now, due_at=now, message_id=message.id
        )
    app.bells.ring("inbox")
    return True


def ask_to_be_rung(scope: Scope) -> str:
    """A line for the coach, until it is done; a text to the client, where one may be sent."""
    if not _waits(scope.session, scope.client.id):
        tell_coach(
            scope.session, scope.client.id, about=ABOUT, now=scope.now, message_ids=scope.refs
        )
    if _may_be_told(scope):
        scope.notice = SendKind.CONFIRMATION
        scope.say("rang_passed")
    return "application"


def _waits(session: Session, client_id: str) -> bool:
    waits = exists().where(Ask.client_id == client_id, Ask.about == ABOUT, Ask.done_at.is_(None))
    return bool(session.scalar(select(waits)))


def _may_be_told(scope: Scope) -> bool:
    """Never after STOP, nor where a person has the talk; nor again and again."""
    if scope.client.contact == ContactState.STOPPED:
        return False
    if hand_off.current(scope.session, scope.client.id) is not None:
        return False
    since = scope.now - ONE_TEXT_IN
    return not talk.said_since(scope.session, scope.client.id, "rang_passed", since=since)
