"""A coach's clients, each with a plain word on how things stand."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from onestep.services import hand_off
from onestep.services.app import App
from onestep.services.errors import NoSuchCoach, UnknownClient
from onestep.services.record_page import contact_said
from onestep.services.scope import new_turn_id, open_scope
from onestep.services.thread_hidden import hidden_from
from onestep.services.times import next_check_in_words
from onestep.storage import audit
from onestep.storage import caseload as asked
from onestep.storage.alone import alone_with
from onestep.storage.models import Client, Coach


@dataclass(frozen=True)
class Theirs:
    """One client in the list."""

    id: str
    called: str
    coach: str
    contact: str
    next_check_in: str | None
    with_a_person: bool


def caseload(app: App, *, seen_by: str) -> tuple[Theirs, ...]:
    """Everybody this coach may see, by what they are called."""
    now = app.clock()
    with app.db.read() as session:
        coach = session.get_one(Coach, seen_by)
        found = []
        for client in asked.clients_of(session, coach, now):
            scope = open_scope(
                session, app.content, client_id=client.id, turn_id=new_turn_id(), now=now
            )
            found.append(
                Theirs(
                    id=client.id,
                    called=scope.called,
                    coach=scope.coach,
                    contact=contact_said(scope),
                    next_check_in=next_check_in_words(scope),
                    with_a_person=_shown_with(session, client, seen_by),
                )
            )
    return tuple(sorted(found, key=lambda each: (each.called.casefold(), each.id)))


def _shown_with(session: Session, client: Client, seen_by: str) -> bool:
    current = hand_off.current(session, client.id)
    if current is None:
        return False
    return current.id not in hidden_from(session, client, seen_by).hand_offs


def move(app: App, client_id: str, coach_id: str, *, by: str) -> None:
    """From now on this client is with another coach. Raises UnknownClient or NoSuchCoach."""
    with app.db.write() as session:
        alone_with(session, client_id)
        client, coach = session.get(Client, client_id), session.get(Coach, coach_id)
        if client is None:
            raise UnknownClient(UnknownClient.__doc__)
        if coach is None or not coach.active:
            raise NoSuchCoach("There is no such coach here.")
        client.coach_id = coach_id
        audit.record(
            session, who=by, what="moved_client", whom=client_id, why=coach_id, now=app.clock()
        )
