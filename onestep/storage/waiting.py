"""What waits in a client's inbox, for whoever has to know of it before its turn."""

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from onestep.storage.base import table_of
from onestep.storage.inbox import OPEN
from onestep.storage.models import Inbox

# Asked with every message, so put together once: building a statement costs more than running it.
_CLIENT: BindParameter[str] = bindparam("client_id")
_ROWS = table_of(Inbox)
_WAITING_TEXTS = (
    _ROWS.c.client_id == bindparam("whose"),
    _ROWS.c.state == "waiting",
    _ROWS.c.kind == "text",
    _ROWS.c.seq < bindparam("before"),
)
_TEXTS = select(Inbox).where(*_WAITING_TEXTS).order_by(_ROWS.c.seq)
_ARRIVED = select(_ROWS.c.received_at).where(*_WAITING_TEXTS).order_by(_ROWS.c.seq)
_PUT_OFF = update(_ROWS).where(*_WAITING_TEXTS)
_EVERY_SEQ = 2**62  # no row's number is as high
_MESSAGES = (
    select(Inbox)
    .where(Inbox.client_id == _CLIENT, Inbox.state == "waiting", Inbox.message_id.is_not(None))
    .order_by(Inbox.seq)
)
_COMMAND = select(
    exists().where(
        Inbox.client_id == _CLIENT,
        Inbox.state.in_(OPEN),
        Inbox.kind == "command",
        Inbox.body["command"].as_string().in_(bindparam("words", expanding=True)),
    )
)
# A turn that was put aside has no rows of its own yet: its id names the first of them.
_WRITTEN_AT = select(func.max(Inbox.received_at)).where(
    or_(Inbox.turn_id == bindparam("turn_id"), Inbox.id == bindparam("first_id")),
    or_(
        Inbox.kind != "event",
        Inbox.body["event"].as_string().in_(["first_contact", "came_back"]),
    ),
)


def texts(session: Session, client_id: str) -> list[Inbox]:
    """The client's texts that no turn has taken yet, in order."""
    return list(session.scalars(_TEXTS, {"whose": client_id, "before": _EVERY_SEQ}))


def texts_came_at(session: Session, client_id: str, *, before: int = _EVERY_SEQ) -> list[datetime]:
    """When those texts came in, in order; only those in front of the row numbered `before`."""
    return list(session.scalars(_ARRIVED, {"whose": client_id, "before": before}))


def put_off_texts(
    session: Session, client_id: str, *, due_at: datetime, before: int = _EVERY_SEQ
) -> None:
    """Those texts fall due together, at this moment."""
    session.execute(_PUT_OFF, {"whose": client_id, "before": before, "due_at": due_at})


def messages(session: Session, client_id: str) -> list[Inbox]:
    """The client's rows with a message that no turn has taken yet, in order.

    They stay so until the commit for whoever is alone with the client.
    """
    return list(session.scalars(_MESSAGES, {"client_id": client_id}))


def quiet_asked(session: Session, client_id: str) -> bool:
    """Whether a STOP or PAUSE lies unhandled in the queue: nothing ordinary may go out then."""
    return command_waits(session, client_id, "stop", "pause", "quick_exit")


def command_waits(session: Session, client_id: str, *words: str) -> bool:
    """Whether one of these commands lies unhandled in the client's queue."""
    return bool(session.scalar(_COMMAND, {"client_id": client_id, "words": words}))


def written_at(session: Session, turn_id: str) -> datetime | None:
    """When the newest of a turn's rows came in; null when none of them is the client's act."""
    rows = {"turn_id": turn_id, "first_id": turn_id.removeprefix("t")}
    return session.scalar(_WRITTEN_AT, rows)
