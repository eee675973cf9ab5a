"""Writes down that somebody has opened a page about a client: reads are in the log, too (S14)."""

from datetime import timedelta

from sqlalchemy import select

from onestep.services.app import App
from onestep.storage import audit
from onestep.storage.models import Audit

# A page that keeps itself up to date is one reading, and not one each second.
ONE_LINE_IN = timedelta(minutes=10)


def opened(app: App, what: str, *, by: str, whom: str) -> None:
    """`by` reads this of `whom`; within ten minutes once."""
    now = app.clock()
    same = select(Audit.seq).where(
        Audit.who == by, Audit.what == what, Audit.whom == whom, Audit.at > now - ONE_LINE_IN
    )
    with app.db.read() as session:
        if session.scalar(same.limit(1)) is not None:
            return
    with app.db.write() as session:
        audit.record(session, who=by, what=what, whom=whom, now=now)
