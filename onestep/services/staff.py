"""Tells a coach something on every way that reaches them."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from onestep.domain.permission import SendKind
from onestep.services.app import App
from onestep.storage import clients, outbox, rota, talk
from onestep.storage.base import new_id
from onestep.storage.models import Address, Coach, Message, Outbox

log = logging.getLogger(__name__)

NOTICE = "notice"  # Message.kind of what goes to staff; of no client, and in no thread


def tell(
    session: Session,
    coach_id: str,
    text: str,
    *,
    now: datetime,
    lane: str = outbox.ALERT,
    ring_id: str | None = None,
    choices: Sequence[tuple[str, str]] = (),
    about: str | None = None,
) -> int:
    """Queues `text` to every live address of a coach; returns how many there are.

    `ring_id` and `about` (a key of ours) stand in the message's `said`, so that what a coach
    answers finds its alert and what was told is not told again. `choices`: key and label of
    buttons. A coach whom nothing reaches is a line for the operator.
    """
    found = rota.ways(session, coach_id)
    said = _said(ring_id, about)
    for address in found:
        queue(session, address, text, now=now, lane=lane, said=said, choices=choices)
    if not found:
        nothing_reaches(coach_id)
    return len(found)


def nothing_reaches(coach_id: str) -> None:
    """A line for the operator: this coach has no way by which they could be told."""
    log.error("coach %s cannot be told: no way reaches them. Add one", coach_id)


def tell_emergency_contact(app: App, session: Session, text: str, *, now: datetime) -> bool:
    """Queues `text` to the contact of the settings, where there is one: nobody else is left."""
    if app.emergency_contact is None:
        return False
    channel, _, value = app.emergency_contact.partition(":")
    address = clients.known_or_new(session, channel=channel, value=value, now=now)
    queue(session, address, text, now=now, said=_said(None, "emergency"))
    return True


def told_since(session: Session, about: str, since: datetime) -> bool:
    """Whether any of the staff was told this (a key of ours) after `since`."""
    rows = session.scalars(select(Message.said).where(Message.kind == NOTICE, Message.at > since))
    return any(said.get("about") == about for row in rows for said in row or [])


def without_a_way(session: Session) -> list[Coach]:
    """The active coaches whom nothing reaches: a person has to put that right."""
    reached = exists().where(Address.coach_id == Coach.id, Address.state == "live")
    return list(session.scalars(select(Coach).where(Coach.active, ~reached).order_by(Coach.id)))


def _said(ring_id: str | None, about: str | None) -> list[dict[str, str]] | None:
    said = {"ring": ring_id, "about": about}
    return [{key: value for key, value in said.items() if value}] if any(said.values()) else None


def queue(
    session: Session,
    address: Address,
    text: str,
    *,
    now: datetime,
    due: datetime | None = None,
    lane: str = outbox.ALERT,
    said: list[dict[str, str]] | None = None,
    choices: Sequence[tuple[str, str]] = (),
) -> str:
    """Queues `text` to one address of the staff, for `due` or at once; its message's id."""
    message = talk.add_message(
        session,
        text=text,
        direction="out",
        channel=address.channel,
        kind=NOTICE,
        at=now,
        zone="UTC",
        client_id=None,
        address_id=address.id,
        said=said,
    )
    session.add(
        Outbox(
            id=new_id(),
            client_id=None,
            address_id=address.id,
            message_id=message.id,
            lane=lane,
            kind=SendKind.ALERT.value,
            choices=[{"key": key, "label": label} for key, label in choices],
            state="ready",
            queued_at=now,
            due_at=due or now,
        )
    )
    session.flush()
    return message.id
