"""Plans check-ins: the next one, one moved to later, or none while contact is quiet."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from onestep.domain.schedule import next_check_in
from onestep.services.scope import Scope
from onestep.services.times import agreed
from onestep.storage.base import new_id
from onestep.storage.models import CheckIn, Client, ContactTerms


def plan_next(scope: Scope) -> None:
    """Plans the client's next check-in, unless one is planned already."""
    plan_for(scope.session, scope.client, scope.terms, now=scope.now)


def plan_for(
    session: Session, client: Client, terms: ContactTerms, *, now: datetime
) -> CheckIn | None:
    """Adds the row of the next check-in; the database refuses a second one on a local date."""
    if client.contact != "active" or client.enrolment != "enrolled" or _due(session, client.id):
        return None
    zone = ZoneInfo(terms.zone)
    sent = _newest(session, client.id, sent=True) or client.contact_since.astimezone(zone).date()
    planned = next_check_in(
        agreed(terms),
        client_id=client.id,
        last_sent=sent,
        taken=_newest(session, client.id, sent=False),
        now=now,
    )
    if planned is None:
        return None
    row = CheckIn(
        id=new_id(), client_id=client.id, planned_on=planned.day, due_at=planned.due, state="due"
    )
    session.add(row)
    session.flush()
    return row


def plan_again(scope: Scope) -> None:
    """Takes back what was planned and plans by the terms as they are now."""
    cancel_planned(scope, reason="terms_changed")
    plan_next(scope)


def cancel_planned(scope: Scope, *, reason: str) -> None:
    """No check-in that is not open yet will be sent."""
    scope.session.execute(
        update(CheckIn)
        .where(CheckIn.client_id == scope.client.id, CheckIn.state == "due")
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
    found = scope.session.scalar(
        select(CheckIn).where(CheckIn.client_id == scope.client.id, CheckIn.planned_on == day)
    )
    if found is None:
        found = CheckIn(
            id=new_id(), client_id=scope.client.id, planned_on=day, due_at=scope.now, state="due"
        )
        scope.session.add(found)
    return found


def _due(session: Session, client_id: str) -> CheckIn | None:
    return session.scalar(
        select(CheckIn)
        .where(CheckIn.client_id == client_id, CheckIn.state == "due")
        .order_by(CheckIn.due_at)
        .limit(1)
    )


def _newest(session: Session, client_id: str, *, sent: bool) -> date | None:
    query = select(func.max(CheckIn.planned_on)).where(CheckIn.client_id == client_id)
    if sent:
        query = query.where(CheckIn.opened_at.is_not(None))
    else:
        query = query.where(CheckIn.state != "cancelled")
    return session.scalar(query)
