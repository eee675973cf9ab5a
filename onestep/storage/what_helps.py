"""Queries about what helps a client and who matters to them, as they told it themselves."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.models import Entry, Person


def entries(session: Session, client_id: str, *, kinds: Sequence[str], limit: int) -> list[Entry]:
    """The newest entries of these kinds that a coach may see; struck and flagged ones never."""
    return list(
        session.scalars(
            select(Entry)
            .where(Entry.client_id == client_id, Entry.kind.in_(kinds))
            .where(Entry.struck_at.is_(None), Entry.coach_may_see, ~Entry.flagged)
            .order_by(Entry.id.desc())
            .limit(limit)
        )
    )


def people(session: Session, client_id: str) -> list[str]:
    """The names of those the client wrote of, the latest first, each once."""
    rows = session.scalars(
        select(Person).where(Person.client_id == client_id).order_by(Person.named_at.desc())
    )
    return list(dict.fromkeys(sealed.person_name(session, row) for row in rows))
