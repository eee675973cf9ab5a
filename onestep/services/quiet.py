"""What a client in a quiet state is answered: kept, at most one line, and their yes is heard."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from onestep.content import Prompt, Reply
from onestep.domain import commands as c
from onestep.domain.permission import SendKind
from onestep.domain.words import carries_on, yes_or_no
from onestep.services import apply_contact
from onestep.services.choose import chosen
from onestep.services.scope import Scope
from onestep.storage import record, talk
from onestep.storage.models import Ask, Inbox, Turn

ONE_RECEIPT_IN = timedelta(hours=12)  # while paused: a receipt, not a receipt a message


def answer(scope: Scope, first: Inbox) -> bool:
    """Answers by the contact state alone; false where contact is active."""
    if scope.client.contact not in QUIET:
        return False
    prompt = talk.open_prompt(scope.session, scope.client.id)
    if prompt is not None and prompt.asks in ANSWERS:
        said = _said(scope, first)
        if said is not None:
            talk.close_prompt(scope.session, scope.client.id)
            ANSWERS[prompt.asks](scope, said)
            return True
    return QUIET[scope.client.contact](scope)


def _said(scope: Scope, first: Inbox) -> bool | None:
    """The yes or no to the open question, by button, number or word; None for anything else."""
    if first.kind == "choice":
        picked = chosen(scope, first)
        return None if picked is None else picked.key in YES
    return yes_or_no(scope.words(scope.refs)) if first.kind == "text" else None


def _start_again(scope: Scope, yes: bool) -> None:  # noqa: FBT001  # their answer
    if yes:
        apply_contact.resume(scope, c.Resume())
        return
    scope.client.paused_until = None
    scope.notice = SendKind.CONFIRMATION
    scope.say("paused_open")


def _tell_coach(scope: Scope, yes: bool) -> None:  # noqa: FBT001  # their answer
    """What they wrote since they finished is for the coach, or stays between them and us."""
    rows = scope.session.query(Ask).filter(
        Ask.client_id == scope.client.id, Ask.about == "wrote", Ask.done_at.is_(None)
    )
    for row in rows:
        row.due_at, row.done_at = (scope.now, None) if yes else (None, scope.now)
        row.detail = "tell_coach" if yes else "not_now"
    scope.notice = SendKind.CONFIRMATION
    scope.say("ended_told" if yes else "ended_not_told")


YES = {"yes", "coach"}
ANSWERS: Mapping[str, Callable[[Scope, bool], None]] = {
    "start_again": _start_again,
    "ended_wrote": _tell_coach,
}


def _paused(scope: Scope) -> bool:
    written = max((message.at for message in scope.messages), default=scope.now)
    since = [message for message in scope.messages if message.at >= scope.client.contact_since]
    if any(carries_on(scope.words((message.id,))) for message in since):
        apply_contact.resume(scope, c.Resume())  # "actually no, carry on"
        return True
    if written < scope.client.contact_since or told_lately(scope, "paused_receipt"):
        return True
    scope.notice = SendKind.CONFIRMATION
    scope.say("paused_receipt")
    return True


def _stopped(_: Scope) -> bool:
    """Kept and screened; restarts nothing, and nothing goes out."""
    return True


def _ended(scope: Scope) -> bool:
    if not told_lately(scope, "ended_wrote"):
        scope.notice = SendKind.CONFIRMATION
        prompt = Prompt(id=f"{scope.turn_id}:ended_wrote", asks="ended_wrote")
        scope.says.append(Reply(say="ended_wrote", prompt=prompt, choices=("coach", "not_now")))
    keep_turn(scope, "application")  # what is kept for a person points at it
    record.add_ask(
        scope.session,
        client_id=scope.client.id,
        about="wrote",
        words=scope.words(scope.refs),
        message_ids=scope.refs,
        at=scope.now,
        zone=scope.terms.zone,
        turn_id=None,  # the turn itself is written after this; the message leads to it
    )
    return True


def declined(scope: Scope) -> bool:
    """They said no: nothing is asked and nothing recorded; how to begin after all is said."""
    if not told_lately(scope, "declined_wrote"):
        scope.notice = SendKind.CONFIRMATION
        scope.say("declined_wrote")
    return True


def _unreachable(scope: Scope) -> bool:
    """They write again from an address we held for dead: as active, after asking."""
    if told_lately(scope, "came_back"):
        return True
    scope.notice = SendKind.CONFIRMATION
    prompt = Prompt(id=f"{scope.turn_id}:start_again", asks="start_again")
    scope.says.append(Reply(say="came_back", prompt=prompt, choices=("yes", "not_yet")))
    return True


QUIET: Mapping[str, Callable[[Scope], bool]] = {
    "paused": _paused,
    "stopped": _stopped,
    "ended": _ended,
    "unreachable": _unreachable,
}


def keep_turn(scope: Scope, by: str) -> None:
    """Keeps that this turn was answered, and by what; once."""
    if scope.session.get(Turn, scope.turn_id) is not None:
        return
    talk.add_turn(
        scope.session,
        id=scope.turn_id,
        client_id=scope.client.id,
        by=by,
        now=scope.now,
        conversation_id=scope.conversation.id if scope.conversation else None,
    )


def told_lately(scope: Scope, key: str) -> bool:
    """Whether the client was told this in the last hours."""
    since = scope.now - ONE_RECEIPT_IN
    return talk.said_since(scope.session, scope.client.id, key, since=since)
