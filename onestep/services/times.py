"""Moments as a person reads them, in the client's own time zone."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from onestep.domain.terms import Rhythm, Terms
from onestep.services.scope import Scope
from onestep.storage.models import CheckIn, ContactTerms


def agreed(row: ContactTerms) -> Terms:
    """The kept terms as the schedule reads them."""
    return Terms(
        rhythm=Rhythm(row.rhythm),
        zone=row.zone,
        every_days=row.every_days,
        weekdays=frozenset(int(day) for day in row.weekdays),
        window_start=time.fromisoformat(row.window_start),
        window_end=time.fromisoformat(row.window_end),
        quiet_start=time.fromisoformat(row.quiet_start),
        quiet_end=time.fromisoformat(row.quiet_end),
    )


def in_words(moment: datetime, scope: Scope) -> str:
    """A day as it is said: "Monday 1 December"."""
    local = moment.astimezone(ZoneInfo(scope.terms.zone))
    return f"{local:%A} {local.day} {local:%B}"


def clock_words(moment: datetime, scope: Scope) -> str:
    """A day and a time as they are said: "Monday at 6pm"."""
    local = moment.astimezone(ZoneInfo(scope.terms.zone))
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local:%A} at {local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def next_check_in_words(scope: Scope) -> str | None:
    """The day of the next check-in, or nothing when none is planned."""
    due = scope.session.scalar(
        select(CheckIn.due_at)
        .where(CheckIn.client_id == scope.client.id, CheckIn.state == "due")
        .order_by(CheckIn.due_at)
        .limit(1)
    )
    return in_words(due, scope) if due is not None else None
