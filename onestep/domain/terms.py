"""The client's terms in time: which days, which hours, when never; and moments in their zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from onestep.domain.errors import TermsInvalid

LONGEST_GAP = 366


class Rhythm(StrEnum):
    """How check-ins come round."""

    EVERY_N_DAYS = "every_n_days"
    WEEKDAYS = "weekdays"
    ONLY_WHEN_ASKED = "only_when_asked"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the client agreed to, as wall-clock time where they are.

    `weekdays`: 0 is Monday. A check-in falls due between `window_start` and `window_end` of one
    day. Equal `quiet_start` and `quiet_end` mean no quiet hours. Where the window lies in quiet
    hours, quiet hours win. Raises TermsInvalid.
    """

    rhythm: Rhythm
    zone: str
    every_days: int = 7
    weekdays: frozenset[int] = frozenset()
    window_start: time = time(10)
    window_end: time = time(11)
    quiet_start: time = time(21)
    quiet_end: time = time(9)

    def __post_init__(self) -> None:
        """Refuse terms that cannot be kept."""
        if not 1 <= self.every_days <= LONGEST_GAP:
            raise TermsInvalid("a check-in comes every 1 to 366 days")
        if self.rhythm is Rhythm.WEEKDAYS and not self.weekdays:
            raise TermsInvalid("no weekday was chosen")
        if not self.weekdays <= frozenset(range(7)):
            raise TermsInvalid("weekdays are 0 (Monday) to 6 (Sunday)")
        if any(moment.tzinfo for moment in self._times()):
            raise TermsInvalid("hours are local and carry no zone of their own")
        if self.window_end < self.window_start:
            raise TermsInvalid("the hours for a check-in end before they start")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise TermsInvalid("the time zone is not one of IANA's") from None

    def _times(self) -> tuple[time, ...]:
        return (self.window_start, self.window_end, self.quiet_start, self.quiet_end)

    @property
    def tz(self) -> ZoneInfo:
        """The client's time zone."""
        return ZoneInfo(self.zone)


def local_day(at: datetime, terms: Terms) -> date:
    """Return the date it is for the client at `at`."""
    return at.astimezone(terms.tz).date()


def at_local(day: date, wall: time, tz: ZoneInfo, *, fold: int = 0) -> datetime:
    """Return the moment in UTC at which the client's clock shows `wall` on `day`.

    A time that comes twice is its first, unless `fold` is 1. A time that does not exist (the
    clock went forward) is the moment as far after the change as it would have been: once.
    """
    return datetime.combine(day, wall, tz).replace(fold=fold).astimezone(UTC)


def quiet(at: datetime, terms: Terms) -> bool:
    """Say whether the client's clock stands in their quiet hours at `at`."""
    wall = at.astimezone(terms.tz).time()
    start, end = terms.quiet_start, terms.quiet_end
    if start <= end:
        return start <= wall < end
    return wall >= start or wall < end


def next_allowed(at: datetime, terms: Terms) -> datetime:
    """Return `at` in UTC, or the end of the quiet hours it lies in."""
    if not quiet(at, terms):
        return at.astimezone(UTC)
    today = local_day(at, terms)
    # Both passes of an hour that comes twice count; on the day it comes, the first may be over.
    ends = [
        at_local(day, terms.quiet_end, terms.tz, fold=fold)
        for day in (today, today + timedelta(days=1), today + timedelta(days=2))
        for fold in (0, 1)
    ]
    return min(end for end in ends if end > at and not quiet(end, terms))


@dataclass(frozen=True)
class SafeTimes:
    """When it is safe to write, as coach and client agreed; nothing said is any day, any time.

    `days`: 0 is Monday. `start` and `end` are local; an end before the start is after midnight.
    """

    days: frozenset[int] = frozenset()
    start: time | None = None
    end: time | None = None


def safe(at: datetime, times: SafeTimes, terms: Terms) -> bool:
    """Say whether it is safe to write to the client at `at`."""
    local = at.astimezone(terms.tz)
    if times.days and local.weekday() not in times.days:
        return False
    if times.start is None or times.end is None or times.start == times.end:
        return True
    wall = local.time()
    if times.start < times.end:
        return times.start <= wall < times.end
    return wall >= times.start or wall < times.end


def next_good(at: datetime, times: SafeTimes, terms: Terms) -> datetime | None:
    """Return the first moment from `at` on that is safe and not quiet; None for none in 8 days."""
    if safe(at, times, terms) and not quiet(at, terms):
        return at.astimezone(UTC)
    today = local_day(at, terms)
    walls = {time(0), terms.quiet_end, times.start or time(0)}
    moments = sorted(
        at_local(today + timedelta(days=days), wall, terms.tz, fold=fold)
        for days in range(9)
        for wall in walls
        for fold in (0, 1)
    )
    good = (each for each in moments if safe(each, times, terms) and not quiet(each, terms))
    return next((each for each in good if each > at), None)


def spread(client_id: str, terms: Terms) -> timedelta:
    """Return a steady offset into the client's window, so that not all are due at once.

    From the client's id alone: the same every day, whole minutes, less than the window.
    """
    start, end = (
        moment.hour * 60 + moment.minute for moment in (terms.window_start, terms.window_end)
    )
    number = int.from_bytes(sha256(client_id.encode()).digest()[:8])
    return timedelta(minutes=number % max(end - start, 1))
