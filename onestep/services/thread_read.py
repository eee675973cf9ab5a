"""Marks all of a talk as read at once, by whoever has read it."""

from sqlalchemy import select

from onestep.services.app import App
from onestep.services.errors import UnknownClient
from onestep.services.thread_hidden import hidden_from
from onestep.storage.models import Client, Message, Reading


def mark_all_read(app: App, client_id: str, *, by: str) -> None:
    """A coach has read all that they see of this client's. Raises UnknownClient."""
    with app.db.write() as session:
        client = session.get(Client, client_id)
        if client is None:
            raise UnknownClient(UnknownClient.__doc__)
        hidden = hidden_from(session, client, by)
        unread = select(Message).where(
            Message.client_id == client_id,
            Message.direction == "in",
            Message.id.not_in(select(Reading.message_id)),
        )
        for message in session.scalars(unread).all():
            if not hidden.line(message):
                session.add(Reading(message_id=message.id, coach_id=by, at=app.clock()))
