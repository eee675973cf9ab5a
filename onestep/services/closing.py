"""What a person writes down when an alert or a hand-off ends: five short answers, kept sealed."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.base import new_id
from onestep.storage.models import Closing


@dataclass(frozen=True)
class ClosingWords:
    """What happened in the client's words, what helped, what was agreed, who else was told.

    `disagreement`: where client and coach, or two coaches, saw it differently. Any may be empty.
    """

    happened: str = ""
    helped: str = ""
    agreed: str = ""
    told: str = ""
    disagreement: str = ""


def keep(
    session: Session,
    words: ClosingWords,
    *,
    by: str,
    now: datetime,
    hand_off_id: str | None = None,
    alert_id: str | None = None,
    outcome: str | None = None,
) -> None:
    """Keeps what `by` wrote, sealed, with what it closes. Nothing where nothing was written."""
    if words == ClosingWords() and outcome is None:
        return
    id = new_id()
    written = {
        each.name: sealed.seal(session, "closing", each.name, id, text)
        for each in fields(words)
        if (text := getattr(words, each.name).strip())
    }
    session.add(
        Closing(
            id=id,
            coach_id=by,
            at=now,
            hand_off_id=hand_off_id,
            alert_id=alert_id,
            outcome=outcome,
            **written,
        )
    )
    session.flush()


def read(session: Session, row: Closing) -> ClosingWords:
    """What was written, opened."""
    return ClosingWords(
        **{
            each.name: sealed.opened(session, "closing", each.name, row.id, found)
            for each in fields(ClosingWords)
            if (found := getattr(row, each.name)) is not None
        }
    )
