"""Pictures and sound: waiting to be fetched, then kept sealed, like words."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, defer

from onestep.storage.base import Moment, new_id
from onestep.storage.models import Attachment, Message
from onestep.storage.seal import Place
from onestep.storage.sealed import keyring, seal

_DUE = (
    select(Attachment)
    .where(
        Attachment.state == "waiting",
        Attachment.due_at <= bindparam("now", type_=Moment()),
    )
    .order_by(Attachment.due_at)
    .limit(1)
)
_ANY_DUE = _DUE.with_only_columns(Attachment.id)
_TAKEN = _DUE.with_for_update(skip_locked=True)


def add(session: Session, message: Message, *, kind: str, reference: str) -> None:
    """One that came with `message` and is still to be fetched."""
    id = new_id()
    session.add(
        Attachment(
            id=id,
            client_id=message.client_id,
            message_id=message.id,
            kind=kind,
            reference=seal(session, "attachment", "reference", id, reference),
            state="waiting",
            due_at=message.at,
            at=message.at,
        )
    )
    session.flush()


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether one waits to be fetched; takes nothing."""
    return session.scalar(_ANY_DUE, {"now": now}) is not None


def take(session: Session, *, now: datetime, again: timedelta) -> Attachment | None:
    """The one that has waited longest; whoever takes it has `again` before another may."""
    row = session.scalar(_TAKEN, {"now": now})
    if row is not None:
        row.attempts, row.due_at = row.attempts + 1, now + again
        session.flush()
    return row


def reference(session: Session, row: Attachment) -> str:
    """What its provider calls it. Raises Unreadable."""
    return keyring(session).open(Place("attachment", "reference", row.id), row.reference)


def keep(session: Session, row: Attachment, body: bytes, *, content_type: str) -> None:
    """Seals its bytes; they have never been anywhere else."""
    text = b64encode(body).decode()
    row.body = seal(session, "attachment", "body", row.id, text)
    row.state, row.size, row.content_type = "kept", len(body), content_type


def body(session: Session, row: Attachment) -> bytes | None:
    """Its bytes as they came; none where it was not kept. Raises Unreadable."""
    if row.body is None:
        return None
    return b64decode(keyring(session).open(Place("attachment", "body", row.id), row.body))


def any_of(session: Session, message_id: str) -> bool:
    """Whether something that came with this message is kept, or will be."""
    return bool(session.scalar(select(exists().where(Attachment.message_id == message_id))))


def of_client(session: Session, client_id: str) -> Sequence[Attachment]:
    """All of a client's, the newest first; their bytes are read only where they are asked for."""
    theirs = select(Attachment).where(Attachment.client_id == client_id)
    theirs = theirs.options(defer(Attachment.body))
    return session.scalars(theirs.order_by(Attachment.id.desc())).all()
