"""Keeps what could not be taken in: sealed, once, and shown to an operator who asks."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from onestep.storage.models import Aside
from onestep.storage.seal import Place
from onestep.storage.sealed import keyring, seal

SHOWN = 24  # letters of an id that a person types; a hundred thousand do not share so many


def put(session: Session, *, channel: str, reason: str, body: bytes, now: datetime) -> bool:
    """Keeps the bytes as they came; false when the same are kept already.

    A provider that hears nothing brings the same again, so the id is made of what came.
    """
    text = b64encode(body).decode()
    id = keyring(session).address_hash(f"aside|{channel}", text)[:SHOWN]
    if session.get(Aside, id) is not None:
        return False
    sealed = seal(session, "aside", "body", id, text)
    session.add(Aside(id=id, channel=channel, reason=reason, body=sealed, size=len(body), at=now))
    session.flush()
    return True


def latest(session: Session, *, limit: int) -> Sequence[Aside]:
    """What is kept, the newest first, without opening any of it."""
    return session.scalars(select(Aside).order_by(Aside.at.desc(), Aside.id).limit(limit)).all()


def body(session: Session, row: Aside) -> bytes:
    """The bytes as they came. Raises Unreadable when they do not open."""
    return b64decode(keyring(session).open(Place("aside", "body", row.id), row.body))


def counts(session: Session) -> dict[tuple[str, str], int]:
    """How many there are, by channel and reason."""
    rows = session.execute(
        select(Aside.channel, Aside.reason, func.count()).group_by(Aside.channel, Aside.reason)
    )
    return {(channel, reason): count for channel, reason, count in rows}
