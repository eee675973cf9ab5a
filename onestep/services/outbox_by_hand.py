"""What a person sees of the outbox, and how they settle what the service cannot know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from onestep.services.errors import AddressClosed, NotHeld, NothingToSettle, UnknownMessage
from onestep.storage import gone_out, holds, outbox, sealed, talk
from onestep.storage.database import Database
from onestep.storage.models import Address, Client, Message, Outbox, Prompt

FOR_A_PERSON = ("uncertain", "failed")


@dataclass(frozen=True)
class Held:
    """A channel that waits, or all but alerts, and how many messages wait behind it."""

    what: str
    since: datetime
    detail: str | None
    waiting: int


@dataclass(frozen=True)
class Shown:
    """One message that needs a person. `words` and `called` only where they were asked for."""

    id: str
    channel: str
    kind: str
    state: str
    reason: str
    at: datetime
    asked_again: bool  # a question that is put again by itself when the client next writes
    called: str | None = None
    words: str | None = None


def held(db: Database) -> Sequence[Held]:
    """What may not go on, the oldest first."""
    with db.read() as session:
        return [
            Held(hold.what, hold.since, hold.detail, _waiting(session, hold.what))
            for hold in holds.all_held(session)
        ]


def for_a_person(db: Database, *, words: bool = False) -> Sequence[Shown]:
    """Every message that failed or may have gone and that nothing will settle by itself."""
    with db.read() as session:
        return [
            _shown(session, row, channel, asked=bool(asked), words=words)
            for row, channel, asked in session.execute(_needing())
        ]


def settle(db: Database, id: str, *, sent: bool, now: datetime) -> None:
    """A person says what became of a message. Raises UnknownMessage or NothingToSettle."""
    with db.write() as session:
        row = _one(session, id)
        values = {"state": "sent", "sent_at": row.tried_at or now} if sent else NOT_SENT
        if not gone_out.change(session, row, was=FOR_A_PERSON, reason=gone_out.BY_HAND, **values):
            raise NothingToSettle(NothingToSettle.__doc__)
        if not sent:
            talk.close_prompt_of(session, row.message_id)


NOT_SENT: dict[str, object] = {"state": "cancelled"}  # it did not go, and it stays so


def send_again(db: Database, id: str, *, now: datetime) -> None:
    """Queues a message once more, however old; what the client asked for still counts.

    Raises UnknownMessage, NothingToSettle, or AddressClosed.
    """
    with db.write() as session:
        row = _one(session, id)
        if session.get_one(Address, row.address_id).state != "live":
            raise AddressClosed(AddressClosed.__doc__)
        again = {"state": "ready", "due_at": now, "not_after": None, "attempts": 0}
        if not gone_out.change(session, row, was=FOR_A_PERSON, reason=gone_out.BY_HAND, **again):
            raise NothingToSettle(NothingToSettle.__doc__)
        _ask_anew(session, row)


def resume(db: Database, what: str, *, now: datetime) -> None:
    """Lets a channel, or `clock`, go on at once. Raises NotHeld."""
    with db.write() as session:
        if not holds.release(session, what, now=now):
            raise NotHeld(NotHeld.__doc__)


def _needing() -> Select[Any]:
    asked = select(func.count()).where(Prompt.message_id == Outbox.message_id, Prompt.open)
    return (
        select(Outbox, Address.channel, asked.scalar_subquery())
        .join(Address)
        .where(
            Outbox.state.in_(FOR_A_PERSON),
            or_(Outbox.reason.is_(None), Outbox.reason.not_in(gone_out.LET_BE)),
        )
        .order_by(Outbox.seq)
    )


def _shown(session: Session, row: Outbox, channel: str, *, asked: bool, words: bool) -> Shown:
    text = called = None
    if words:
        text = sealed.message_text(session, session.get_one(Message, row.message_id))
    if words and row.client_id:
        called = sealed.client_called(session, session.get_one(Client, row.client_id))
    return Shown(
        id=row.id,
        channel=channel,
        kind=row.kind,
        state=row.state,
        reason=row.reason or "",
        at=row.tried_at or row.queued_at,
        asked_again=asked and row.state == "uncertain",
        called=called,
        words=text,
    )


def _waiting(session: Session, what: str) -> int:
    ready = select(func.count()).select_from(Outbox).where(Outbox.state == "ready")
    if what != holds.CLOCK:
        ready = ready.join(Address).where(Address.channel == what)
    return session.scalar(ready.where(Outbox.lane != outbox.ALERT)) or 0


def _one(session: Session, id: str) -> Outbox:
    row = session.scalar(select(Outbox).where(Outbox.id == id.strip().upper()))
    if row is None:
        raise UnknownMessage(UnknownMessage.__doc__)
    return row


def _ask_anew(session: Session, row: Outbox) -> None:
    """A question that goes out again is open again, unless another one is by now."""
    prompt = talk.prompt_of(session, row.message_id)
    if prompt is not None and talk.open_prompt(session, prompt.client_id) is None:
        prompt.open = True
        session.flush()
