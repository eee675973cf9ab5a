"""Who is told of a concern, and in which order, until a person acts (safety page, The alert).

coach → deputies, in the order of cover → on-call → lead; the top is told again and again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

CLIMB_AFTER = timedelta(minutes=5)  # how long each of them has before the next is told
TOP_AGAIN = timedelta(minutes=15)  # R9: the top repeats, for as long as it takes


class Rank(StrEnum):
    """Which step of the ladder somebody stands on."""

    COACH = "coach"
    DEPUTY = "deputy"
    ON_CALL = "on_call"
    LEAD = "lead"
    SAFEGUARDING = "safeguarding"
    ANYBODY = "anybody"  # no one of the above can be told: whoever can


class Why(StrEnum):
    """Why somebody on the ladder is passed."""

    INACTIVE = "inactive"
    NO_WAY = "no_way"  # nothing reaches them
    NAMED = "named"  # it is about them


@dataclass(frozen=True)
class Person:
    """One of the staff, as the ladder needs to know them."""

    id: str
    active: bool = True
    reachable: bool = True
    lead: bool = False
    safeguarding: bool = False


@dataclass(frozen=True)
class Team:
    """Everybody, and who stands where for this one concern. Ids unknown to `people` are passed."""

    people: Mapping[str, Person]
    coach: str | None = None  # null: nobody's client, or the office is shut for the coach
    deputies: tuple[str, ...] = ()
    on_call: tuple[str, ...] = ()
    in_hours: bool = True  # the coach's own


@dataclass(frozen=True)
class Rung:
    """Those who are told at one step, all at once."""

    rank: Rank
    who: tuple[str, ...]


@dataclass(frozen=True)
class Ladder:
    """The steps in order, each with somebody on it; and who was passed."""

    rungs: tuple[Rung, ...]
    passed: Mapping[str, Why] = field(default_factory=dict)


def ladder(team: Team) -> Ladder:
    """Return the steps of an ordinary concern.

    Out of the coach's hours it starts at on-call. Where none of them can be told, everybody who
    can be is: an alert reaches nobody only where nobody can be reached.
    """
    leads = tuple(sorted(p.id for p in team.people.values() if p.lead))
    first: list[tuple[Rank, tuple[str, ...]]] = []
    if team.coach is not None and team.in_hours:
        first.append((Rank.COACH, (team.coach,)))
        first.extend((Rank.DEPUTY, (deputy,)) for deputy in team.deputies)
    return _ladder(team, [*first, (Rank.ON_CALL, team.on_call), (Rank.LEAD, leads)], named=None)


def about_us(team: Team, *, named: str | None) -> Ladder:
    """Return the steps of a worry about us: lead and safeguarding lead, never who is named.

    Where they are the ones it is about, on-call; and last anybody else at all.
    """
    theirs = {p.id for p in team.people.values() if p.lead or p.safeguarding}
    found = _ladder(team, [(Rank.SAFEGUARDING, tuple(sorted(theirs)))], named=named, last=False)
    if found.rungs:
        return found
    return _ladder(team, [(Rank.ON_CALL, team.on_call)], named=named)


def _ladder(
    team: Team,
    steps: Iterable[tuple[Rank, tuple[str, ...]]],
    *,
    named: str | None,
    last: bool = True,
) -> Ladder:
    passed: dict[str, Why] = {}
    rungs: list[Rung] = []
    for rank, ids in steps:
        who = tuple(dict.fromkeys(id for id in ids if _can(team, id, named, passed)))
        if who and not (rungs and set(who) <= _so_far(rungs, top=rank is Rank.LEAD)):
            rungs.append(Rung(rank, who))
    if not rungs and last:
        others = tuple(sorted(id for id in team.people if _can(team, id, named, passed)))
        rungs = [Rung(Rank.ANYBODY, others)] if others else []
    return Ladder(tuple(rungs), passed)


def _so_far(rungs: list[Rung], *, top: bool) -> set[str]:
    """Whom a new rung must add somebody to. The top is kept apart from all but the one before."""
    return set(rungs[-1].who) if top else {id for rung in rungs for id in rung.who}


def _can(team: Team, id: str, named: str | None, passed: dict[str, Why]) -> bool:
    person = team.people.get(id)
    if id == named:
        passed[id] = Why.NAMED
    elif person is None or not person.active:
        passed[id] = Why.INACTIVE
    elif not person.reachable:
        passed[id] = Why.NO_WAY
    return id not in passed


def next_rung(steps: Ladder, told: Collection[str]) -> tuple[Rung | None, bool]:
    """Return who is told next, and whether that is the top again.

    `told`: who was told since it began to climb. The ladder is that of this moment: whoever came
    on call since, and was not told yet, is told. None where nobody at all can be reached.
    """
    for rung in steps.rungs:
        new = tuple(id for id in rung.who if id not in told)
        if new:
            return Rung(rung.rank, new), False
    return (steps.rungs[-1], True) if steps.rungs else (None, True)


def wait_after(*, top: bool) -> timedelta:
    """Return how long whoever was just told has."""
    return TOP_AGAIN if top else CLIMB_AFTER
