"""A provider says that a client closed this address to us, or opened it again.

A block and a carrier's opt-out are the client's STOP, told by somebody else (terms page): silence
on every channel. Opening it again is no START, but for a carrier's opt-in: that is only ever the
client's own word for it, written to us.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from channels.base import ContactChange
from onestep.domain.contact import ContactEvent, ContactState
from onestep.domain.words_table import Word
from onestep.services.app import App
from onestep.services.apply_contact import move
from onestep.services.overtaken import TOLD, is_overtaken, take_back
from onestep.services.scope import new_turn_id, open_scope
from onestep.storage import clients, inbox, talk, waiting
from onestep.storage.alone import alone_at
from onestep.storage.clients import Theirs

CLOSED = {"blocked", "opted_out"}
OPENED = {"opted_in"}


def contact_change(app: App, change: ContactChange) -> None:
    """Stops the client who closed this address, or brings back who opted in again.

    The same change again has no effect, nor has one that they took back before it came, nor one
    of an address that is nobody's. Blocking: call it from a thread.
    """
    if change.change not in CLOSED | OPENED:
        return
    now, provider_id = app.clock(), change.provider_id
    with app.db.write() as session:
        alone_at(session, "sender", change.channel, change.sender)
        theirs = clients.whose(session, channel=change.channel, value=change.sender)
        known = talk.already_in(session, channel=change.channel, provider_id=provider_id)
        if known or theirs is None:
            return
        word = TOLD[change.change].value
        undone = is_overtaken(session, theirs.client.id, word, change, now=now)
        turn_id = _keep(session, theirs, change, now)
        if undone:
            return
        if change.change in CLOSED:
            id = theirs.client.id
            take_back(session, id, Word.START, Word.RESUME)
            scope = open_scope(session, app.content, client_id=id, turn_id=turn_id, now=now)
            move(scope, ContactEvent.STOP)
        else:
            _start(session, theirs, now)
    app.bells.ring("inbox")


def _keep(session: Session, theirs: Theirs, change: ContactChange, now: datetime) -> str:
    """A line of the thread without words, by which the same change is known again; its turn."""
    turn_id, client_id = new_turn_id(), theirs.client.id
    talk.add_turn(session, id=turn_id, client_id=client_id, by="application", now=now)
    talk.add_message(
        session,
        text="",
        direction="in",
        channel=change.channel,
        kind=change.change,
        at=now,
        sent_at=change.sent_at,
        zone=theirs.terms.zone,
        client_id=client_id,
        address_id=theirs.address.id,
        provider_id=change.provider_id,
        turn_id=turn_id,
    )
    return turn_id


def _start(session: Session, theirs: Theirs, now: datetime) -> None:
    """Who opted in with a word of the service's own has written START; one is enough."""
    id, stopped = theirs.client.id, theirs.client.contact == ContactState.STOPPED
    if stopped and not waiting.command_waits(session, id, Word.START.value):
        start: dict[str, object] = {"command": Word.START.value, "has_rest": False}
        inbox.put(session, client_id=id, kind="command", now=now, due_at=now, body=start)
