"""The inbox as a queue: a client's rows in order, one worker at a time, lost leases noticed."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import takewhile

from sqlalchemy import (
    BindParameter,
    Select,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from onestep.storage.alone import alone_with, many_writers
from onestep.storage.base import Moment, database_now, new_id, one_of, table_of
from onestep.storage.errors import LeaseLost
from onestep.storage.lease import take
from onestep.storage.models import Client, Inbox

# Said as a list, not as "all but done": so the index finds them past a client's long history.
OPEN = ("waiting", "working")
# Commands that the application answers alone; a bot that is away must not hold them up.
NEED_NO_BOT = ("stop", "pause", "resume", "coach", "help", "quick_exit")

# Asked in every turn, so put together once: building a statement costs more than running it.
_CLIENT: BindParameter[str] = bindparam("client_id")
_FROM_HERE = (
    select(Inbox)
    .where(Inbox.client_id == _CLIENT, one_of(Inbox.state, OPEN), Inbox.seq >= bindparam("seq"))
    .order_by(Inbox.seq)
)
_ROWS = table_of(Inbox)
_HELD = (
    update(_ROWS)
    .where(
        _ROWS.c.id == bindparam("held_id"),
        _ROWS.c.fence == bindparam("held_fence"),
        _ROWS.c.state == "working",
    )
    .returning(_ROWS.c.id)
)
_FINISH = _HELD.values(state="done", turn_id=bindparam("handled_in"))


@dataclass(frozen=True)
class Claim:
    """Rows of one client, held by one worker until the lease runs out."""

    client_id: str
    rows: tuple[Inbox, ...]
    fences: dict[str, int]

    @property
    def turn_id(self) -> str:
        """The id of the turn these rows become; a second try of the same rows has the same."""
        return f"t{self.rows[0].id}"


def put(
    session: Session,
    *,
    client_id: str,
    kind: str,
    now: datetime,
    due_at: datetime,
    message_id: str | None = None,
    body: dict[str, object] | None = None,
) -> Inbox:
    """Adds one row at the end of the client's queue."""
    alone_with(session, client_id)
    row = Inbox(
        id=new_id(),
        client_id=client_id,
        kind=kind,
        message_id=message_id,
        body=body or {},
        state="waiting",
        received_at=now,
        due_at=due_at,
    )
    session.add(row)
    session.flush()
    return row


def put_event(
    session: Session,
    client_id: str,
    event: str,
    *,
    now: datetime,
    message_id: str | None = None,
    **more: object,
) -> None:
    """Adds an event, due at once, to the client's queue; `more` stands beside its name."""
    put(
        session,
        client_id=client_id,
        kind="event",
        now=now,
        due_at=now,
        message_id=message_id,
        body={"event": event, **more},
    )


def claim(session: Session, *, now: datetime, lease_seconds: float) -> Claim | None:
    """Takes the oldest due stretch of a client whom no other worker serves, or nothing.

    A stretch is one command, choice or event, or all the texts that wait up to the next of these.
    Only the head of a client's queue is taken, so that order holds; but STOP, PAUSE, RESUME,
    COACH and HELP pass what waits for the bot to come back.
    """
    first = _head(session, now)
    return None if first is None else _taken(session, first, lease_seconds)


def claim_again(
    session: Session, undone: Claim, *, now: datetime, lease_seconds: float
) -> Claim | None:
    """Takes what a transaction that was undone had claimed; nothing when it is not next now."""
    alone_with(session, undone.client_id)
    first = session.scalar(_oldest_of(), {"now": now, "whose": undone.client_id})
    if first is None or first.id not in undone.fences:
        return None
    return _taken(session, first, lease_seconds)


def _taken(session: Session, first: Inbox, lease_seconds: float) -> Claim:
    rows = _stretch(session, first)
    for row in rows:
        take(session, row, seconds=lease_seconds, state="working")
    return Claim(first.client_id, tuple(rows), {row.id: row.fence for row in rows})


def finish(session: Session, held: Claim) -> None:
    """Marks the claimed rows handled. Raises LeaseLost when another worker took one over."""
    alone_with(session, held.client_id)
    for row in held.rows:
        _settle(session, _FINISH, held, row, handled_in=held.turn_id)


def put_back(session: Session, held: Claim, *, due_at: datetime, note: str) -> None:
    """Gives the rows back to be tried again at `due_at`, each with `note` in its body.

    Raises LeaseLost like `finish`.
    """
    alone_with(session, held.client_id)
    for row in held.rows:
        _settle(session, _HELD.values(state="waiting", due_at=due_at), held, row)
    for row in session.scalars(select(Inbox).where(Inbox.id.in_(list(held.fences)))):
        row.body = {**row.body, note: True}
    session.flush()


def next_due(session: Session) -> datetime | None:
    """When the next waiting row falls due, so that a loop need not guess."""
    return session.scalar(select(func.min(Inbox.due_at)).where(Inbox.state == "waiting"))


def _head(session: Session, now: datetime) -> Inbox | None:
    """The oldest due row, with its client held."""
    asked: dict[str, object] = {"now": now}
    if not many_writers(session):
        return session.scalar(_due(), asked)
    while (found := session.scalar(_oldest_of_the_free(), asked)) is not None:
        # What was so when we looked may have changed before its client was ours: look again.
        still = session.scalar(_oldest_of(), {**asked, "whose": found.client_id})
        if still is not None:
            return still
    return None


@cache  # building it costs far more than running it
def _oldest_of_the_free() -> Select[Inbox]:
    free = _due().join(Client, Client.id == Inbox.client_id)
    return free.with_for_update(of=Client, key_share=True, skip_locked=True)


@cache
def _oldest_of() -> Select[Inbox]:
    theirs = _due().where(Inbox.client_id == bindparam("whose"))
    return theirs.execution_options(populate_existing=True)


@cache
def _due() -> Select[Inbox]:
    now, row = bindparam("now", type_=Moment()), _ROWS.c
    other, earlier = _ROWS.alias().c, _ROWS.alias().c
    held = and_(other.state == "working", other.lease_until >= database_now())
    expired = and_(row.state == "working", row.lease_until < database_now())
    due = and_(row.state == "waiting", row.due_at <= now)
    busy = exists().where(other.client_id == row.client_id, held)
    needs_no_bot = one_of(row.body["command"].as_string(), NEED_NO_BOT)
    set_aside = and_(earlier.state == "waiting", earlier.attempts > 0, earlier.due_at > now)
    behind = exists().where(
        earlier.client_id == row.client_id,
        earlier.seq < row.seq,
        one_of(earlier.state, OPEN),
        not_(and_(row.kind == "command", needs_no_bot, set_aside)),
    )
    return select(Inbox).where(or_(due, expired), ~busy, ~behind).order_by(row.seq).limit(1)


def _stretch(session: Session, first: Inbox) -> list[Inbox]:
    if first.kind != "text":
        return [first]
    waiting = session.scalars(_FROM_HERE, {"client_id": first.client_id, "seq": first.seq})
    return list(takewhile(lambda row: row.kind == "text", waiting))


def _settle(
    session: Session, change: ReturningUpdate[str], held: Claim, row: Inbox, **more: str
) -> None:
    which = {"held_id": row.id, "held_fence": held.fences[row.id]}
    if session.scalar(change, {**which, **more}) is None:
        raise LeaseLost(LeaseLost.__doc__)
