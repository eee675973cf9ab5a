"""Who is told of a concern: everybody on the ladder in turn, and nobody it is about."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestep.domain.errors import HoursInvalid
from onestep.domain.escalation import (
    CLIMB_AFTER,
    TOP_AGAIN,
    Person,
    Rank,
    Team,
    Why,
    about_us,
    ladder,
    next_rung,
    wait_after,
)
from onestep.domain.office import Hours, Span, is_open, next_opening, uncovered

IDS = tuple("abcdef")
OFFICE = Hours(tuple(Span(day, time(9), time(17)) for day in range(5)), "Europe/London")
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@st.composite
def teams(draw):
    """Any staff, any cover, any rota; some unknown, some away, some without a way."""
    flags = st.tuples(*[st.booleans()] * 4)
    known = draw(st.lists(st.sampled_from(IDS), unique=True))
    people = {id: Person(id, *draw(flags)) for id in known}
    some = st.lists(st.sampled_from(IDS), max_size=4).map(tuple)
    coach = draw(st.one_of(st.none(), st.sampled_from(IDS)))
    return Team(people, coach, draw(some), draw(some), draw(st.booleans()))


def tellable(team, *, named=None):
    """Who could be told at all."""
    return {p.id for p in team.people.values() if p.active and p.reachable and p.id != named}


def walk(steps):
    """Everybody who is told, in order, until the top comes again."""
    told, order = set(), []
    while True:
        rung, top = next_rung(steps, told)
        if top:
            return order, rung
        order.append(rung)
        told |= set(rung.who)


@given(teams())
def test_whoever_can_be_told_on_the_ladder_is_told_once_and_then_the_top_for_ever(team):
    """Each rung adds somebody; an alert reaches nobody only where nobody can be reached."""
    steps = ladder(team)
    order, top = walk(steps)
    told = [id for rung in order for id in rung.who]
    assert len(told) == len(set(told))
    assert set(told) <= tellable(team)
    assert bool(told) == bool(tellable(team))
    assert (top is None) == (not told)
    if top is not None:
        assert top.who == steps.rungs[-1].who
    on_it = {team.coach, *team.deputies} if team.in_hours and team.coach else set()
    leads = {p.id for p in team.people.values() if p.lead}
    assert (on_it | set(team.on_call) | leads) & tellable(team) <= set(told)


@given(teams())
def test_outside_the_coachs_hours_it_starts_at_on_call(team):
    """Neither the coach nor a deputy is woken for being that."""
    shut = Team(team.people, team.coach, team.deputies, team.on_call, in_hours=False)
    assert not {rung.rank for rung in ladder(shut).rungs} & {Rank.COACH, Rank.DEPUTY}


@given(teams(), st.sampled_from(IDS))
def test_a_worry_about_us_never_reaches_whom_it_names(team, named):
    """It goes to the lead and the safeguarding lead; where that is them, to anybody else."""
    steps = about_us(team, named=named)
    order, _ = walk(steps)
    told = {id for rung in order for id in rung.who}
    assert named not in told
    assert bool(told) == bool(tellable(team, named=named))
    two = {p.id for p in team.people.values() if p.lead or p.safeguarding}
    if two & tellable(team, named=named):
        assert told <= two


def test_the_order_is_coach_deputies_on_call_lead():
    """As the safety page has it, each of them once, those away are passed and said so."""
    away = Person("d", active=False)
    people = {id: Person(id, lead=id == "f") for id in "abcef"} | {"d": away}
    people["b"] = Person("b", reachable=False)
    team = Team(people, "a", ("b", "c", "d"), ("e",))
    steps = ladder(team)
    assert [(rung.rank, rung.who) for rung in steps.rungs] == [
        (Rank.COACH, ("a",)),
        (Rank.DEPUTY, ("c",)),
        (Rank.ON_CALL, ("e",)),
        (Rank.LEAD, ("f",)),
    ]
    assert steps.passed == {"b": Why.NO_WAY, "d": Why.INACTIVE}


def test_who_came_on_call_since_is_told():
    """The ladder is that of the moment: a new name on it is rung although its step is past."""
    people = {id: Person(id, lead=id == "c") for id in "abc"}
    steps = ladder(Team(people, on_call=("b",), in_hours=False))
    rung, top = next_rung(steps, {"a", "c"})
    assert (rung.who, top) == (("b",), False)


def test_each_has_five_minutes_and_the_top_is_told_every_fifteen():
    """R9."""
    assert (wait_after(top=False), wait_after(top=True)) == (CLIMB_AFTER, TOP_AGAIN)
    assert (timedelta(minutes=5), timedelta(minutes=15)) == (CLIMB_AFTER, TOP_AGAIN)


# hours and gaps


def test_hours_are_those_on_the_wall():
    """Nine is nine on either side of a clock change; the end is not in it."""
    for day in ("2026-03-27", "2026-03-30"):  # a Friday in winter time, a Monday in summer time
        opens = datetime.fromisoformat(f"{day}T09:00").astimezone(UTC)
        wall = datetime.fromisoformat(f"{day}T09:00+00:00")
        opens = wall if day == "2026-03-27" else wall - timedelta(hours=1)
        assert is_open(OFFICE, opens)
        assert not is_open(OFFICE, opens - timedelta(seconds=1))
        assert is_open(OFFICE, opens + timedelta(hours=8, seconds=-1))
        assert not is_open(OFFICE, opens + timedelta(hours=8))


def test_a_night_is_two_stretches():
    """What ends before it begins is refused; midnight may be an end."""
    with pytest.raises(HoursInvalid):
        Span(0, time(22), time(6))
    late = Hours((Span(0, time(22), time(0)), Span(1, time(0), time(6))), "Europe/London")
    assert is_open(late, MONDAY + timedelta(hours=23))
    assert is_open(late, MONDAY + timedelta(hours=29))
    assert not is_open(late, MONDAY + timedelta(hours=30))


def test_the_next_opening():
    """Friday evening's is Monday morning; an office that never opens has none."""
    friday = MONDAY + timedelta(days=4, hours=18)
    assert next_opening(OFFICE, friday) == MONDAY + timedelta(days=7, hours=9)
    assert next_opening(OFFICE, MONDAY + timedelta(hours=10)) == MONDAY + timedelta(hours=10)
    assert next_opening(Hours((), "Europe/London"), friday) is None


moments = st.integers(0, 14 * 24 * 4).map(lambda n: MONDAY + timedelta(minutes=15 * n))
spans = st.tuples(moments, moments)


@given(st.lists(spans, max_size=6), st.integers(0, 14 * 24 * 4))
def test_a_moment_is_in_a_gap_just_when_nobody_is_there(shifts, quarter):
    """Neither a shift nor the office covers it, over two weeks, quarter by quarter."""
    end = MONDAY + timedelta(days=14)
    gaps = uncovered(shifts, OFFICE, MONDAY, end)
    at = MONDAY + timedelta(minutes=15 * quarter)
    there = is_open(OFFICE, at) or any(begin <= at < until for begin, until in shifts)
    assert any(begin <= at < until for begin, until in gaps) == (not there and at < end)
    assert all(begin < until for begin, until in gaps)
    assert all(one[1] < two[0] for one, two in pairwise(gaps))
