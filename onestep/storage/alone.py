"""Who works on what, where a database has many writers at once; SQLite has one, and needs no more.

On PostgreSQL, whoever changes a client's queue or state holds that client's row until the end of
the transaction (reliability R2): so a client's rows are committed in the order of their numbers,
and no two workers serve one client. What has no row yet is held by its name.
"""

from hashlib import blake2b

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from onestep.storage.models import Client


def many_writers(session: Session) -> bool:
    """Whether others may write while this transaction is open."""
    return session.get_bind().dialect.name == "postgresql"


def alone_with(session: Session, client_id: str) -> None:
    """Until this transaction ends, nobody else changes this client; their row is read anew.

    Waits for whoever holds them now.
    """
    if many_writers(session):
        held = select(Client).where(Client.id == client_id).with_for_update(key_share=True)
        session.scalars(held.execution_options(populate_existing=True)).all()


def alone_at(session: Session, *name: str) -> None:
    """The same for what has no row yet, by a name: a sender, a report, a channel.

    Only a hash of it leaves this process.
    """
    if many_writers(session):
        digest = blake2b("\0".join(name).encode("utf-8", "replace"), digest_size=8).digest()
        number = int.from_bytes(digest, signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))
