"""While the bot is away: everything is kept, the truth is told once, a rating counts."""

from datetime import timedelta

from onestep import dialogue
from onestep.domain.permission import SendKind
from onestep.domain.schedule import GRACE
from onestep.safety import Request, likely_request
from onestep.services import context, plan, quick
from onestep.services.app import App
from onestep.services.apply import apply_all, known_to
from onestep.services.choose import Chosen, chosen
from onestep.services.damaged import set_damaged_aside
from onestep.services.meaning import ASKED_PLAINLY
from onestep.services.scope import Scope, open_scope
from onestep.services.speak import speak
from onestep.storage import inbox, record, talk
from onestep.storage.errors import LeaseLost, Unreadable
from onestep.storage.inbox import Claim
from onestep.storage.models import CheckIn, Inbox, Turn

TRY_AGAIN = timedelta(seconds=2)
# A turn the bot fails each time is not its being away: after this many tries a person reads it.
TRIES = 5


def bot_away(app: App, claim: Claim, error: Exception) -> None:
    """Puts the claimed rows back to be turned later, and says so to the client, once."""
    if isinstance(error, Unreadable) and set_damaged_aside(app, claim):
        return
    try:
        with app.db.write() as session:
            scope = open_scope(
                session,
                app.content,
                client_id=claim.client_id,
                turn_id=claim.turn_id,
                now=app.clock(),
                message_ids=[row.message_id for row in claim.rows if row.message_id],
            )
            _settle(scope, claim, error)
    except LeaseLost:
        return
    app.bells.ring("outbox")


def _settle(scope: Scope, claim: Claim, error: Exception) -> None:
    first = claim.rows[0]
    picked = chosen(scope, first) if first.kind == "choice" else None
    by_number = picked is not None and _answered_by_number(scope, picked)
    if by_number or (first.kind == "event" and _too_late(scope, claim)):
        inbox.finish(scope.session, claim)
        _covered(scope)
    elif not isinstance(error, dialogue.BotAway) and first.attempts >= TRIES:
        inbox.finish(scope.session, claim)
        _for_a_person(scope, first)
        _covered(scope)
    elif isinstance(error, dialogue.BotAway) and _wished(scope, claim):
        inbox.finish(scope.session, claim)
    else:
        _try_later(scope, claim)


def _answered_by_number(scope: Scope, picked: Chosen) -> bool:
    """A choice that carries its command needs no bot: the application knows what was asked."""
    if picked.command is None:
        return False
    _turn(scope)
    apply_all(scope, [picked.command], known_to(scope, context.build(scope), [picked.command]))
    talk.close_prompt(scope.session, scope.client.id)
    if not scope.says:
        scope.say("receipt_rating" if picked.area else "bot_away_receipt")
    speak(scope, scope.says, kind=scope.notice or SendKind.CONFIRMATION)
    return True


def _too_late(scope: Scope, claim: Claim) -> bool:
    event = claim.rows[0].body
    if event["event"] != "check_in_due":
        return False
    row = scope.session.get_one(CheckIn, str(event["check_in_id"]))
    if scope.now - (row.opened_at or row.due_at) < GRACE:
        return False
    row.state, row.reason, row.opened_at = "expired", "bot_away", None
    talk.end_conversation(scope.session, client_id=scope.client.id, how="left_open", now=scope.now)
    plan.plan_again(scope, because="missed")  # what was planned counted from this one
    return True


def _for_a_person(scope: Scope, first: Inbox) -> None:
    record.add_ask(
        scope.session,
        client_id=scope.client.id,
        about="unanswered",
        detail=str(first.body["event"]) if first.kind == "event" else None,
        message_ids=scope.refs,
        words=scope.words(scope.refs),
        at=scope.now,
        zone=scope.terms.zone,
        due_at=scope.now,
        turn_id=_turn(scope),
    )
    if first.kind != "event":
        _tell(scope, "question_passed")


def _wished(scope: Scope, claim: Claim) -> bool:
    """A wish for a person, or for quiet, does not wait for the bot: in any words it is done now.

    It is as sure as a score can be; every one of these says what was done, and how to undo it.
    """
    first = claim.rows[0]
    if first.kind != "text" or first.body.get("told"):
        return False
    wish = likely_request(scope.words(scope.refs), scope.terms.language)
    # A question can wait for the bot, which hears it better.
    if wish in (Request.NONE, Request.HELP):
        return False
    first.kind, first.body = "command", {"command": ASKED_PLAINLY[wish].value}
    return quick.answer(scope, claim)


def _try_later(scope: Scope, claim: Claim) -> None:
    told = any(row.body.get("told") for row in claim.rows)
    answers = claim.rows[0].kind != "event"
    inbox.put_back(scope.session, claim, due_at=scope.now + TRY_AGAIN, note="told")
    if answers and not told:
        _tell(scope, "bot_away")


def _tell(scope: Scope, key: str) -> None:
    scope.say(key)
    speak(scope, scope.says, kind=SendKind.CONFIRMATION)


def _turn(scope: Scope) -> str:
    if scope.session.get(Turn, scope.turn_id) is None:
        talk.add_turn(
            scope.session,
            id=scope.turn_id,
            client_id=scope.client.id,
            by="fallback",
            now=scope.now,
        )
    return scope.turn_id


def _covered(scope: Scope) -> None:
    _turn(scope)
    for message in scope.messages:
        message.turn_id = scope.turn_id
