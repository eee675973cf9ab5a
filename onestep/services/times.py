"""Moments as a person reads them, in the client's own time zone."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from onestep.domain.terms import Rhythm, SafeTimes, Terms
from onestep.services.scope import Scope
from onestep.storage.models import CheckIn, ContactTerms, SafeContact

NOON = 12
A_WEEK = 7
# Asked in every turn, so put together once: building a statement costs more than running it.
_NEXT = (
    select(CheckIn.due_at)
    .where(CheckIn.client_id == bindparam("client_id"), CheckIn.state == "due")
    .order_by(CheckIn.due_at)
    .limit(1)
)


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


def when_words(moment: datetime, scope: Scope) -> str:
    """When something will be, with its small word: "tomorrow at 9am", "on Friday at 9am"."""
    local = moment.astimezone(ZoneInfo(scope.terms.zone))
    return f"{_day_words(local, scope.now)} at {_clock_words(local)}"


def by_words(moment: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """By when something will be: "by 3:15pm today", "by 10am on Monday"."""
    local = moment.astimezone(zone)
    return f"by {_clock_words(local)} {_day_words(local, now)}"


def _clock_words(local: datetime) -> str:
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < NOON else 'pm'}"


def _day_words(local: datetime, now: datetime) -> str:
    days = (local.date() - now.astimezone(local.tzinfo).date()).days
    if days <= 1:
        return "tomorrow" if days else "today"
    return f"on {local:%A}" if days < A_WEEK else f"on {local:%A} {local.day} {local:%B}"


def next_check_in_words(scope: Scope) -> str | None:
    """When the next check-in is, or nothing when none is planned."""
    due = scope.session.scalar(_NEXT, {"client_id": scope.client.id})
    if due is None:
        return None
    local = due.astimezone(ZoneInfo(scope.terms.zone))
    days = (local.date() - scope.now.astimezone(local.tzinfo).date()).days
    # A client's hours are a span of the day: the day is said, the minute is not promised.
    if days <= 1:
        return "tomorrow" if days else "later today"
    return f"on {local:%A}" if days < A_WEEK else f"on {in_words(due, scope)}"


def safe_times(kept: SafeContact | None) -> SafeTimes:
    """When it is safe to write, as it was agreed."""
    if kept is None:
        return SafeTimes()
    return SafeTimes(
        days=frozenset(kept.safe_days or ()),
        start=time.fromisoformat(kept.safe_from) if kept.safe_from else None,
        end=time.fromisoformat(kept.safe_until) if kept.safe_until else None,
    )
