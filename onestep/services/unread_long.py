"""Words that no person has marked as read for a week: a lead sees whose, and how many."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from onestep.services.app import App
from onestep.storage import sealed
from onestep.storage.models import Client, Coach, Message, Reading

AFTER = timedelta(days=7)  # console page, Today
UNTIL = timedelta(days=60)  # older than that, nobody marks it any more


@dataclass(frozen=True)
class Unread:
    """One client, with how many messages nobody has marked as read."""

    client_id: str
    called: str
    coach: str
    count: int


def unread_long(app: App) -> tuple[Unread, ...]:
    """Whose words wait, the most first."""
    now = app.clock()
    with app.db.read() as session:
        rows = session.execute(
            select(Message.client_id, func.count())
            .where(Message.direction == "in", Message.client_id.is_not(None))
            .where(Message.at < now - AFTER, Message.at > now - UNTIL, Message.channel != "story")
            .where(Message.id.not_in(select(Reading.message_id)))
            .group_by(Message.client_id)
            .order_by(func.count().desc(), Message.client_id)
        ).all()
        found = []
        for client_id, count in rows:
            client = session.get_one(Client, client_id)
            coach = sealed.coach_name(session, session.get_one(Coach, client.coach_id))
            called = sealed.called_or_none(session, client) or ""
            found.append(Unread(client.id, called, coach, count))
        return tuple(found)
