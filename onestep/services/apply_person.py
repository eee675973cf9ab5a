"""Applies the commands that a person must act on: each becomes a row nobody can overlook."""

from datetime import datetime, timedelta

from onestep.domain import command_values as v
from onestep.domain import commands as c
from onestep.domain.permission import SendKind
from onestep.services import hand_off
from onestep.services.hand_off_waits import when
from onestep.services.scope import Scope
from onestep.storage import record, talk
from onestep.storage.models import Ask

SAME_DAY = timedelta(hours=8)  # a practical matter reaches a person the same working day


def request_hand_off(scope: Scope, command: c.RequestHandOff) -> None:
    """The client asked for a person; no reason is asked."""
    found = hand_off.request(scope, because="asked", to=command.to.value)
    talk.end_conversation(scope.session, client_id=scope.client.id, how="left_open", now=scope.now)
    scope.notice = SendKind.HAND_OFF_NOTICE
    if found.promised_at is not None:
        nobody = found.coach_id is None
        scope.say("hand_off_nobody" if nobody else "hand_off_shut", when=when(scope, found))
    elif command.to is v.HandOffTo.SOMEONE_ELSE:
        scope.say("hand_off_someone_else")
    elif found.coach_id != scope.client.coach_id:
        scope.say("hand_off_cover")
    else:
        scope.say("hand_off_requested")


def worry(scope: Scope, command: c.RecordWorry) -> None:
    """Something that worries the client; the same words again only say when it is for."""
    known = record.find_ask(
        scope.session, scope.client.id, about="worry", message_ids=command.words
    )
    if known is not None:
        known.detail = command.when.value
        return
    _for_a_person(scope, "worry", command.words, detail=command.when.value)


def ask_person(scope: Scope, command: c.AskPerson) -> None:
    """A practical matter or a question that the bot cannot answer."""
    _for_a_person(
        scope, command.about.value, command.words, due_at=scope.now + SAME_DAY, date=command.date
    )


def session_change(scope: Scope, command: c.RequestSessionChange) -> None:
    """A matter of the next session: the coach hears at once, nothing is promised for them."""
    _for_a_person(
        scope,
        "session",
        command.words,
        detail=command.change.value,
        due_at=scope.now,
        date=command.date,
    )


def mark_sender(scope: Scope, command: c.MarkSender) -> None:
    """Someone else may hold this phone: nothing is started until a person has checked."""
    _for_a_person(scope, "sender", command.words, due_at=scope.now)
    scope.client.held = "sender"
    talk.end_conversation(scope.session, client_id=scope.client.id, how="left_open", now=scope.now)


def not_me(scope: Scope, _: c.NotMe) -> None:
    """A wrong number: sorry, the address is cut off, the coach is told, nothing is named."""
    _for_a_person(scope, "sender", scope.refs, detail="wrong_number", due_at=scope.now)
    scope.notice = SendKind.CONFIRMATION
    scope.say("not_me_done")
    scope.client.held = "sender"
    scope.cut_off = True
    talk.end_conversation(scope.session, client_id=scope.client.id, how="declined", now=scope.now)


def show_record(scope: Scope, _: c.ShowRecord) -> None:
    """Without the client's own word on the record, a person shows it."""
    _for_a_person(scope, "record", scope.refs, due_at=scope.now + SAME_DAY)
    scope.say("show_record_ask_coach")


def show_plan(scope: Scope, _: c.ShowPlan) -> None:
    """The client's plan, shown by a person."""
    _for_a_person(scope, "plan", scope.refs, due_at=scope.now + SAME_DAY)
    scope.say("show_plan_ask_coach")


def who_saw(scope: Scope, _: c.WhoSaw) -> None:
    """Who has read the client's words, told by a person."""
    _for_a_person(scope, "who_saw", scope.refs, due_at=scope.now + SAME_DAY)
    scope.say("who_saw_ask_coach")


def delete_record(scope: Scope, command: c.DeleteRecord) -> None:
    """Everything kept shall go; a person does it once it was said twice."""
    if command.confirmed:
        _for_a_person(scope, "delete", scope.refs, due_at=scope.now + SAME_DAY)


def _for_a_person(
    scope: Scope,
    about: str,
    refs: tuple[str, ...],
    *,
    detail: str | None = None,
    due_at: datetime | None = None,
    date: v.Span | None = None,
) -> Ask:
    date_words = scope.words((date.ref,))[date.start : date.end] if date else None
    return record.add_ask(
        scope.session,
        client_id=scope.client.id,
        about=about,
        detail=detail,
        words=scope.words(refs),
        message_ids=refs,
        at=scope.now,
        zone=scope.terms.zone,
        turn_id=scope.turn_id,
        date_words=date_words,
        due_at=due_at,
    )
