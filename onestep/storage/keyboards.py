"""Which of the buttons that lie on phones answer nothing any more."""

from datetime import datetime

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from onestep.storage.base import Moment
from onestep.storage.models import Address, Joining, Outbox, Prompt

_NOW = bindparam("now", type_=Moment())
# Asked after every turn, so put together once: building it costs more than running it.
_OLDEST = (
    select(Outbox)
    .join(Address)
    .where(
        Outbox.buttons,
        ~exists().where(Prompt.message_id == Outbox.message_id, Prompt.open),
        ~exists().where(Joining.prompt == Outbox.id),  # is asked whether a code is theirs
        or_(Address.not_before.is_(None), Address.not_before <= _NOW),
    )
    .order_by(Outbox.seq)
    .limit(1)
)
_ANY = _OLDEST.with_only_columns(Outbox.seq)
_TAKEN = _OLDEST.with_for_update(of=Outbox, skip_locked=True)


def is_left(session: Session, *, now: datetime) -> bool:
    """Whether `take` would find something; takes nothing."""
    return session.scalar(_ANY, {"now": now}) is not None


def take(session: Session, *, now: datetime) -> Outbox | None:
    """The oldest message with buttons whose question is answered or let go, no longer ours to see.

    Whoever takes it tries once: buttons that stay are harmless. A chat that rests is left alone.
    """
    row = session.scalar(_TAKEN, {"now": now})
    if row is not None:
        row.buttons = False
    return row
