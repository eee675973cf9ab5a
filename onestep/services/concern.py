"""What follows when the screen has seen something: the fixed reply, the alert, the hand-off.

Said outright, a hand-off opens at once. Raised by a score, a computer may have read it wrong: the
alert is the same, nothing is asked or begun, and the hand-off opens when a person takes it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from onestep.domain.enrolment import Enrolment
from onestep.domain.permission import SendKind
from onestep.safety import Category, Level, Verdict
from onestep.services import concern_reply, hand_off, quick_exit
from onestep.services.already import Already
from onestep.services.app import App
from onestep.services.promise import Promise, promise
from onestep.services.raising import raise_for_client
from onestep.services.scope import Scope, open_scope
from onestep.services.speak import speak
from onestep.storage import alerts, attachments, cancel, incidents, rota, sealed, talk
from onestep.storage.models import Client, Inbox, Message

ONE_FOR_A_BURST = timedelta(minutes=10)
# How long a soft or a now colours HELP and what cannot be read (safety page, terms page).
STILL_COUNTS = timedelta(hours=24)
SCORE = "score"


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
        verdict = _weighed(scope, verdict)
        _alert(app, scope, message, verdict, already)
    else:  # no record of theirs yet for an alert to stand in; their *now* never comes here
        incidents.add(
            session,
            message=message,
            level=verdict.level.value,
            category=verdict.category.value if verdict.category else None,
            now=now,
        )
    if verdict.level is Level.NOW:
        _covered(scope, row, by="screen")
    elif (
        verdict.level is Level.UNREAD
        and row.kind == "text"
        and hand_off.current(session, scope.client.id) is None
    ):
        _answer_unread(scope)
        _covered(scope, row, by="screen")


def raise_unread(
    app: App, session: Session, row: Inbox, client: Client, message: Message, *, now: datetime
) -> None:
    """Asks a person to look at what came with words: the words are answered, it was not seen.

    Soon after a worry it is a worry itself, and answered as one.
    """
    if client.enrolment != Enrolment.ENROLLED:
        return
    unread = Verdict(level=Level.UNREAD, by="rule")
    since = now - STILL_COUNTS
    if alerts.heard_lately(session, client.id, since=since, besides=message.id) is not None:
        raise_concern(app, session, row, message, unread, now=now)
    else:
        raise_for_client(app, session, client, message, unread, now=now)


def asks_for_help(session: Session, client: Client, verdict: Verdict, *, now: datetime) -> Verdict:
    """The verdict on HELP: *soft*, and *now* within a day of a soft or now (terms page)."""
    if client.enrolment != Enrolment.ENROLLED or verdict.level is Level.NOW:
        return verdict
    heard = alerts.heard_lately(session, client.id, since=now - STILL_COUNTS)
    level = Level.SOFT if heard is None else Level.NOW
    return replace(verdict, level=level, by="rule", category=_category(heard), detail="help")


def _weighed(scope: Scope, verdict: Verdict) -> Verdict:
    """What nobody could read counts as *now* soon after a soft or now, by a guess."""
    if verdict.level is not Level.UNREAD:
        return verdict
    besides = scope.messages[0].id
    heard = alerts.heard_lately(
        scope.session, scope.client.id, since=scope.now - STILL_COUNTS, besides=besides
    )
    if heard is None:
        return verdict
    return replace(verdict, level=Level.NOW, by=SCORE, category=_category(heard), detail="unread")


def _category(heard: str | None) -> Category | None:
    return Category(heard) if heard else None


def _alert(
    app: App, scope: Scope, message: Message, verdict: Verdict, already: Already | None
) -> None:
    """The reply is queued first: the client's lies before the staff's in the lane."""
    about = _about(scope, verdict)
    given: Promise | None = None
    if verdict.level is Level.NOW:
        found = promise(
            scope.session,
            scope.content,
            coach_id=scope.client.coach_id,
            zone=scope.terms.zone,
            now=scope.now,
            about=about,
        )
        said = concern_reply.answer(scope, verdict, found, already)
        given = found if said else None
    alert = raise_for_client(
        app,
        scope.session,
        scope.client,
        message,
        verdict,
        now=scope.now,
        promised_at=given.by if given else None,
        about=about,
    )
    if verdict.level is Level.NOW:
        _put_all_else_away(scope, verdict, alert.id, about_us=about is not None)


def _about(scope: Scope, verdict: Verdict) -> str | None:
    """Whom a worry about us may be about: who is named in it, else the client's own coach."""
    seen = {hit.category for hit in verdict.hits} | {verdict.category}
    if Category.ABOUT_US not in seen:
        return None
    words = {word.strip(".,!?;:'’s") for word in scope.words(scope.refs).casefold().split()}
    own = scope.client.coach_id
    coaches = rota.everybody(scope.session)
    named = [
        coach.id
        for coach in coaches
        if sealed.coach_name(scope.session, coach).casefold().strip("s") in words
    ]
    return own if own in named or not named else named[0]


def _put_all_else_away(scope: Scope, verdict: Verdict, alert_id: str, *, about_us: bool) -> None:
    """Nothing is asked or begun; said outright, a person has the talk from here on."""
    scope.client.held = "concern"
    talk.end_conversation(scope.session, client_id=scope.client.id, how="left_open", now=scope.now)
    going_on = hand_off.current(scope.session, scope.client.id)
    if going_on is not None:
        hand_off.relay_in(scope)  # whoever has the talk reads this in it, too
    elif verdict.by == SCORE:
        cancel.of_the_bot(scope.session, client_id=scope.client.id, reason="concern")
        return
    to = "someone_else" if about_us else "coach"
    hand_off.request(scope, because="concern", to=to, alert_id=alert_id)
    hand_off.join(scope)


def waits_for_a_person(scope: Scope) -> bool:
    """Whether a *now* by score rings that nobody has taken: the bot is silent meanwhile."""
    return silenced(scope.session, scope.client)


def silenced(session: Session, client: Client) -> bool:
    """The same, of a client. Asked of nobody else than those for whom outreach is held."""
    if client.held != "concern" or client.enrolment != Enrolment.ENROLLED:
        return False
    alert = alerts.now_of(session, client.id)
    return alert is not None and alert.by == SCORE and alert.acknowledged_at is None


def keep_for_alert(scope: Scope) -> None:
    """What is written while a person is asked: kept with the alert, and one receipt."""
    alert = alerts.now_of(scope.session, scope.client.id)
    assert alert is not None
    for message in scope.messages:
        alerts.append(
            scope.session,
            alert,
            message,
            level=message.screen_level or Level.NONE.value,
            by="after",
            category=message.screen_category,
            spans=message.screen_spans or [],
            at=message.at,
        )
    concern_reply.receipt(scope)


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
