"""What the client is told of who will read it, and by when: only what can be kept.

From the rota as it stands. Where nobody can be reached no time is promised.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from onestep.content import Content
from onestep.content.concern import Hours
from onestep.domain.escalation import Team, about_us, ladder
from onestep.domain.office import is_open, next_opening
from onestep.services.times import by_words
from onestep.storage import rota

# Long enough for every step of a ladder to be rung, and for a person to stop what they do.
WITHIN = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Promise:
    """Who is there, and the moment; None where no time can be promised."""

    hours: Hours
    by: datetime | None = None
    when: str | None = None


def promise(
    session: Session,
    content: Content,
    *,
    coach_id: str | None,
    zone: str,
    now: datetime,
    about: str | None = None,
) -> Promise:
    """What holds for a concern at `now`; `about`: the coach whom a worry about us may name.

    `zone` is the client's, in which the time is said. `coach_id` None: nobody's client.
    """
    office = content.service.hours
    team = rota.team(session, coach_id, office, now)
    steps = about_us(team, named=about) if about is not None else ladder(team)
    opened = team.in_hours or is_open(office, now)
    hours = Hours.IN if opened else Hours.OUT if _on_call(team) else Hours.SHUT
    # Who is on call reads at any hour; the two leads are not promised out of hours.
    at_once = opened or (hours is Hours.OUT and about is None)
    starts = now if at_once else next_opening(office, now)
    if about is not None:
        hours = Hours.TWO_LEADS
    if not steps.rungs or starts is None:
        return Promise(hours)
    by = _quarter(starts + WITHIN)
    return Promise(hours, by, by_words(by, now=now, zone=ZoneInfo(zone)))


def _on_call(team: Team) -> bool:
    return any(
        person.active and person.reachable
        for person in (team.people.get(id) for id in team.on_call)
        if person is not None
    )


def _quarter(moment: datetime) -> datetime:
    """The next full quarter of an hour: nobody promises 3:07."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return moment.astimezone(UTC) + (-since % QUARTER)
