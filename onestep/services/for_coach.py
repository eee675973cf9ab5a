"""A line for the coach that comes from the service itself, not from the client's words."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from onestep.storage import clients, record


def tell_coach(
    session: Session,
    client_id: str,
    *,
    about: str,
    now: datetime,
    detail: str | None = None,
    message_ids: Sequence[str] = (),
) -> None:
    """Keeps it in the client's record, due now; `message_ids` lead to what it is about."""
    record.add_ask(
        session,
        client_id=client_id,
        about=about,
        detail=detail,
        words="",
        message_ids=message_ids,
        at=now,
        zone=clients.terms(session, client_id).zone,
        due_at=now,
        turn_id=None,  # a turn is written after what it did; the messages lead to it
    )
