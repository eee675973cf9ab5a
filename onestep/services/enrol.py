"""Invites a client and makes first contact; joining by code comes with the channels."""

from sqlalchemy.orm import Session

from onestep.services.app import App
from onestep.storage import clients, inbox
from onestep.storage.clients import NewTerms
from onestep.storage.models import Client


def invite(
    app: App, *, called: str, coach_id: str, channel: str, value: str, terms: NewTerms
) -> str:
    """Adds someone who was invited, at one address; returns their id. Nothing is sent yet."""
    with app.db.write() as session:
        client = clients.add_client(
            session, called=called, coach_id=coach_id, terms=terms, now=app.clock()
        )
        clients.add_address(
            session, client_id=client.id, channel=channel, value=value, now=app.clock()
        )
        return client.id


def first_contact(app: App, client_id: str) -> None:
    """Begins first contact: what this is, who reads it, begin or not."""
    with app.db.write() as session:
        _queue(app, session, clients.client(session, client_id))
    app.bells.ring("inbox")


def _queue(app: App, session: Session, client: Client) -> None:
    now = app.clock()
    inbox.put(
        session,
        client_id=client.id,
        kind="event",
        now=now,
        due_at=now,
        body={"event": "first_contact"},
    )
