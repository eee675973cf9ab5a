"""Says the fixed reply to danger, its receipt, and the truth where a promise was not kept."""

from datetime import timedelta

from sqlalchemy import select

from onestep.content import concern_reply
from onestep.content.concern import fixed_line
from onestep.domain.permission import SendKind
from onestep.safety import Verdict
from onestep.services import hand_off
from onestep.services.already import Already, went_already
from onestep.services.promise import Promise
from onestep.services.scope import Scope
from onestep.services.speak import queue_text, standing_values
from onestep.storage import outbox, talk
from onestep.storage.models import Message

# The numbers come again when the kind of danger changes, or after this long.
NUMBERS_AGAIN = timedelta(hours=1)
ONE_RECEIPT_IN = timedelta(minutes=10)
# Whoever wrote so lately is there: no fixed text comes between the two of them.
A_PERSON_IS_THERE = timedelta(minutes=5)


def answer(scope: Scope, verdict: Verdict, given: Promise, already: Already | None) -> bool:
    """Queues what answers a *now*; returns whether the promise was made in it."""
    category = verdict.category.value if verdict.category else ""
    if scope.address is None or (already is None and _a_person_is_there(scope)):
        return False
    if already is None and _said_lately(scope, category):
        receipt(scope)
        return False
    text = concern_reply(
        scope.content,
        category,
        hours=given.hours,
        values={**standing_values(scope), "when": given.when},
        channel=scope.channel,
        discreet=scope.discreet,
        by_score=verdict.by == "score",
    ).text
    id = _queue(scope, already.text if already else text, "concern_now", answers=category)
    if already is not None:
        went_already(scope.session, id, already)
    return already is None


def receipt(scope: Scope) -> None:
    """One line in ten minutes, for what is written on while a person is asked."""
    since = scope.now - ONE_RECEIPT_IN
    lately = (
        talk.said_since(scope.session, scope.client.id, key, since=since)
        for key in ("concern_receipt", "concern_now")
    )
    if scope.address is not None and not any(lately):
        _say(scope, "concern_receipt")


def tell_late(scope: Scope, *, taken: bool) -> None:
    """The truth, when nobody came by the promised time; `taken`: somebody has it, and is late."""
    if scope.address is not None:
        _say(scope, "concern_late_contact" if taken else "concern_late")


def _a_person_is_there(scope: Scope) -> bool:
    if hand_off.current(scope.session, scope.client.id) is None:
        return False
    theirs = select(Message.id).where(
        Message.client_id == scope.client.id,
        Message.kind == SendKind.RELAY.value,
        Message.direction == "out",
        Message.at > scope.now - A_PERSON_IS_THERE,
    )
    return scope.session.scalar(theirs.limit(1)) is not None


def _say(scope: Scope, key: str) -> None:
    _queue(scope, fixed_line(scope.content, key, scope.channel), key)


def _said_lately(scope: Scope, category: str) -> bool:
    """Whether the numbers for this kind of danger lie there already, not long ago."""
    numbers = select(Message.id).where(
        Message.client_id == scope.client.id,
        Message.kind == SendKind.CONCERN_REPLY.value,
        Message.direction == "out",
        Message.screen_category == category,
        Message.at > scope.now - NUMBERS_AGAIN,
    )
    return scope.session.scalar(numbers.limit(1)) is not None


def _queue(scope: Scope, text: str, key: str, *, answers: str | None = None) -> str:
    """`answers`: the category of danger that this is the whole reply to."""
    return queue_text(
        scope,
        text,
        kind=SendKind.CONCERN_REPLY,
        lane=outbox.ALERT,
        said=(key,),
        screen_category=answers,
    )
