"""What of a coach's words did not reach a client, and that no text reaches them: told to coaches.

Nothing is lost by it: the words stand in the thread, with what became of them.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from channels.afterwards import LooksUp
from onestep.services.app import App
from onestep.services.pass_on import who_hears
from onestep.services.to_coach import About, label, tell
from onestep.services.trouble import trouble
from onestep.storage import hand_offs, sealed
from onestep.storage.alone import alone_at
from onestep.storage.models import Client, Coach, HandOff

SHOWN = 60  # letters of the coach's own words, so that they know which these are
TOLD = "{who}: your “{words}” {trouble}."
TOLD_WITHOUT = "what you wrote {trouble}."
NO_WAY = {
    "stopped": "no text reaches them now: they asked for no more, or closed the chat",
    "unreachable": "no text reaches them now: their phone takes none",
}
RING = "Ring them, or see them. The conversation stays open until you hand it back."


def tell_of_trouble(app: App) -> bool:
    """Tells coaches what is in the way between them and a client. False when nothing is new."""
    now, looked_up = app.clock(), _looked_up(app)
    with app.db.read() as session:  # most looks find nothing, and need no write lock for it
        if not _any(session, looked_up, now):
            return False
    with app.db.write() as session:
        alone_at(session, "trouble")
        for each in hand_offs.troubled(session, looked_up=looked_up, now=now):
            _tell_of_line(app, session, each, now)
        for found in hand_offs.out_of_reach(session):
            _tell_of_no_way(app, session, found, now)
        for found in hand_offs.within_reach_again(session):
            found.no_way_told_at = None
    app.bells.ring("outbox")
    return True


def _looked_up(app: App) -> list[str]:
    return [name for name, way in app.channels.items() if isinstance(way, LooksUp)]


def _any(session: Session, looked_up: list[str], now: datetime) -> bool:
    return bool(
        hand_offs.troubled(session, looked_up=looked_up, now=now)
        or hand_offs.out_of_reach(session)
        or hand_offs.within_reach_again(session)
    )


def _tell_of_line(app: App, session: Session, each: hand_offs.Troubled, now: datetime) -> None:
    each.relay.told = each.row.state
    said = trouble(each.row.state, each.row.reason)
    author = session.get(Coach, each.message.coach_id) if each.message.coach_id else None
    if author is None or not author.active:
        return
    about = About(session.get_one(Client, each.found.client_id), each.found)
    words = sealed.readable(session, each.message) or ""
    short = words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"
    told = TOLD.format(who=label(session, about), words=short, trouble=said)
    tell(
        app, session, author, about, words=told, notice=TOLD_WITHOUT.format(trouble=said), now=now
    )


def _tell_of_no_way(app: App, session: Session, found: HandOff, now: datetime) -> None:
    found.no_way_told_at = now
    client = session.get_one(Client, found.client_id)
    about, said = About(client, found), NO_WAY[client.contact]
    for coach in who_hears(session, found):
        words = f"{label(session, about)}: {said}. {RING}"
        tell(app, session, coach, about, words=words, notice=f"{said}. {RING}", now=now)
