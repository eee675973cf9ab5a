"""Plans check-ins: the next one, one moved to later, or none while contact is quiet."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from onestep.domain.schedule import next_check_in
from onestep.services.scope import Scope
from onestep.services.times import agreed
from onestep.storage.base import new_id
from onestep.storage.models import CheckIn, Client, ContactTerms

COMING = ("due", "queued")  # planned, or in the client's queue, and not opened yet


def plan_next(scope: Scope) -> None:
    """Plans the client's next check-in, unless one is planned already."""
    plan_for(scope.session, scope.client, scope.terms, now=scope.now)


def plan_for(
    session: Session, client: Client, terms: ContactTerms, *, now: datetime
) -> CheckIn | None:
    """Adds the row of the next check-in; the database refuses a second one on a local date."""
    quiet = client.contact != "active" or client.enrolment != "enrolled" or client.held
    if quiet or _due(session, client.id):
        return None
    zone = ZoneInfo(terms.zone)
    counted_from = _last_opened(session, client.id) or client.contact_since
    planned = next_check_in(
        agreed(terms),
        client_id=client.id,
        last_sent=counted_from.astimezone(zone).date(),
        taken=_newest_taken(session, client.id),
        now=now,
    )
    if planned is None:
        return None
    row = _row_of(session, client.id, planned.day)
    row.due_at, row.state, row.reason = planned.due, "due", None
    session.flush()
    return row


def plan_again(scope: Scope, *, because: str = "terms_changed") -> None:
    """Takes back what was planned and plans by the terms as they are now."""
    cancel_planned(scope, reason=because)
    plan_next(scope)


def cancel_planned(scope: Scope, *, reason: str) -> None:
    """No check-in that is not open yet will be sent."""
    scope.session.execute(
        update(CheckIn)
        .where(CheckIn.client_id == scope.client.id, CheckIn.state.in_(COMING))
        .values(state="cancelled", reason=reason)
    )


def move_check_in(scope: Scope, at: datetime) -> datetime:
    """Asks the check-in that is open again at `at` (its own date stays); returns when."""
    row = None
    if scope.conversation is not None and scope.conversation.check_in_id is not None:
        row = scope.session.get_one(CheckIn, scope.conversation.check_in_id)
    row = row or _due(scope.session, scope.client.id)
    if row is None:
        row = _today(scope)
    row.due_at, row.state, row.reason = at, "due", "later"
    scope.session.flush()
    return at


def _today(scope: Scope) -> CheckIn:
    day = scope.now.astimezone(ZoneInfo(scope.terms.zone)).date()
    return _row_of(scope.session, scope.client.id, day)


def _row_of(session: Session, client_id: str, day: date) -> CheckIn:
    """The one row of this local date; one that was cancelled is used again."""
    found = session.scalar(
        select(CheckIn).where(CheckIn.client_id == client_id, CheckIn.planned_on == day)
    )
    if found is None:
        found = CheckIn(id=new_id(), client_id=client_id, planned_on=day)
        session.add(found)
    return found


def _due(session: Session, client_id: str) -> CheckIn | None:
    return session.scalar(
        select(CheckIn)
        .where(CheckIn.client_id == client_id, CheckIn.state.in_(COMING))
        .order_by(CheckIn.due_at)
        .limit(1)
    )


def _last_opened(session: Session, client_id: str) -> datetime | None:
    return session.scalar(
        select(func.max(CheckIn.opened_at)).where(CheckIn.client_id == client_id)
    )


def _newest_taken(session: Session, client_id: str) -> date | None:
    """The newest date with a check-in that happened or was let go.

    A cancelled one that was never opened leaves its date free: see `_row_of`.
    """
    free = and_(CheckIn.state == "cancelled", CheckIn.opened_at.is_(None))
    return session.scalar(
        select(func.max(CheckIn.planned_on)).where(CheckIn.client_id == client_id, ~free)
    )
