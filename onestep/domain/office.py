"""When the office, or one coach, is there; and the hours that nobody covers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from onestep.domain.errors import HoursInvalid
from onestep.domain.terms import at_local

SOON_ENOUGH = 15  # days looked ahead for the next opening; an office that never opens has none


@dataclass(frozen=True, order=True)
class Span:
    """One stretch of a weekday (0 is Monday), local; the end is not in it and is after the start.

    An end of 00:00 is midnight.
    """

    weekday: int
    start: time
    end: time

    def __post_init__(self) -> None:
        """Refuse what is no stretch of one day."""
        if not 0 <= self.weekday <= 6:  # noqa: PLR2004  # the days of a week
            raise HoursInvalid("weekdays are 0 (Monday) to 6 (Sunday)")
        if self.end != time(0) and self.end <= self.start:
            raise HoursInvalid("hours that end before they begin: give the night as two stretches")


@dataclass(frozen=True)
class Hours:
    """The hours in which somebody is there, where they are. Raises HoursInvalid."""

    spans: tuple[Span, ...]
    zone: str

    def __post_init__(self) -> None:
        """Refuse a zone nobody knows."""
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise HoursInvalid("the time zone is not one of IANA's") from None


def is_open(hours: Hours, at: datetime) -> bool:
    """Say whether `at` lies in these hours."""
    local = at.astimezone(ZoneInfo(hours.zone))
    wall = local.time()
    return any(
        span.weekday == local.weekday()
        and span.start <= wall
        and (wall < span.end or span.end == time(0))
        for span in hours.spans
    )


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """Return `at` in UTC when it lies in these hours, else when they begin; None for never."""
    if is_open(hours, at):
        return at.astimezone(UTC)
    begins = (begin for begin, _ in _stretches(hours, at, at + timedelta(days=SOON_ENOUGH)))
    return min((begin for begin in begins if begin > at), default=None)


def uncovered(
    shifts: Iterable[tuple[datetime, datetime]], hours: Hours, begin: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """Return the stretches from `begin` to `end` in which nobody is there and nobody is on call.

    `shifts`: from when to when somebody is on call. In order, in UTC, none touching the next.
    """
    covered = sorted([*_stretches(hours, begin, end), *((b, e) for b, e in shifts if b < e)])
    gaps, reached = [], begin.astimezone(UTC)
    for from_, until in covered:
        if until <= reached:
            continue
        if from_ >= end:
            break
        if from_ > reached:
            gaps.append((reached, from_.astimezone(UTC)))
        reached = until.astimezone(UTC)
    if reached < end:
        gaps.append((reached, end.astimezone(UTC)))
    return tuple(gaps)


def _stretches(hours: Hours, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The hours between two moments as moments in UTC; a day more at each side does no harm."""
    zone = ZoneInfo(hours.zone)
    day, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    found = []
    while day <= last:
        for span in hours.spans:
            if span.weekday == day.weekday():
                closes = day + timedelta(days=1) if span.end == time(0) else day
                until = at_local(closes, span.end, zone, fold=1)
                found.append((at_local(day, span.start, zone), until))
        day += timedelta(days=1)
    return found
