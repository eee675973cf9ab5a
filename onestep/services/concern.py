"""What follows when the screen has seen something: the alert, the fixed reply, the hand-off.

A first version of the seam: a later detector and the climbing of alerts take its place.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from onestep.content import concern_reply
from onestep.domain.permission import SendKind
from onestep.safety import Category, Level, Verdict
from onestep.services import hand_off
from onestep.services.app import App
from onestep.services.scope import Scope, open_scope
from onestep.services.speak import queue_text, speak, standing_values
from onestep.storage import talk
from onestep.storage.base import new_id
from onestep.storage.models import Alert, Inbox, Message

FIRST_LANE = "alert"  # concern replies never queue behind ordinary messages


def raise_concern(
    app: App, session: Session, row: Inbox, message: Message, verdict: Verdict, *, now: datetime
) -> None:
    """Keeps the alert with the message; *now* and *unread* are answered here, without the bot."""
    scope = open_scope(
        session,
        app.content,
        client_id=row.client_id,
        turn_id=f"t{row.id}",
        now=now,
        message_ids=[message.id],
    )
    alert = _alert(scope, message, verdict)
    if verdict.level is Level.NOW:
        _answer_now(scope, alert, verdict.category)
        _covered(scope, row, by="screen")
    elif verdict.level is Level.UNREAD and row.kind == "text":
        _answer_unread(scope)
        _covered(scope, row, by="screen")


def _alert(scope: Scope, message: Message, verdict: Verdict) -> Alert:
    alert = Alert(
        id=new_id(),
        client_id=scope.client.id,
        message_id=message.id,
        level=verdict.level.value,
        by=verdict.by or "rule",
        category=verdict.category.value if verdict.category else None,
        spans=[[span.start, span.end] for span in verdict.matched],
        state="open",
        to_coach_id=scope.client.coach_id,
        at=scope.now,
    )
    scope.session.add(alert)
    scope.session.flush()
    return alert


def _answer_now(scope: Scope, alert: Alert, category: Category | None) -> None:
    if scope.address is not None:
        reply = concern_reply(
            scope.content,
            category.value if category else "",
            hours="in_hours",
            values=standing_values(scope),
            channel=scope.channel,
            discreet=scope.terms.discreet,
        )
        queue_text(
            scope, reply.text, kind=SendKind.CONCERN_REPLY, lane=FIRST_LANE, said="concern_now"
        )
    scope.client.held = "concern"
    talk.end_conversation(scope.session, client_id=scope.client.id, how="left_open", now=scope.now)
    hand_off.request(scope, because="concern", to="coach", alert_id=alert.id)
    hand_off.join(scope)


def _answer_unread(scope: Scope) -> None:
    scope.say("unread_passed")
    speak(scope, scope.says, kind=SendKind.CONFIRMATION)


def _covered(scope: Scope, row: Inbox, *, by: str) -> None:
    talk.add_turn(scope.session, id=scope.turn_id, client_id=scope.client.id, by=by, now=scope.now)
    for message in scope.messages:
        message.turn_id = scope.turn_id
    row.state, row.turn_id = "done", scope.turn_id
    scope.session.flush()
