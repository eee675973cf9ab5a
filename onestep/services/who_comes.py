"""Who is asked to come when a client wants a person: in which order, and from when on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from onestep.domain.office import Hours, next_opening
from onestep.storage import rota
from onestep.storage.models import Client, Coach

SOMEONE_ELSE = "someone_else"


@dataclass(frozen=True)
class Comes:
    """Who is asked first, and from when they are there; no coach where there is nobody to ask."""

    coach_id: str | None
    since: datetime


def first(session: Session, client: Client, *, to: str, office: Hours, now: datetime) -> Comes:
    """The first who is there now; with all at home, the first in order, from when they begin."""
    asked = [session.get_one(Coach, id) for id in order(session, client, to=to, now=now)]
    if not asked:
        return Comes(None, next_opening(office, now) or now)
    on_call = rota.on_call(session, now)
    begins = {
        coach.id: now if coach.id in on_call else next_opening(rota.hours_of(coach, office), now)
        for coach in asked
    }
    there = [id for id, since in begins.items() if since is not None and since <= now]
    chosen = there[0] if there else asked[0].id
    return Comes(chosen, begins[chosen] or next_opening(office, now) or now)


def order(session: Session, client: Client, *, to: str, now: datetime) -> list[str]:
    """Own coach, who stands in, who is on call, leads; those who have left are passed.

    To someone else: the same without their own coach, and no reason is asked (terms page).
    """
    own = client.coach_id
    wanted = [
        *rota.deputies(session, own),
        *rota.on_call(session, now),
        *(lead.id for lead in rota.leads(session)),
    ]
    here = {coach.id for coach in rota.everybody(session)}
    first_of_all = [] if to == SOMEONE_ELSE else [own]
    passed = {own} if to == SOMEONE_ELSE else set()
    return [id for id in dict.fromkeys([*first_of_all, *wanted]) if id in here - passed]
