"""A client has asked for a person: whoever is next is told, and the client is told the truth.

Told is not come: until a coach opens the hand-off, the next one is asked, and past what was
promised the client hears that nobody has come, and the new time.
"""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from onestep.domain.office import Hours, is_open, next_opening
from onestep.domain.permission import SendKind
from onestep.services import to_coach, who_comes
from onestep.services.app import App
from onestep.services.scope import Scope, new_turn_id, open_scope
from onestep.services.speak import speak
from onestep.services.times import by_words
from onestep.storage import hand_offs, talk
from onestep.storage.alone import alone_with
from onestep.storage.models import Coach, HandOff

log = logging.getLogger(__name__)

NEXT_AFTER = timedelta(minutes=15)  # then the next one is asked as well
PROMISED = timedelta(hours=2)  # in office hours, once everybody was asked and nobody came
AFTER_OPENING = timedelta(hours=1)
ASKS = "{who} asks for a person, and nobody has come yet. Reply here, and it goes to them."
NOTICE = "a client asks for a person, and nobody has come yet."


def see_to_waiting(app: App) -> bool:
    """Does what is due about one client who waits for a person. False when nothing is."""
    now = app.clock()
    with app.db.read() as session:  # most looks find nothing, and need no write lock for it
        if hand_offs.due(session, now) is None:
            return False
    with app.db.write() as session:
        found = hand_offs.due(session, now)
        if found is None:
            return True
        alone_with(session, found.client_id)
        session.refresh(found)
        if found.state == "requested" and found.due_at is not None and found.due_at <= now:
            _see_to(app, session, found, now)
    app.bells.ring("hand_off")
    app.bells.ring("outbox")
    return True


def promise(office: Hours, now: datetime) -> datetime:
    """By when somebody can honestly be said to come, with everybody asked and nobody there yet."""
    later = now + PROMISED
    if is_open(office, now) and is_open(office, later):
        return later
    opens = next_opening(office, later) or later
    return opens + AFTER_OPENING


def first_promise(comes: who_comes.Comes, now: datetime) -> datetime | None:
    """What is promised at once: nothing while somebody who is there is only now asked."""
    if comes.coach_id is not None and comes.since <= now:
        return None
    return comes.since + AFTER_OPENING


def _see_to(app: App, session: Session, found: HandOff, now: datetime) -> None:
    scope = open_scope(
        session, app.content, client_id=found.client_id, turn_id=new_turn_id(), now=now
    )
    order = who_comes.order(session, scope.client, to=found.to, now=now)
    if found.coach_id in order and not found.step:  # who was there when it was asked for
        order = [found.coach_id, *(id for id in order if id != found.coach_id)]
    broken = found.promised_at is not None and found.promised_at <= now
    asked = order if broken else order[found.step : found.step + 1]
    for coach_id in asked:
        _ask(app, session, scope, found, coach_id)
    if not order:
        log.error("a client asks for a person, and no coach is left who could be asked")
    if broken or (not asked and found.promised_at is None):
        _tell_the_truth(scope, found)
    _set_clock(found, len(order), now)
    session.flush()


def _ask(app: App, session: Session, scope: Scope, found: HandOff, coach_id: str) -> None:
    coach = session.get_one(Coach, coach_id)
    about = to_coach.About(scope.client, found)
    words = ASKS.format(who=to_coach.label(session, about))
    to_coach.tell(app, session, coach, about, words=words, notice=NOTICE, now=scope.now)
    found.coach_id, found.step = coach_id, found.step + 1


def _tell_the_truth(scope: Scope, found: HandOff) -> None:
    """Nobody has come: said as it is, with a time that can be kept."""
    again = found.promised_at is not None
    found.promised_at = promise(scope.content.service.hours, scope.now)
    talk.add_turn(
        scope.session,
        id=scope.turn_id,
        client_id=scope.client.id,
        by="application",
        now=scope.now,
    )
    scope.say("hand_off_still_nobody" if again else "hand_off_nobody_yet", when=when(scope, found))
    speak(scope, scope.says, kind=SendKind.HAND_OFF_NOTICE)


def when(scope: Scope, found: HandOff) -> str:
    """The promised time in words, with its small word."""
    assert found.promised_at is not None
    return by_words(found.promised_at, now=scope.now, zone=ZoneInfo(scope.terms.zone))


def _set_clock(found: HandOff, asked_at_most: int, now: datetime) -> None:
    """When to look again: at the next to ask, and at what was promised, whichever is sooner."""
    left = found.step < asked_at_most or found.promised_at is None
    times = [now + NEXT_AFTER] if left else []
    times += [found.promised_at] if found.promised_at is not None else []
    found.due_at = min(each for each in times if each > now)
