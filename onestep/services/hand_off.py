"""The hand-off to a person: asked for, opened, relayed both ways, closed.

From the moment it is asked for the bot is silent: who has asked for Ana writes to Ana.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.orm import Session

from onestep.domain.permission import SendKind
from onestep.services import plan
from onestep.services.app import App
from onestep.services.closing import ClosingWords
from onestep.services.closing import keep as keep_closing
from onestep.services.errors import AlreadyHandedBack, NotInHandOff, NoWayThere
from onestep.services.scope import Scope, new_turn_id, open_scope
from onestep.services.speak import queue_text
from onestep.storage import cancel, inbox, talk
from onestep.storage.base import new_id
from onestep.storage.models import HandOff, HandOffCoach, Message, Relay

# How long what a second coach writes down on handing back is kept with what the first did.
AT_ONCE = timedelta(hours=24)
# Asked in every turn, so put together once: building a statement costs more than running it.
_CURRENT = select(HandOff).where(
    HandOff.client_id == bindparam("client_id"),
    HandOff.state != literal_column("'closed'"),  # as its index says it, or SQLite does not use it
)


def current(session: Session, client_id: str) -> HandOff | None:
    """The hand-off that is requested or open for this client."""
    return session.scalar(_CURRENT, {"client_id": client_id})


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
    found = HandOff(
        id=new_id(),
        client_id=scope.client.id,
        state="requested",
        because=because,
        to=to,
        coach_id=scope.client.coach_id if to == "coach" else None,
        alert_id=alert_id,
        requested_at=scope.now,
        due_at=None if because == "coach" else scope.now,
    )
    scope.session.add(found)
    scope.session.flush()
    for message in scope.messages:
        _relay(scope.session, found, message, "to_coach")
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
    if by is not None and scope.session.get(HandOffCoach, (found.id, by)) is None:
        scope.session.add(HandOffCoach(hand_off_id=found.id, coach_id=by, joined_at=scope.now))
    scope.session.flush()
    return found


def relay_in(scope: Scope) -> None:
    """Carries the client's messages of this turn to whoever has the hand-off."""
    found = current(scope.session, scope.client.id)
    assert found is not None
    for message in scope.messages:
        _relay(scope.session, found, message, "to_coach")


def relay_line(session: Session, message: Message) -> None:
    """Carries one more line of the client's to whoever has the hand-off, where there is one."""
    assert message.client_id is not None
    found = current(session, message.client_id)
    if found is not None and not message.relayed:
        _relay(session, found, message, "to_coach")


def open_by_coach(app: App, client_id: str, *, by: str | None = None) -> None:
    """A coach, else the client's own, takes the conversation over, or joins who has it."""
    with app.db.write() as session:
        scope = _scope(app, session, client_id)
        join(scope, by=by or scope.client.coach_id)
    app.bells.ring("hand_off")


def say_as_coach(app: App, client_id: str, text: str, *, by: str | None = None) -> None:
    """Sends a coach's own words: those of `by`, else of the client's own coach.

    Raises NotInHandOff when no hand-off is open.
    """
    with app.db.write() as session:
        say(app, session, client_id, text, by=by)
    app.bells.ring("outbox")
    app.bells.ring("hand_off")


def say(app: App, session: Session, client_id: str, text: str, *, by: str | None) -> None:
    """The same inside a transaction. Who says something is in it from then on."""
    scope = _scope(app, session, client_id)
    if current(session, client_id) is None:
        raise NotInHandOff(NotInHandOff.__doc__)
    who = by or scope.client.coach_id
    found = join(scope, by=who)
    if scope.address is None:
        raise NoWayThere(NoWayThere.__doc__)
    way = app.channels.get(scope.channel)
    for part in [text] if way is None else way.parts(text):  # theirs may be of any length
        message_id = queue_text(scope, part, kind=SendKind.RELAY, coach_id=who, relayed=True)
        _relay(session, found, session.get_one(Message, message_id), "to_client")


def close(
    app: App, client_id: str, *, by: str | None = None, closing: ClosingWords | None = None
) -> None:
    """Hands the conversation back; the client hears that the check-ins are back, and from when.

    After a concern nothing is planned: a person sets the next contact (`let_check_ins_go_on`).
    `closing` is what `by`, else the client's own coach, wrote down. Raises NotInHandOff when there
    is none, or AlreadyHandedBack when another was quicker: then what was written is kept with it.
    """
    with app.db.write() as session:
        scope = _scope(app, session, client_id)
        who, found = by or scope.client.coach_id, current(session, client_id)
        closed = found or _just_closed(session, client_id, scope.now)
        if closed is not None and closing is not None:
            keep_closing(session, closing, by=who, hand_off_id=closed.id, now=scope.now)
        if found is not None:
            _close(scope, found, by=who)
    if found is None:
        late = NotInHandOff if closed is None else AlreadyHandedBack
        raise late(late.__doc__)
    app.bells.ring("inbox")
    app.bells.ring("hand_off")


def _close(scope: Scope, found: HandOff, *, by: str) -> None:
    found.state, found.closed_at, found.closed_by, found.due_at = "closed", scope.now, by, None
    if found.alert_id is not None:
        scope.client.held = "concern"
        plan.cancel_planned(scope, reason="concern")
    inbox.put(
        scope.session,
        client_id=scope.client.id,
        kind="event",
        now=scope.now,
        due_at=scope.now,
        body={"event": "hand_off_closed"},
    )


def _just_closed(session: Session, client_id: str, now: datetime) -> HandOff | None:
    """The one that another coach may have closed while this one was writing."""
    return session.scalar(
        select(HandOff)
        .where(HandOff.client_id == client_id, HandOff.closed_at >= now - AT_ONCE)
        .order_by(HandOff.closed_at.desc())
        .limit(1)
    )


def let_check_ins_go_on(
    app: App,
    client_id: str,
    *,
    by: str | None = None,  # noqa: ARG001  # for the audit log, once there is one
) -> None:
    """A person has set the next contact after a concern: check-ins are planned again."""
    with app.db.write() as session:
        scope = _scope(app, session, client_id)
        scope.client.held = None
        plan.plan_next(scope)
    app.bells.ring("schedule")


def _relay(session: Session, found: HandOff, message: Message, direction: str) -> None:
    message.relayed = True
    session.add(
        Relay(
            id=new_id(),
            hand_off_id=found.id,
            message_id=message.id,
            direction=direction,
            at=message.at,
            passed_on=direction == "to_client",
        )
    )
    session.flush()


def _scope(app: App, session: Session, client_id: str) -> Scope:
    scope = open_scope(
        session, app.content, client_id=client_id, turn_id=new_turn_id(), now=app.clock()
    )
    talk.add_turn(session, id=scope.turn_id, client_id=client_id, by="relay", now=scope.now)
    return scope
