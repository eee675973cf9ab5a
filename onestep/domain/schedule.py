"""When the next check-in falls due, and whether a due one may begin now."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from onestep.domain.contact import ContactState
from onestep.domain.enrolment import holds_check_ins
from onestep.domain.permission import Standing
from onestep.domain.terms import (
    Rhythm,
    Terms,
    at_local,
    local_day,
    next_allowed,
    quiet,
    spread,
)

# Later than this a check-in is skipped and planned again: after an outage nobody gets a burst
# of old questions, and nothing is caught up at night.
GRACE = timedelta(hours=2)
# Nobody is asked how things are who has just told us.
AFTER_TALK = timedelta(hours=2)
# After so many without an answer: one "shall I leave it?", then nothing until they write.
UNANSWERED = 2
# Zones have skipped a whole day; quiet hours may leave none. A year of looking is enough.
_FURTHEST = 366


@dataclass(frozen=True)
class Planned:
    """One check-in to come: `day` is local and unique per client, `due` is UTC."""

    day: date
    due: datetime


class Opener(StrEnum):
    """What a check-in that begins now begins with."""

    ORDINARY = "ordinary"
    LEAVE_IT = "leave_it"


class SkipReason(StrEnum):
    """Why a due check-in does not happen."""

    TOO_LATE = "too_late"
    QUIET_HOURS = "quiet_hours"
    JUST_TALKED = "just_talked"
    NOT_ACTIVE = "not_active"
    WITH_COACH = "with_coach"
    WAITING_FOR_THEM = "waiting_for_them"
    OUTREACH_HELD = "outreach_held"
    NO_SAFE_CONTACT = "no_safe_contact"
    UNSAFE_HOURS = "unsafe_hours"


@dataclass(frozen=True)
class Open:
    """It begins now."""

    what: Opener


@dataclass(frozen=True)
class Wait:
    """Not yet: look again at `until` (UTC)."""

    until: datetime


@dataclass(frozen=True)
class Skip:
    """It is skipped; plan again."""

    reason: SkipReason


def due_on(terms: Terms, day: date, *, client_id: str) -> datetime | None:
    """Return the moment in UTC at which this client is written to on `day`, in their hours.

    None where quiet hours leave no moment that day, or the zone skipped the day.
    """
    offset = spread(client_id, terms)
    wall = (datetime.combine(day, terms.window_start) + offset).time()
    due = next_allowed(at_local(day, wall, terms.tz), terms)
    return due if local_day(due, terms) == day else None


def next_check_in(
    terms: Terms,
    *,
    client_id: str,
    last_sent: date | None,
    taken: date | None,
    now: datetime,
    not_before: date | None = None,
) -> Planned | None:
    """Return the next check-in strictly after `now`, or None when they want none unasked.

    `last_sent` is the local date the rhythm counts from: the last check-in that went out, else
    the day they agreed or came back. `taken` is the newest local date that already has a
    check-in of any kind, also a skipped one: that date and those before it are never used
    again. A missed one of a rhythm in days comes as soon as a day allows, of chosen weekdays
    on the next chosen day.
    """
    if terms.rhythm is Rhythm.ONLY_WHEN_ASKED:
        return None
    first = _first_day(terms, last_sent=last_sent, taken=taken, today=local_day(now, terms))
    if not_before is not None:
        first = max(first, not_before)
    for ahead in range(_FURTHEST):
        day = first + timedelta(days=ahead)
        if terms.rhythm is Rhythm.WEEKDAYS and day.weekday() not in terms.weekdays:
            continue
        due = due_on(terms, day, client_id=client_id)
        if due is not None and due > now:
            return Planned(day, due)
    return None


def _first_day(terms: Terms, *, last_sent: date | None, taken: date | None, today: date) -> date:
    """Return the first local date that the rhythm and the taken dates leave free."""
    days = [today]
    if taken is not None:
        days.append(taken + timedelta(days=1))
    if last_sent is not None:
        step = terms.every_days if terms.rhythm is Rhythm.EVERY_N_DAYS else 1
        days.append(last_sent + timedelta(days=step))
    return max(days)


def open_now(
    due: datetime,
    *,
    terms: Terms,
    now: datetime,
    standing: Standing,
    last_from_client: datetime | None,
    unanswered: int,
) -> Open | Wait | Skip:
    """Decide what becomes of a check-in that was planned for `due`.

    `unanswered` counts the check-ins in a row that the client left without a word, the "shall
    I leave it?" included. `last_from_client` is when they last wrote.
    """
    # Two moments of one zone would be subtracted by the clock on the wall.
    now, due = now.astimezone(UTC), due.astimezone(UTC)
    if now < due:
        return Wait(due)
    reason = _held(standing, unanswered=unanswered)
    if reason is not None:
        return Skip(reason)
    if _too_late(now, due=due, terms=terms):
        return Skip(SkipReason.TOO_LATE)
    if quiet(now, terms):
        return Skip(SkipReason.QUIET_HOURS)
    quiet_until = last_from_client and last_from_client.astimezone(UTC) + AFTER_TALK
    if quiet_until is not None and now < quiet_until:
        return _after_talk(quiet_until, due=due, terms=terms)
    return Open(Opener.LEAVE_IT if unanswered == UNANSWERED else Opener.ORDINARY)


def _held(standing: Standing, *, unanswered: int) -> SkipReason | None:
    if standing.contact is not ContactState.ACTIVE:
        return SkipReason.NOT_ACTIVE
    if holds_check_ins(standing.hand_off):
        return SkipReason.WITH_COACH
    if standing.outreach_held:
        return SkipReason.OUTREACH_HELD
    if not standing.safe_contact:
        return SkipReason.NO_SAFE_CONTACT
    return SkipReason.WAITING_FOR_THEM if unanswered > UNANSWERED else None


def _too_late(at: datetime, *, due: datetime, terms: Terms) -> bool:
    """Say whether the grace is over, or the client's day has turned: one a local day at most."""
    return at - due > GRACE or local_day(at, terms) != local_day(due, terms)


def _after_talk(until: datetime, *, due: datetime, terms: Terms) -> Wait | Skip:
    """Wait out the two hours after a talk where the grace allows it, else skip."""
    late = _too_late(until, due=due, terms=terms) or quiet(until, terms)
    return Skip(SkipReason.JUST_TALKED) if late else Wait(until)
