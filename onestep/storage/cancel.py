"""Takes back what lies ready in the outbox and nobody has taken for sending yet."""

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session

from onestep.storage.models import Outbox
from onestep.storage.outbox import ALERT, HELD

# What the bot had ready to say; the gate alone decides on confirmations, notices and relays.
OF_THE_BOT = ("check_in", "pause_over", "reply")
# Asked in every turn, so put together once: building a statement costs more than running it.
_OF_THE_BOT = update(Outbox).where(
    Outbox.client_id == bindparam("whose"),
    Outbox.lane == "ordinary",
    Outbox.state == "ready",
    Outbox.kind.in_(OF_THE_BOT),
)
_AT = update(Outbox).where(
    Outbox.address_id == bindparam("whose"), Outbox.state == "ready", Outbox.lane != ALERT
)


def _cancels(ready: Update) -> Update:
    cancelled = ready.values(state="cancelled", reason=bindparam("because"))
    return cancelled.execution_options(synchronize_session=False)


_CANCEL_OF_THE_BOT = _cancels(_OF_THE_BOT)
_CANCEL_HELD = _cancels(_OF_THE_BOT.where(Outbox.reason == HELD))
_CANCEL_AT = _cancels(_AT)


def of_the_bot(session: Session, *, client_id: str, reason: str) -> None:
    """All that the bot had ready to say to this client."""
    session.execute(_CANCEL_OF_THE_BOT, {"whose": client_id, "because": reason})


def held(session: Session, *, client_id: str) -> None:
    """What waits for the morning: the talk has gone on, it would answer nothing."""
    session.execute(_CANCEL_HELD, {"whose": client_id, "because": "stale"})


def at(session: Session, *, address_id: str, reason: str) -> None:
    """All that is ready for this address; the answer to danger still goes there."""
    session.execute(_CANCEL_AT, {"whose": address_id, "because": reason})
