"""What follows when the screen has seen something: the alert, the fixed reply, the hand-off.

A first version of the seam: a later detector and the climbing of alerts take its place.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from onestep.content import concern_reply
from onestep.domain.enrolment import Enrolment
from onestep.domain.permission import SendKind
from onestep.safety import Category, Level, Verdict
from onestep.services import hand_off, quick_exit
from onestep.services.already import Already, went_already
from onestep.services.app import App
from onestep.services.scope import Scope, open_scope
from onestep.services.speak import queue_text, speak, standing_values
from onestep.storage import attachments, incidents, talk
from onestep.storage.base import new_id
from onestep.storage.models import Alert, Client, Inbox, Message

ONE_FOR_A_BURST = timedelta(minutes=10)
FIRST_LANE = "alert"  # concern replies never queue behind ordinary messages


def raise_concern(
    app: App,
    session: Session,
    row: Inbox,
    message: Message,
    verdict: Verdict,
    *,
    now: datetime,
    already: Already | None = None,
) -> None:
    """Keeps the alert with the message; *now* and *unread* are answered here, without the bot.

    With a hand-off on, what could not be read goes to the person like every other message, and
    nothing is said in their place. `already`: the fixed reply that has gone out before.
    """
    scope = open_scope(
        session,
        app.content,
        client_id=row.client_id,
        turn_id=f"t{row.id}",
        now=now,
        message_ids=[message.id],
    )
    if scope.client.enrolment == Enrolment.ENROLLED:
        alert_id = _alert(scope, message, verdict).id
    else:  # no record of theirs yet for an alert to stand in; their *now* never comes here
        incidents.add(
            session,
            message=message,
            level=verdict.level.value,
            category=verdict.category.value if verdict.category else None,
            now=now,
        )
        alert_id = None
    if verdict.level is Level.NOW:
        _answer_now(scope, alert_id, verdict.category, already)
        _covered(scope, row, by="screen")
    elif (
        verdict.level is Level.UNREAD
        and row.kind == "text"
        and hand_off.current(session, scope.client.id) is None
    ):
        _answer_unread(scope)
        _covered(scope, row, by="screen")


def raise_unread(session: Session, client: Client, message: Message, *, now: datetime) -> None:
    """Asks a person to look at what came with words: the words are answered, it was not seen."""
    if client.enrolment == Enrolment.ENROLLED:
        _add_alert(session, client, message, Verdict(level=Level.UNREAD, by="rule"), now)


def _alert(scope: Scope, message: Message, verdict: Verdict) -> Alert:
    return _add_alert(scope.session, scope.client, message, verdict, scope.now)


def _add_alert(
    session: Session, client: Client, message: Message, verdict: Verdict, now: datetime
) -> Alert:
    alert = Alert(
        id=new_id(),
        client_id=client.id,
        message_id=message.id,
        level=verdict.level.value,
        by=verdict.by or "rule",
        category=verdict.category.value if verdict.category else None,
        spans=[[span.start, span.end] for span in verdict.matched],
        state="open",
        to_coach_id=client.coach_id,
        at=now,
    )
    session.add(alert)
    session.flush()
    return alert


def _answer_now(
    scope: Scope, alert_id: str | None, category: Category | None, already: Already | None
) -> None:
    if scope.address is not None:
        id = queue_text(
            scope,
            already.text if already else _fixed_reply(scope, category),
            kind=SendKind.CONCERN_REPLY,
            lane=FIRST_LANE,
            said=("concern_now",),
        )
        if already is not None:
            went_already(scope.session, id, already)
    scope.client.held = "concern"
    talk.end_conversation(scope.session, client_id=scope.client.id, how="left_open", now=scope.now)
    if hand_off.current(scope.session, scope.client.id) is not None:
        hand_off.relay_in(scope)  # whoever has the talk reads this in it, too
    hand_off.request(scope, because="concern", to="coach", alert_id=alert_id)
    hand_off.join(scope)


def _fixed_reply(scope: Scope, category: Category | None) -> str:
    return concern_reply(
        scope.content,
        category.value if category else "",
        hours="in_hours",
        values=standing_values(scope),
        channel=scope.channel,
        discreet=scope.discreet,
    ).text


def _answer_unread(scope: Scope) -> None:
    """Once for a burst of pictures: an album comes as ten messages."""
    if quick_exit.silent(scope):
        return
    since, message = scope.now - ONE_FOR_A_BURST, scope.messages[0]
    kept = attachments.any_of(scope.session, message.id)
    said = "picture_kept" if kept else "unread_passed"
    if message.kind == "attachment" and any(
        talk.said_since(scope.session, scope.client.id, key, since=since)
        for key in ("picture_kept", "unread_passed")
    ):
        return
    scope.say(said)
    speak(scope, scope.says, kind=SendKind.CONFIRMATION)


def _covered(scope: Scope, row: Inbox, *, by: str) -> None:
    talk.add_turn(scope.session, id=scope.turn_id, client_id=scope.client.id, by=by, now=scope.now)
    for message in scope.messages:
        message.turn_id = scope.turn_id
    row.state, row.turn_id = "done", scope.turn_id
    scope.session.flush()
