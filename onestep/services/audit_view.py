"""The audit log as a lead reads it: who did or read what of whom, and whether it is whole."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from onestep.services.app import App
from onestep.storage import audit, sealed
from onestep.storage.models import Alert, Client, Coach

SHOWN = 200


@dataclass(frozen=True)
class Told:
    """One line of the log, with names in place of ids."""

    seq: int
    who: str
    what: str
    whom: str
    at: datetime


def newest(app: App, *, before: int | None = None) -> tuple[Told, ...]:
    """The newest lines, or those before a line."""
    with app.db.read() as session:
        rows = audit.newest(session, count=SHOWN, before=before)
        return tuple(
            Told(row.seq, _called(session, row.who), row.what, _called(session, row.whom), row.at)
            for row in rows
        )


def whole(app: App) -> audit.Whole:
    """Whether each line fits the one before."""
    with app.db.read() as session:
        return audit.check(session)


def _called(session: Session, id: str | None) -> str:
    if id is None:
        return ""
    if (coach := session.get(Coach, id)) is not None:
        return sealed.coach_name(session, coach)
    if (client := session.get(Client, id)) is not None:
        return sealed.called_or_none(session, client) or "(name does not open)"
    if (alert := session.get(Alert, id)) is not None:
        return f"alert {alert.ref or alert.id}"
    return id
