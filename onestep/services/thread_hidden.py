"""What one coach does not see of a talk: what is about them, or was not meant for them."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from onestep.storage.models import (
    Alert,
    AlertMessage,
    Client,
    HandOff,
    HandOffCoach,
    Message,
    Relay,
)

BACK = ("hand_off_closed", "hand_off_closed_no_next")


@dataclass(frozen=True)
class Hidden:
    """Hand-offs by id, lines by the id of their message, and the times of whole stretches."""

    hand_offs: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    spans: tuple[tuple[datetime, datetime | None], ...] = field(default=())

    def line(self, message: Message) -> bool:
        """Whether this line is left out."""
        if message.id in self.messages:
            return True
        said = {each.get("say") for each in message.said or []}
        for begins, ends in self.spans:
            if begins <= message.at and (ends is None or message.at <= ends):
                return True
            # That it is over tells, too, that it was.
            if ends is not None and message.at > ends and said & set(BACK):
                return True
        return False


def hidden_from(session: Session, client: Client, coach_id: str) -> Hidden:
    """What this coach does not see of this client.

    A worry about them (safety page, About us), and what the client said to somebody else because
    they asked for somebody else (terms page), unless this coach was in it.
    """
    about = set(
        session.scalars(
            select(Alert.id).where(Alert.client_id == client.id, Alert.about_coach_id == coach_id)
        )
    )
    was_in = select(HandOffCoach.hand_off_id).where(HandOffCoach.coach_id == coach_id)
    elsewhere = HandOff.to == "someone_else" if client.coach_id == coach_id else None
    mine = HandOff.alert_id.in_(about)
    hand_offs = session.scalars(
        select(HandOff).where(
            HandOff.client_id == client.id,
            mine if elsewhere is None else or_(mine, elsewhere & HandOff.id.not_in(was_in)),
        )
    ).all()
    ids = {each.id for each in hand_offs}
    return Hidden(
        hand_offs=frozenset(ids),
        messages=frozenset(_messages(session, about, ids)),
        spans=tuple((each.requested_at, each.closed_at) for each in hand_offs),
    )


def _messages(session: Session, alerts: set[str], hand_offs: set[str]) -> set[str]:
    first = session.scalars(select(Alert.message_id).where(Alert.id.in_(alerts)))
    more = session.scalars(
        select(AlertMessage.message_id).where(AlertMessage.alert_id.in_(alerts))
    )
    carried = session.scalars(select(Relay.message_id).where(Relay.hand_off_id.in_(hand_offs)))
    return {*first, *more, *carried}
