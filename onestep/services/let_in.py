"""Links a phone to the client who has just said that it is theirs, and begins or goes on there."""

from datetime import datetime

from sqlalchemy.orm import Session

from onestep.domain.contact import By, ContactEvent
from onestep.domain.enrolment import Enrolment, EnrolmentEvent, change_enrolment
from onestep.domain.permission import SendKind
from onestep.domain.terms import next_allowed
from onestep.services import apart, plan
from onestep.services.app import App
from onestep.services.apply_contact import move
from onestep.services.enrol import begin
from onestep.services.for_coach import tell_coach
from onestep.services.scope import Scope, open_scope
from onestep.services.speak import speak
from onestep.services.times import agreed
from onestep.storage import cancel, clients, inbox, talk
from onestep.storage.alone import alone_with
from onestep.storage.models import Address, Client, Inbox, Invite, Message

# Why outreach was held, where the coach who gave the new code has spoken with the client since.
CHECKED_BY_A_NEW_CODE = {"sender", "exit"}


def let_in(
    app: App, session: Session, invitation: Invite, address: Address, message: Message
) -> None:
    """Links the phone; `message` is the yes it came with, and joins the client's record.

    First contact begins for who has not agreed yet. Who has goes on where they were: nothing of
    the record is lost, and a phone that was theirs before is cut off.
    """
    alone_with(session, invitation.client_id)
    client = clients.client(session, invitation.client_id)
    message.client_id, message.kind = client.id, "join"
    message.zone = clients.terms(session, client.id).zone
    left = _link(session, client, address, takes_over=invitation.kind != "also")
    if client.enrolment == Enrolment.ENROLLED:
        _go_on(app, session, client, address, message, left=bool(left))
    else:
        again = change_enrolment(Enrolment(client.enrolment), EnrolmentEvent.INVITE, by=By.COACH)
        client.enrolment = again.value
        begin(session, client.id, now=message.at, message_id=message.id)
    if not invitation.quietly and client.contact != "stopped":
        for old in left:
            _tell_the_old(app, session, client, old, now=message.at)


def tell_of_stray_code(session: Session, client_id: str, *, now: datetime) -> None:
    """A line for the coach: this client's code was opened by somebody whose it is not."""
    tell_coach(session, client_id, about="sender", detail="code_elsewhere", now=now)


def _link(
    session: Session, client: Client, address: Address, *, takes_over: bool
) -> list[Address]:
    """Makes the address theirs; returns those they can be reached by no more, once live."""
    others = [each for each in clients.addresses(session, client.id) if each.id != address.id]
    address.client_id, address.state = client.id, "live"
    address.preferred = takes_over or not any(
        each.preferred and each.state == "live" for each in others
    )
    if address.preferred:
        for each in others:
            each.preferred = False
    left = [each for each in others if takes_over and each.state == "live"]
    for each in others:
        if takes_over and each.state in {"live", "dead"}:
            each.state = "moved"
            cancel.at(session, address_id=each.id, reason="address_moved")
    session.flush()
    return left


def _go_on(
    app: App, session: Session, client: Client, address: Address, message: Message, *, left: bool
) -> None:
    row = inbox.put(
        session,
        client_id=client.id,
        kind="command",
        now=message.at,
        due_at=message.at,
        message_id=message.id,
        body={"command": "new_address"},
    )
    scope = open_scope(
        session,
        app.content,
        client_id=client.id,
        turn_id=f"t{row.id}",
        now=message.at,
        message_ids=[message.id],
    )
    scope.address = address
    talk.add_turn(session, id=scope.turn_id, client_id=client.id, by="application", now=message.at)
    _cover(row, message, scope)
    _may_begin_again(scope)
    scope.say("address_new" if left else "address_also")
    speak(scope, scope.says, kind=SendKind.CONFIRMATION)
    detail = "moved" if left else "added"
    tell_coach(session, client.id, about="address", detail=detail, now=message.at)


def _cover(row: Inbox, message: Message, scope: Scope) -> None:
    row.state, row.turn_id, message.turn_id = "done", scope.turn_id, scope.turn_id
    scope.session.flush()


def _may_begin_again(scope: Scope) -> None:
    """The yes of who could not be reached is their own act; STOP, PAUSE and the end stay."""
    if scope.client.held in CHECKED_BY_A_NEW_CODE:
        scope.client.held = None
    if scope.client.contact == "unreachable":
        move(scope, ContactEvent.RESUME)
    plan.plan_next(scope)


def _tell_the_old(
    app: App, session: Session, client: Client, old: Address, *, now: datetime
) -> None:
    terms = clients.terms(session, client.id)
    said = apart.line(app.content(terms.language), "address_old", old, seed=client.id)
    # In nobody's record, and behind nothing of the client's: a dead phone holds up no other.
    row = apart.say(session, old, said, kind=SendKind.CONFIRMATION, now=now)
    row.due_at = next_allowed(now, agreed(terms))
