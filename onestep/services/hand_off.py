"""The hand-off to a person: asked for, opened, relayed both ways, closed.

From the moment it is asked for the bot is silent: who has asked for Ana writes to Ana.
"""

from sqlalchemy.orm import Session

from onestep.domain.permission import SendKind
from onestep.services import plan, who_comes
from onestep.services.app import App
from onestep.services.closing import ClosingWords
from onestep.services.closing import keep as keep_closing
from onestep.services.errors import (
    AlreadyHandedBack,
    NotInHandOff,
    NoWayThere,
    WithSomebodyElse,
)
from onestep.services.hand_off_waits import first_promise
from onestep.services.scope import Scope, new_turn_id, open_scope
from onestep.services.speak import queue_text
from onestep.services.thread_hidden import hidden_from
from onestep.storage import audit, cancel, hand_offs, inbox, talk
from onestep.storage.base import new_id
from onestep.storage.hand_offs import carry, just_closed, put_in
from onestep.storage.models import HandOff, Message

current = hand_offs.current  # asked by whoever has to know that a person has the talk


def is_open(session: Session, client_id: str) -> bool:
    """Whether a person has the conversation and the bot is silent."""
    found = current(session, client_id)
    return found is not None and found.state == "open"


def request(scope: Scope, *, because: str, to: str, alert_id: str | None = None) -> HandOff:
    """Asks for a person; asked twice, it is the same hand-off."""
    found = current(scope.session, scope.client.id)
    if found is not None:
        found.alert_id = found.alert_id or alert_id
        return found
    comes = who_comes.first(
        scope.session, scope.client, to=to, office=scope.content.service.hours, now=scope.now
    )
    asked = because == "asked"  # of danger the alert tells, and a coach needs no telling
    found = HandOff(
        id=new_id(),
        client_id=scope.client.id,
        state="requested",
        because=because,
        to=to,
        coach_id=comes.coach_id,
        alert_id=alert_id,
        requested_at=scope.now,
        due_at=comes.since if asked else None,
        promised_at=first_promise(comes, scope.now) if asked else None,
    )
    scope.session.add(found)
    scope.session.flush()
    for message in scope.messages:
        carry(scope.session, found, message, "to_coach")
    return found


def join(scope: Scope, *, by: str | None = None) -> HandOff:
    """A person takes the conversation: what the bot had ready to say is not said.

    `by`: the coach who is in it from now on; several may be. After danger it opens before anyone
    has come.
    """
    found = request(scope, because="coach", to="coach")
    if found.state == "requested":
        found.state, found.opened_at, found.due_at = "open", scope.now, None
        cancel.of_the_bot(scope.session, client_id=scope.client.id, reason="with_coach")
    if by is not None:
        put_in(scope.session, found, by, now=scope.now)
    scope.session.flush()
    return found


def relay_in(scope: Scope) -> None:
    """Carries the client's messages of this turn to whoever has the hand-off."""
    found = current(scope.session, scope.client.id)
    assert found is not None
    for message in scope.messages:
        carry(scope.session, found, message, "to_coach")


def relay_line(session: Session, message: Message) -> None:
    """Carries one more line of the client's to whoever has the hand-off, where there is one."""
    assert message.client_id is not None
    found = current(session, message.client_id)
    if found is not None and not message.relayed:
        carry(session, found, message, "to_coach")


def open_by_coach(app: App, client_id: str, *, by: str | None = None) -> None:
    """A coach, else the client's own, takes the conversation over, or joins who has it.

    Raises WithSomebodyElse where the client asked for anybody but this coach.
    """
    with app.db.write() as session:
        scope = _scope(app, session, client_id)
        _refuse_the_one_not_wanted(scope, by)
        who = by or scope.client.coach_id
        join(scope, by=who)
        audit.record(session, who=who, what="hand_off_opened", whom=client_id, now=scope.now)
    app.bells.ring("hand_off")


def say_as_coach(app: App, client_id: str, text: str, *, by: str | None = None) -> None:
    """Sends a coach's own words: those of `by`, else of the client's own coach.

    Raises NotInHandOff when no hand-off is open, NoWayThere, WithSomebodyElse.
    """
    with app.db.write() as session:
        say(app, session, client_id, text, by=by)
    app.bells.ring("outbox")
    app.bells.ring("hand_off")


def say(
    app: App, session: Session, client_id: str, text: str, *, by: str | None, opens: bool = False
) -> None:
    """The same inside a transaction. Who says something is in it from then on.

    `opens`: a hand-off begins with it where there is none.
    """
    scope = _scope(app, session, client_id)
    if current(session, client_id) is None and not opens:
        raise NotInHandOff(NotInHandOff.__doc__)
    _refuse_the_one_not_wanted(scope, by)
    who = by or scope.client.coach_id
    found = join(scope, by=who)
    if scope.address is None:
        raise NoWayThere(NoWayThere.__doc__)
    for part in app.parts(scope.channel, text):  # theirs may be of any length
        message_id = queue_text(scope, part, kind=SendKind.RELAY, coach_id=who, relayed=True)
        carry(session, found, session.get_one(Message, message_id), "to_client")


def close(
    app: App, client_id: str, *, by: str | None = None, closing: ClosingWords | None = None
) -> None:
    """Hands the conversation back; the client hears that the check-ins are back, and from when.

    After a concern nothing is planned: a person sets the next contact (`let_check_ins_go_on`).
    `closing` is what `by`, else the client's own coach, wrote down. Raises NotInHandOff when there
    is none, or AlreadyHandedBack when another was quicker: then what was written is kept with it.
    """
    with app.db.write() as session:
        try:
            hand_back(app, session, client_id, by=by, closing=closing)
            late = None
        except AlreadyHandedBack as fault:  # raised once what was written is committed
            late = fault
    if late is not None:
        raise late
    app.bells.ring("inbox")
    app.bells.ring("hand_off")


def hand_back(
    app: App,
    session: Session,
    client_id: str,
    *,
    by: str | None,
    closing: ClosingWords | None = None,
) -> bool:
    """The same inside a transaction. Whether check-ins wait for a person now."""
    scope = _scope(app, session, client_id)
    who, found = by or scope.client.coach_id, current(session, client_id)
    closed = found or just_closed(session, client_id, scope.now)
    if closed is not None and closing is not None:
        keep_closing(session, closing, by=who, hand_off_id=closed.id, now=scope.now)
    if found is None:
        late = NotInHandOff if closed is None else AlreadyHandedBack
        raise late(late.__doc__)
    _close(scope, found, by=who)
    audit.record(session, who=who, what="hand_off_closed", whom=client_id, now=scope.now)
    return scope.client.held is not None


def _refuse_the_one_not_wanted(scope: Scope, by: str | None) -> None:
    """Who asked for anybody but Ana talks with anybody but Ana (terms page)."""
    found = current(scope.session, scope.client.id)
    if by is None or found is None:
        return
    if found.id in hidden_from(scope.session, scope.client, by).hand_offs:
        raise WithSomebodyElse(WithSomebodyElse.__doc__)


def _close(scope: Scope, found: HandOff, *, by: str) -> None:
    found.state, found.closed_at, found.closed_by, found.due_at = "closed", scope.now, by, None
    if found.alert_id is not None:
        scope.client.held = "concern"
        plan.cancel_planned(scope, reason="concern")
    inbox.put_event(scope.session, scope.client.id, "hand_off_closed", now=scope.now)


def let_check_ins_go_on(app: App, client_id: str, *, by: str | None = None) -> None:
    """A person, else the client's own coach, has set the next contact after a concern.

    Check-ins are planned again.
    """
    with app.db.write() as session:
        scope = _scope(app, session, client_id)
        who = by or scope.client.coach_id
        audit.record(session, who=who, what="check_ins_go_on", whom=client_id, now=scope.now)
        scope.client.held = None
        plan.plan_next(scope)
    app.bells.ring("schedule")


def _scope(app: App, session: Session, client_id: str) -> Scope:
    scope = open_scope(
        session, app.content, client_id=client_id, turn_id=new_turn_id(), now=app.clock()
    )
    talk.add_turn(session, id=scope.turn_id, client_id=client_id, by="relay", now=scope.now)
    return scope
