"""The outbox as a queue: a client's messages in order, each sent at most once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    ColumnElement,
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

from onestep.storage import pace
from onestep.storage.alone import alone_with, many_writers
from onestep.storage.base import Moment, database_now, insert_row, new_id, table_of
from onestep.storage.errors import LeaseLost, Overtaken
from onestep.storage.lease import take
from onestep.storage.models import Address, ChannelPace, Hold, Outbox

OPEN = ("ready", "sending")
ALERT = "alert"  # the lane of what must not be missed
STAFF = "alert"  # the kind of what goes to the staff
HELD = "quiet_hours"  # the reason of a row that waits for the morning; others may pass it
# An alert is tried again within a minute: one due later than this was queued before the machine's
# clock was put back, and does not wait for that hour to come again.
NO_ALERT_WAITS = timedelta(minutes=2)
_NOW, _LANE = bindparam("now", type_=Moment()), bindparam("lane", type_=String())
_FAR = bindparam("far", type_=Moment())
# Asked with every send, so put together once: building a statement costs more than running it.
_ROWS = table_of(Outbox)
_DIED = and_(_ROWS.c.state == "sending", _ROWS.c.lease_until < database_now())
_AGAIN = (
    update(_ROWS).where(_DIED, _ROWS.c.lane == ALERT).values(state="ready").returning(_ROWS.c.id)
)
_UNSURE = (
    update(_ROWS)
    .where(_DIED)
    .values(state="uncertain", reason="sender_died")
    .returning(_ROWS.c.id)
)


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
) -> str:
    """Queues one message behind the client's earlier ones of the same lane; returns its id."""
    alone_with(session, client_id)
    id = new_id()
    insert_row(
        session,
        Outbox,
        id=id,
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
    return id


def settle_expired(session: Session) -> int:
    """Settles rows whose sender died: an alert goes again, anything else may have gone (R5)."""
    return sum(len(session.scalars(done).all()) for done in (_AGAIN, _UNSURE))


def is_due(session: Session, *, now: datetime, lane: str, without: Collection[str] = ()) -> bool:
    """Whether there may be something to claim in this lane, or to settle; takes nothing."""
    return bool(session.scalar(_anything(alert=lane == ALERT), _asked(now, lane, without)))


def claim(
    session: Session,
    *,
    now: datetime,
    lease_seconds: float,
    lane: str,
    without: Collection[str] = (),
) -> Sending | None:
    """Takes the oldest due message whose client has no earlier one open, or nothing.

    One that waits for the morning is passed: it must not hold up the answer to a fresh message.
    Ordinary messages are taken only where the channel is not held and its pace allows it; alerts
    on every channel but those in `without`. Raises Overtaken, for the transaction to be undone,
    when another worker has just used that room.
    """
    row = session.scalar(_oldest_due(alert=lane == ALERT), _asked(now, lane, without))
    if row is None:
        return None
    if many_writers(session):
        _alone_on_its_way(session, row, now)
    take(session, row, seconds=lease_seconds, state="sending", tried_at=now)
    return Sending(row, row.fence)


def _alone_on_its_way(session: Session, row: Outbox, now: datetime) -> None:
    """No other worker books there until the commit. Raises Overtaken when one was faster."""
    alert = row.lane == ALERT
    free = pace.alone_on(session, row.address_id, wait=alert)
    # What was so when we looked may have changed before that way was ours alone: look again.
    if not alert and not (free and session.scalar(_still_free(), {"now": now, "taken": row.id})):
        raise Overtaken(Overtaken.__doc__)


@cache
def _still_free() -> Select[bool]:
    way = select(Outbox.seq).join(Address).where(Outbox.id == bindparam("taken"), _has_way())
    return select(way.exists())


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
    oldest = select(Outbox).where(_ready(alert=alert), ~blocked).order_by(Outbox.seq).limit(1)
    way = _not_without() if alert else and_(_has_way(), ~_behind_for_staff())
    oldest = oldest.join(Address).where(way)
    return oldest.with_for_update(of=Outbox, skip_locked=True)


def _behind_for_staff() -> ColumnElement[bool]:
    """Whether a line to a coach's phone has an earlier one before it: theirs keep their order."""
    earlier = aliased(Outbox)
    not_yet = and_(earlier.state == "ready", earlier.due_at > _NOW, earlier.attempts == 0)
    return exists().where(
        Outbox.kind == STAFF,
        earlier.kind == STAFF,
        earlier.address_id == Outbox.address_id,
        earlier.lane == Outbox.lane,
        earlier.seq < Outbox.seq,
        earlier.state.in_(OPEN),
        not_(not_yet),
    )


@cache
def _anything(*, alert: bool) -> Select[bool]:
    ready = select(Outbox.seq).where(_ready(alert=alert)).join(Address)
    ready = ready.where(_not_without() if alert else _has_way())
    expired = exists().where(Outbox.state == "sending", Outbox.lease_until < database_now())
    return select(or_(ready.exists(), expired))


def _ready(*, alert: bool) -> ColumnElement[bool]:
    due = Outbox.due_at <= _NOW
    due = or_(due, Outbox.due_at > _FAR) if alert else due
    return and_(Outbox.state == "ready", Outbox.lane == _LANE, due)


def _has_way() -> ColumnElement[bool]:
    """Whether the channel goes, and both it and this address may be written to now."""
    held = select(Hold.what).where(or_(Hold.probe_at.is_(None), Hold.probe_at > _NOW))
    paced = select(ChannelPace.channel).where(ChannelPace.next_at > _NOW)
    rested = or_(Address.not_before.is_(None), Address.not_before <= _NOW)
    return and_(Address.channel.not_in(held), Address.channel.not_in(paced), rested)


def _not_without() -> ColumnElement[bool]:
    return Address.channel.not_in(bindparam("without", expanding=True))


def _asked(now: datetime, lane: str, without: Collection[str]) -> dict[str, object]:
    asked = {"now": now, "lane": lane, "far": now + NO_ALERT_WAITS}
    return {**asked, "without": list(without)} if lane == ALERT else asked


def settle(session: Session, held: Sending, **values: object) -> None:
    """Records what became of a claimed message. Raises LeaseLost when it is no longer ours."""
    done = (
        update(Outbox)
        .where(Outbox.id == held.row.id, Outbox.fence == held.fence, Outbox.state == "sending")
        .values(**values)
    )
    if changed(session, done) != 1:
        raise LeaseLost(LeaseLost.__doc__)


def next_due(session: Session) -> datetime | None:
    """When the next ready message falls due."""
    return session.scalar(select(func.min(Outbox.due_at)).where(Outbox.state == "ready"))


def changed(session: Session, statement: Update) -> int:
    """How many rows of the outbox the statement changed."""
    done = statement.returning(Outbox.id).execution_options(synchronize_session=False)
    return len(session.scalars(done).all())
