"""What does not open any more is set aside for a person, so that it is not tried for ever."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from onestep.services.app import App
from onestep.services.for_coach import tell_coach
from onestep.storage import clients, inbox, record, sealed, talk
from onestep.storage.errors import LeaseLost, Unreadable
from onestep.storage.inbox import Claim
from onestep.storage.models import Inbox, Message, Outbox

log = logging.getLogger(__name__)


def set_damaged_aside(app: App, claim: Claim) -> bool:
    """Finishes the claimed rows whose message is damaged, each with a line for the coach.

    The other rows go back and are turned at once. False, and nothing changed, when no message is
    damaged: also when nothing of this client opens, for then it is our keys that are wrong, and
    with the right ones every row is as good as before.
    """
    now = app.clock()
    try:
        with app.db.write() as session:
            damaged = _damaged(session, claim)
            if not damaged:
                return False
            inbox.put_back(session, claim, due_at=now, note="beside_damaged")
            for row, message in damaged:
                _for_a_person(session, row, message, now)
    except LeaseLost:
        return True
    log.error("%d damaged messages are set aside for a person", len(damaged))
    app.bells.ring("inbox")
    return True


def tell_of_unsent(session: Session, row: Outbox, now: datetime) -> None:
    """A line for the coach: something that was to be said here cannot be opened, and was not."""
    if row.client_id is not None:
        tell_coach(
            session,
            row.client_id,
            about="unreadable",
            detail="not_sent",
            now=now,
            message_ids=[row.message_id],
        )


def _damaged(session: Session, claim: Claim) -> list[tuple[Inbox, Message]]:
    client = clients.client(session, claim.client_id)
    if sealed.called_or_none(session, client) is None:
        try:
            sealed.coach_name(session, clients.coach_of(session, client))
        except Unreadable:
            return []
    rows = [session.get_one(Inbox, row.seq) for row in claim.rows if row.message_id is not None]
    found = [(row, session.get_one(Message, row.message_id)) for row in rows]
    return [(row, each) for row, each in found if sealed.readable(session, each) is None]


def _for_a_person(session: Session, row: Inbox, message: Message, now: datetime) -> None:
    turn = talk.add_turn(session, id=f"t{row.id}", client_id=row.client_id, by="fallback", now=now)
    row.state, row.turn_id, message.turn_id = "done", turn, turn
    record.add_ask(
        session,
        client_id=row.client_id,
        about="unreadable",
        words="",
        message_ids=[message.id],
        at=message.at,
        zone=message.zone,
        due_at=now,
        turn_id=turn,
    )
