"""What went out while the database was away: kept as sent, and not said a second time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from onestep.storage.models import Outbox


@dataclass(frozen=True)
class Already:
    """The fixed reply as it was handed to the provider, and when."""

    text: str
    at: datetime


def went_already(session: Session, message_id: str, already: Already) -> None:
    """Marks the message just queued as the one that went out then."""
    session.execute(
        update(Outbox)
        .where(Outbox.message_id == message_id)
        .values(state="sent", sent_at=already.at, reason="database_away")
    )
