"""A provider says that a client closed this address to us, or opened it again.

A block and a carrier's opt-out are the client's STOP, told by somebody else (terms page): silence
on every channel. Opening it again brings nobody back: only their own START does, which comes as a
message of its own.
"""

from channels.base import ContactChange
from onestep.domain.contact import ContactEvent
from onestep.services.app import App
from onestep.services.apply_contact import move
from onestep.services.scope import new_turn_id, open_scope
from onestep.storage import clients, talk

CLOSED = {"blocked", "opted_out"}


def contact_change(app: App, change: ContactChange) -> None:
    """Stops the client who closed this address. The same change again has no effect.

    An address that is nobody's changes nothing. Blocking: call it from a thread.
    """
    if change.change not in CLOSED:
        return
    now, provider_id = app.clock(), change.provider_id
    with app.db.write() as session:
        theirs = clients.whose(session, channel=change.channel, value=change.sender)
        known = talk.already_in(session, channel=change.channel, provider_id=provider_id)
        if known or theirs is None or theirs.address.state == "cut_off":
            return
        client, id = theirs.client, new_turn_id()
        scope = open_scope(session, app.content, client_id=client.id, turn_id=id, now=now)
        talk.add_turn(session, id=id, client_id=client.id, by="application", now=now)
        # A line of the thread without words: by it the same change is known again.
        talk.add_message(
            session,
            text="",
            direction="in",
            channel=change.channel,
            kind=change.change,
            at=now,
            zone=theirs.terms.zone,
            client_id=client.id,
            address_id=theirs.address.id,
            provider_id=provider_id,
            turn_id=id,
        )
        move(scope, ContactEvent.STOP)
