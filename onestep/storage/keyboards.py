"""Which of the buttons that lie on phones answer nothing any more."""

from datetime import datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from onestep.storage.models import Address, Outbox, Prompt


def is_left(session: Session, *, now: datetime) -> bool:
    """Whether `take` would find something; takes nothing."""
    return session.scalar(_oldest(now).with_only_columns(Outbox.seq)) is not None


def take(session: Session, *, now: datetime) -> Outbox | None:
    """The oldest message with buttons whose question is answered or let go, no longer ours to see.

    Whoever takes it tries once: buttons that stay are harmless. A chat that rests is left alone.
    """
    row = session.scalar(_oldest(now).with_for_update(of=Outbox, skip_locked=True))
    if row is not None:
        row.buttons = False
    return row


def _oldest(now: datetime) -> Select[Outbox]:
    asked = exists().where(Prompt.message_id == Outbox.message_id, Prompt.open)
    rested = or_(Address.not_before.is_(None), Address.not_before <= now)
    return (
        select(Outbox)
        .join(Address)
        .where(Outbox.buttons, ~asked, rested)
        .order_by(Outbox.seq)
        .limit(1)
    )
