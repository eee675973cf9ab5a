"""How one worker takes a row of a queue, inbox or outbox alike: a fence, a try more, a lease."""

from functools import cache
from typing import Any

from sqlalchemy import Table, Update, bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from onestep.storage.base import database_now, table_of
from onestep.storage.models import Inbox, Outbox


def take(session: Session, row: Inbox | Outbox, *, seconds: float, **sets: Any) -> None:
    """Takes a row that nobody else may take meanwhile; `sets` are the columns that say so.

    `row` then says the same, but for the end of its lease: that is the database's to tell.
    """
    session.execute(_taking(table_of(type(row))), {"taken": row.seq, "lease": seconds, **sets})
    for name, value in {"fence": row.fence + 1, "attempts": row.attempts + 1, **sets}.items():
        set_committed_value(row, name, value)


@cache  # building a statement costs more than running it
def _taking(rows: Table) -> Update:
    """What is given when it runs and is named as a column is set, too."""
    return (
        update(rows)
        .where(rows.c.seq == bindparam("taken"))
        .values(
            fence=rows.c.fence + 1,
            attempts=rows.c.attempts + 1,
            lease_until=database_now() + bindparam("lease"),
        )
    )
