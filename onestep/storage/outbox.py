"""The outbox as a queue: a client's messages in order, each sent at most once."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import (
    Select,
    String,
    Update,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_attribute

from onestep.storage.base import Moment, database_now, new_id
from onestep.storage.errors import LeaseLost
from onestep.storage.models import Outbox

OPEN = ("ready", "sending")
ALERT = "alert"  # the lane of what must not be missed
HELD = "quiet_hours"  # the reason of a row that waits for the morning; others may pass it
# What the bot had ready to say; the gate alone decides on confirmations, notices and relays.
FROM_THE_BOT = ("check_in", "pause_over", "reply")
_NOW, _LANE = bindparam("now", type_=Moment()), bindparam("lane", type_=String())


@dataclass(frozen=True)
class Sending:
    """One message that this worker alone may hand to a provider."""

    row: Outbox
    fence: int


def queue(
    session: Session,
    *,
    client_id: str,
    address_id: str,
    message_id: str,
    kind: str,
    now: datetime,
    lane: str = "ordinary",
    choices: list[dict[str, str]] | None = None,
    turn_id: str | None = None,
    not_after: datetime | None = None,
) -> Outbox:
    """Queues one message behind the client's earlier ones of the same lane."""
    row = Outbox(
        id=new_id(),
        client_id=client_id,
        address_id=address_id,
        message_id=message_id,
        lane=lane,
        kind=kind,
        choices=choices or [],
        turn_id=turn_id,
        state="ready",
        queued_at=now,
        due_at=now,
        not_after=not_after,
    )
    session.add(row)
    session.flush()
    return row


def settle_expired(session: Session) -> int:
    """Settles rows whose sender died: an alert goes again, anything else may have gone (R5)."""
    expired = and_(Outbox.state == "sending", Outbox.lease_until < database_now())
    again = update(Outbox).where(expired, Outbox.lane == ALERT).values(state="ready")
    unsure = update(Outbox).where(expired).values(state="uncertain", reason="sender_died")
    return _changed(session, again) + _changed(session, unsure)


def is_due(session: Session, *, now: datetime, lane: str) -> bool:
    """Whether there may be something to claim in this lane, or to settle; takes nothing."""
    return bool(session.scalar(_anything(), {"now": now, "lane": lane}))


def claim(session: Session, *, now: datetime, lease_seconds: float, lane: str) -> Sending | None:
    """Takes the oldest due message whose client has no earlier one open, or nothing.

    One that waits for the morning is passed: it must not hold up the answer to a fresh message.
    """
    oldest = _oldest_due(alert=lane == ALERT).with_for_update(skip_locked=True)
    row = session.scalar(oldest, {"now": now, "lane": lane})
    if row is None:
        return None
    row.state, row.fence, row.attempts = "sending", row.fence + 1, row.attempts + 1
    set_attribute(row, "lease_until", database_now() + lease_seconds)
    session.flush()
    return Sending(row, row.fence)


@cache  # building it costs far more than running it
def _oldest_due(*, alert: bool) -> Select[Outbox]:
    earlier = aliased(Outbox)
    # Danger waits for nothing: in its lane a message that waits to be tried again is passed too.
    passed = true() if alert else func.coalesce(earlier.reason, "") == HELD
    blocked = exists().where(
        earlier.client_id == Outbox.client_id,
        earlier.lane == Outbox.lane,
        earlier.seq < Outbox.seq,
        earlier.state.in_(OPEN),
        not_(and_(earlier.state == "ready", earlier.due_at > _NOW, passed)),
    )
    ready = and_(Outbox.state == "ready", Outbox.lane == _LANE, Outbox.due_at <= _NOW)
    return select(Outbox).where(ready, ~blocked).order_by(Outbox.seq).limit(1)


@cache
def _anything() -> Select[bool]:
    ready = exists().where(Outbox.state == "ready", Outbox.due_at <= _NOW, Outbox.lane == _LANE)
    expired = exists().where(Outbox.state == "sending", Outbox.lease_until < database_now())
    return select(or_(ready, expired))


def settle(session: Session, held: Sending, **values: object) -> None:
    """Records what became of a claimed message. Raises LeaseLost when it is no longer ours."""
    done = (
        update(Outbox)
        .where(Outbox.id == held.row.id, Outbox.fence == held.fence, Outbox.state == "sending")
        .values(**values)
    )
    if _changed(session, done) != 1:
        raise LeaseLost(LeaseLost.__doc__)


def cancel_ready(session: Session, *, client_id: str, reason: str) -> int:
    """Cancels what the bot had ready to say and nobody has taken for sending yet."""
    return _changed(session, _from_the_bot(client_id).values(state="cancelled", reason=reason))


def cancel_held(session: Session, *, client_id: str) -> int:
    """Cancels what waits for the morning: the talk has gone on, it would answer nothing."""
    held = _from_the_bot(client_id).where(Outbox.reason == HELD)
    return _changed(session, held.values(state="cancelled", reason="stale"))


def _from_the_bot(client_id: str) -> Update:
    return update(Outbox).where(
        Outbox.client_id == client_id,
        Outbox.lane == "ordinary",
        Outbox.state == "ready",
        Outbox.kind.in_(FROM_THE_BOT),
    )


def next_due(session: Session) -> datetime | None:
    """When the next ready message falls due."""
    return session.scalar(select(func.min(Outbox.due_at)).where(Outbox.state == "ready"))


def _changed(session: Session, statement: Update) -> int:
    changed = statement.returning(Outbox.id).execution_options(synchronize_session=False)
    return len(session.scalars(changed).all())
