"""What lies on a simulated phone: what arrived on it, and what was written on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.ledger import Ledger
from onestep.services.app import App
from onestep.storage import clients, sealed
from onestep.storage.models import Address, Entry, Inbox, Incident, Message, Outbox, Rating

TYPING = ("waiting", "working")
LEAVING = ("ready", "sending")
LINES_SHOWN = 200


@dataclass(frozen=True)
class Bubble:
    """One line on the phone; `id` grows with time, so that a page can ask for what is newer."""

    id: str
    mine: bool
    text: str
    choices: tuple[dict[str, str], ...] = ()
    prompt: str | None = None
    replied_by: str = ""  # what a reply to this line names


def bubbles(app: App, ledger: Ledger, client_id: str) -> list[Bubble]:
    """The phone's lines, oldest first. What was sent but never arrived is not among them."""
    with app.db.read() as session:
        address = clients.preferred_address(session, client_id)
        return [] if address is None else on_phone(session, ledger, address)


def on_phone(session: Session, ledger: Ledger, address: Address) -> list[Bubble]:
    """The same of any phone."""
    written = session.scalars(
        select(Message)
        # By address: what is held apart from their record lies on their phone all the same.
        .where(Message.address_id == address.id, Message.direction == "in")
        .order_by(Message.id.desc())
        .limit(LINES_SHOWN)
    ).all()
    mine = [Bubble(row.id, True, sealed.readable(session, row) or "") for row in written]
    shown = ledger.shown(address.channel, sealed.address_value(session, address))
    sent = dict(
        session.execute(
            select(Outbox.id, Outbox.message_id).where(Outbox.address_id == address.id)
        )
        .tuples()
        .all()
    )
    theirs = [
        Bubble(
            sent.get(line.reference, line.reference),
            False,
            line.text,
            tuple({"key": choice.key, "label": choice.label} for choice in line.choices),
            line.prompt,
            f"{address.channel}-{line.id}",
        )
        for line in shown
    ]
    return sorted([*mine, *theirs], key=lambda bubble: bubble.id)


def staff_typing(session: Session, address: Address, now: datetime) -> bool:
    """Whether something is on its way to a coach's phone."""
    leaving = select(Outbox.id).where(
        Outbox.address_id == address.id, Outbox.state.in_(LEAVING), Outbox.due_at <= now
    )
    return session.scalar(leaving.limit(1)) is not None


def staff_version(session: Session, address: Address, now: datetime) -> str:
    """Changes whenever something on a coach's phone may have changed."""
    here = select(func.max(Message.id)).where(Message.address_id == address.id)
    gone = select(func.count()).where(Outbox.address_id == address.id, Outbox.state == "sent")
    parts = [session.scalar(here), session.scalar(gone), staff_typing(session, address, now)]
    return "-".join(str(part) for part in parts)


def is_typing(app: App, client_id: str) -> bool:
    """Whether an answer is on its way: what the client wrote still waits, or is not yet sent."""
    with app.db.read() as session:
        waiting = select(Inbox.id).where(Inbox.client_id == client_id, Inbox.state.in_(TYPING))
        leaving = select(Outbox.id).where(
            Outbox.client_id == client_id,
            Outbox.state.in_(LEAVING),
            Outbox.due_at <= app.clock(),
        )
        return any(
            session.scalar(rows.limit(1)) is not None
            for rows in (waiting.where(Inbox.kind != "event"), leaving)
        )


def version(app: App, client_id: str) -> str:
    """Changes whenever something on the phone or in the record may have changed."""
    with app.db.read() as session:
        client = clients.client(session, client_id)
        parts = [
            session.scalar(select(func.max(Message.id)).where(Message.client_id == client_id)),
            session.scalar(select(func.max(Entry.id)).where(Entry.client_id == client_id)),
            session.scalar(select(func.max(Rating.id)).where(Rating.client_id == client_id)),
            session.scalar(
                select(func.count()).where(Outbox.client_id == client_id, Outbox.state == "sent")
            ),
            session.scalar(
                select(func.count()).where(Inbox.client_id == client_id, Inbox.state == "done")
            ),
            session.scalar(
                select(func.count()).where(Inbox.client_id == client_id, Inbox.state != "done")
            ),
            session.scalar(select(func.max(Incident.id))),
            session.scalar(select(func.max(Incident.closed_at))),
            session.scalar(
                select(func.count()).where(Outbox.client_id.is_(None), Outbox.state == "sent")
            ),
            client.contact,
            client.enrolment,
            client.held,
        ]
    parts.append(is_typing(app, client_id))
    return "-".join(str(part) for part in parts)
