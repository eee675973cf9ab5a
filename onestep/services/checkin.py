"""Opens a check-in when its moment has come and nothing speaks against it."""

from datetime import datetime

from sqlalchemy import func, select

from onestep.domain.budget import ConversationKind, Length, asks_allowed
from onestep.domain.contact import ContactState
from onestep.domain.enrolment import holds_check_ins
from onestep.domain.schedule import Open, Opener, Skip, SkipReason, Wait, open_now
from onestep.domain.terms import safe
from onestep.services import hand_off, plan
from onestep.services.scope import Scope
from onestep.services.standing import standing
from onestep.services.times import agreed, safe_times
from onestep.storage import talk
from onestep.storage.models import CheckIn, Inbox, Message, SafeContact


def refuse_event(scope: Scope, row: Inbox) -> str | None:
    """Prepares an event for the bot; or answers it with nothing when its moment has passed."""
    event = row.body["event"]
    if event == "check_in_due":
        opened = open_check_in(
            scope, str(row.body["check_in_id"]), asked=bool(row.body.get("asked"))
        )
        return None if opened else "application"
    if event == "pause_over" and not _pause_is_over(scope):
        return "application"
    if event == "first_contact":
        _begin(scope, ConversationKind.FIRST_CONTACT, None)
    quiet = scope.client.contact in {"stopped", "ended"}
    return "application" if quiet or hand_off.is_open(scope.session, scope.client.id) else None


def open_check_in(scope: Scope, check_in_id: str, *, asked: bool = False) -> bool:
    """Begins the check-in's conversation if it may begin now, and plans the next one.

    One that a person `asked` for, by hand, begins whatever the hour; never in a quiet state.
    """
    row = scope.session.get_one(CheckIn, check_in_id)
    if row.state == "opened" and scope.conversation and scope.conversation.check_in_id == row.id:
        return True  # the same event tried again after the bot was away
    if row.state == "cancelled":
        return False  # taken back while it waited in the queue
    verdict = _by_hand(scope) if asked else may_open(scope, row)
    if not isinstance(verdict, Open):
        settle(scope, row, verdict)
        return False
    moved = row.opened_at is not None  # by LATER: the next one was counted from the first time
    row.state, row.opened_at, row.reason = "opened", scope.now, verdict.what.value
    _begin(scope, ConversationKind.CHECK_IN, row)
    if moved:
        plan.plan_again(scope, because="moved")
    else:
        plan.plan_next(scope)
    return True


def may_open(scope: Scope, row: CheckIn) -> Open | Wait | Skip:
    """Whether this check-in may begin now, must wait, or is let go."""
    terms = agreed(scope.terms)
    kept = scope.session.get(SafeContact, scope.client.id)
    if scope.now >= row.due_at and not safe(scope.now, safe_times(kept), terms):
        return Skip(SkipReason.UNSAFE_HOURS)
    return open_now(
        row.due_at,
        terms=terms,
        now=scope.now,
        standing=standing(scope.session, scope.client),
        last_from_client=_last_word(scope),
        unanswered=talk.unanswered_check_ins(scope.session, scope.client.id),
    )


def _by_hand(scope: Scope) -> Open | Skip:
    at = standing(scope.session, scope.client)
    if at.contact is not ContactState.ACTIVE:
        return Skip(SkipReason.NOT_ACTIVE)
    return Skip(SkipReason.WITH_COACH) if holds_check_ins(at.hand_off) else Open(Opener.ORDINARY)


def settle(scope: Scope, row: CheckIn, verdict: Wait | Skip) -> None:
    """A check-in that waits keeps its row; one that is let go is planned anew."""
    if isinstance(verdict, Wait):
        row.due_at, row.state = verdict.until, "due"
        return
    row.state, row.reason = "expired", verdict.reason.value
    scope.session.flush()
    plan.plan_next(scope)


def _begin(scope: Scope, kind: ConversationKind, row: CheckIn | None) -> None:
    allowed = asks_allowed(kind, Length(scope.terms.length))
    scope.conversation = talk.begin_conversation(
        scope.session,
        client_id=scope.client.id,
        kind=kind.value,
        asks_left=allowed,
        now=scope.now,
        check_in_id=row.id if row else None,
    )


def _pause_is_over(scope: Scope) -> bool:
    until = scope.client.paused_until
    return scope.client.contact == "paused" and until is not None and until <= scope.now


def _last_word(scope: Scope) -> datetime | None:
    return scope.session.scalar(
        select(func.max(Message.at)).where(
            Message.client_id == scope.client.id, Message.direction == "in"
        )
    )
