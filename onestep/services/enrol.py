"""Begins first contact; and adds the demo's and the tests' clients at an address known before."""

from datetime import datetime

from sqlalchemy.orm import Session

from onestep.services.app import App
from onestep.storage import clients, inbox
from onestep.storage.clients import NewTerms
from onestep.storage.invites import agree_safe_contact


def invite(
    app: App, *, called: str, coach_id: str, channel: str, value: str, terms: NewTerms
) -> str:
    """Adds someone who was invited, at one address; returns their id. Nothing is sent yet."""
    with app.db.write() as session:
        client = clients.add_client(
            session, called=called, coach_id=coach_id, terms=terms, now=app.clock()
        )
        agree_safe_contact(session, client_id=client.id, theirs_alone=True, now=app.clock())
        clients.add_address(
            session, client_id=client.id, channel=channel, value=value, now=app.clock()
        )
        return client.id


def first_contact(app: App, client_id: str) -> None:
    """Begins first contact: what this is, who reads it, begin or not."""
    with app.db.write() as session:
        begin(session, client_id, now=app.clock())
    app.bells.ring("inbox")


def begin(
    session: Session, client_id: str, *, now: datetime, message_id: str | None = None
) -> None:
    """Queues first contact behind whatever waits; `message_id` is what the client joined with."""
    inbox.put_event(session, client_id, "first_contact", now=now, message_id=message_id)
