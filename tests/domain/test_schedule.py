"""When check-ins fall due: wall-clock time, both clock changes, quiet hours, grace, back-off."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onestep.domain.contact import ContactState
from onestep.domain.enrolment import Enrolment, HandOff
from onestep.domain.errors import TermsInvalid
from onestep.domain.permission import Standing
from onestep.domain.schedule import (
    Open,
    Opener,
    Planned,
    Skip,
    SkipReason,
    Wait,
    due_on,
    next_check_in,
    open_now,
)
from onestep.domain.terms import Rhythm, Terms, local_day, next_allowed, quiet, spread

LONDON = "Europe/London"
# Spring and autumn of 2026 and 2027 in each; Casablanca changes around Ramadan, Lord Howe by
# half an hour, Kathmandu never, with an offset of 5:45.
ZONES = (LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
STANDING = Standing(enrolment=Enrolment.ENROLLED, contact=ContactState.ACTIVE)
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday


def terms(**also):
    """Terms at nine o'clock sharp in London, every day, unless said otherwise."""
    given_ = {
        "rhythm": Rhythm.EVERY_N_DAYS, "zone": LONDON, "every_days": 1,
        "window_start": time(9), "window_end": time(9),
    }  # fmt: skip
    return Terms(**(given_ | also))


def plan(of, now, **also):
    """The next check-in for one client, without a past unless given."""
    return next_check_in(
        of, client_id="c1", now=now, **({"last_sent": None, "taken": None} | also)
    )


def look(due, now, **also):
    """What becomes of a due check-in."""
    facts = {"terms": terms(), "standing": STANDING, "last_from_client": None, "unanswered": 0}
    return open_now(due, now=now, **(facts | also))


walls = st.times(max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def any_terms(draw):
    """Any terms a client could agree to."""
    start, end = sorted((draw(walls), draw(walls)))
    return terms(
        zone=draw(st.sampled_from(ZONES)),
        rhythm=draw(st.sampled_from([Rhythm.EVERY_N_DAYS, Rhythm.WEEKDAYS])),
        every_days=draw(st.integers(1, 9)),
        weekdays=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))),
        window_start=start,
        window_end=end,
        quiet_start=draw(walls),
        quiet_end=draw(walls),
    )


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of aware moments are naive
# How late the worker looks: at once, just within and past the grace, after a night, after days.
delays = st.sampled_from([0, 1, 119, 120, 121, 600, 1500, 4400]).map(
    lambda m: timedelta(minutes=m)
)


@settings(max_examples=150, deadline=None)
@given(of=any_terms(), start=moments, late=st.lists(delays, min_size=40, max_size=40))
def test_at_most_one_a_local_day_and_none_in_quiet_hours(of, start, late):
    """Through any outages and clock changes: once a local day, in order, never at night."""
    now, sent, taken, opened = start, local_day(start, of), None, []
    for delay in late:
        planned = plan(of, now, last_sent=sent, taken=taken)
        if planned is None:
            return
        assert planned.due > now
        assert local_day(planned.due, of) == planned.day
        assert not quiet(planned.due, of)
        assert taken is None or planned.day > taken
        taken, now = planned.day, planned.due + delay
        verdict = look(planned.due, now, terms=of)
        if isinstance(verdict, Open):
            assert not quiet(now, of)
            opened.append(local_day(now, of))
            sent = planned.day
    assert len(opened) == len(set(opened))
    if of.rhythm is Rhythm.WEEKDAYS:
        assert all(day.weekday() in of.weekdays for day in opened)


@pytest.mark.parametrize("zone", ZONES)
def test_nine_stays_nine_over_every_clock_change(zone):
    """Daily at nine for two years: each local day once, always nine on the client's clock."""
    of, now, days = terms(zone=zone), datetime(2026, 1, 1, tzinfo=UTC), []
    while now < datetime(2028, 1, 1, tzinfo=UTC):
        planned = plan(of, now, taken=days[-1] if days else None)
        assert planned.due.astimezone(of.tz).time() == time(9)
        days.append(planned.day)
        now = planned.due
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        # 01:30 does not exist on 28 March 2027 in London: once, at 02:30 summer time.
        (LONDON, date(2027, 3, 28), time(1, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        # 01:30 comes twice on 25 October 2026: the first of the two, in summer time.
        (LONDON, date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # Lord Howe skips half an hour: 02:15 becomes 02:45.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15),
         datetime(2026, 10, 3, 15, 45, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_missing_time_fires_once_and_a_double_one_once(zone, day, wall, expected):
    """A time that does not exist fires after the change; one that comes twice, the first time."""
    of = terms(zone=zone, window_start=wall, window_end=wall, quiet_start=time(3),
               quiet_end=time(3))  # fmt: skip
    assert due_on(of, day, client_id="c1") == expected
    after = plan(of, expected, taken=day)
    assert after.day == day + timedelta(days=1)


def test_a_day_the_zone_skipped_has_no_check_in():
    """Apia went from 29 to 31 December 2011: the 30th has no moment of its own."""
    of = terms(zone="Pacific/Apia")
    assert due_on(of, date(2011, 12, 30), client_id="c1") is None


@given(of=any_terms(), at=moments)
def test_quiet_hours_end(of, at):
    """From any moment the next allowed one is not quiet, not earlier, and within a day or so."""
    allowed = next_allowed(at, of)
    assert not quiet(allowed, of)
    assert at <= allowed <= at + timedelta(hours=26)
    if not quiet(at, of):
        assert allowed == at


def test_quiet_hours_that_come_twice_end_the_second_time():
    """Quiet till 01:30: in the second 01:10 of the night they end twenty minutes later."""
    of = terms(quiet_start=time(23), quiet_end=time(1, 30))
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert quiet(second, of)
    assert next_allowed(second, of) == second + timedelta(minutes=20)


def test_quiet_hours_by_the_clients_clock():
    """21:00 is quiet and 09:00 is not, in their zone."""
    of = terms(zone="America/New_York")
    here = of.tz
    assert quiet(datetime(2026, 11, 18, 21, 0, tzinfo=here), of)
    assert quiet(datetime(2026, 11, 18, 8, 59, tzinfo=here), of)
    assert not quiet(datetime(2026, 11, 18, 9, 0, tzinfo=here), of)
    assert not quiet(datetime(2026, 11, 18, 20, 59, tzinfo=here), of)


def test_every_n_days_counts_from_the_last_that_went_out():
    """Every three days: three days after the last, at the agreed hour."""
    found = plan(terms(every_days=3), NOON, last_sent=date(2026, 11, 17), taken=date(2026, 11, 17))
    assert found == Planned(date(2026, 11, 20), datetime(2026, 11, 20, 9, tzinfo=UTC))


def test_a_skipped_one_comes_the_next_day_not_the_next_week():
    """A weekly check-in lost to an outage is planned for the next day, at its hour."""
    found = plan(terms(every_days=7), NOON, last_sent=date(2026, 11, 11), taken=date(2026, 11, 18))
    assert found.day == date(2026, 11, 19)


def test_chosen_weekdays_stay_chosen():
    """Of chosen weekdays a missed one waits for the next chosen day."""
    of = terms(rhythm=Rhythm.WEEKDAYS, weekdays=frozenset({0, 3}))
    assert plan(of, NOON, last_sent=date(2026, 11, 16)).day == date(2026, 11, 19)
    assert plan(of, NOON, taken=date(2026, 11, 19)).day == date(2026, 11, 23)


def test_not_before_and_only_when_asked():
    """A date to begin from holds; who wants to be asked only when asking is never planned."""
    assert plan(terms(), NOON, not_before=date(2026, 12, 1)).day == date(2026, 12, 1)
    assert plan(terms(rhythm=Rhythm.ONLY_WHEN_ASKED), NOON) is None


def test_a_window_in_quiet_hours_moves_to_their_end():
    """Quiet hours win over the hours agreed for check-ins, on the same day."""
    of = terms(window_start=time(7), window_end=time(7))
    assert plan(of, NOON).due == datetime(2026, 11, 19, 9, tzinfo=UTC)
    late = terms(window_start=time(22), window_end=time(22))
    assert plan(late, NOON) is None


def test_clients_are_spread_over_their_window():
    """Many clients with one window: each steady in it, and not all in the same minute."""
    of = terms(window_start=time(10), window_end=time(11))
    minutes = [spread(f"client-{n}", of) for n in range(500)]
    assert all(timedelta(0) <= m < timedelta(hours=1) for m in minutes)
    assert max(minutes.count(m) for m in set(minutes)) < 25
    assert spread("client-1", of) == minutes[1]


DUE = datetime(2026, 11, 18, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_before_its_time_it_waits_and_within_the_grace_it_opens():
    """Up to two hours late is in time; a second more is not."""
    assert look(DUE, DUE - HOUR) == Wait(DUE)
    assert look(DUE, DUE) == Open(Opener.ORDINARY)
    assert look(DUE, DUE + 2 * HOUR) == Open(Opener.ORDINARY)
    late = look(DUE, DUE + 2 * HOUR + timedelta(seconds=1))
    assert late == Skip(SkipReason.TOO_LATE)


def test_nothing_is_caught_up_at_night_or_on_another_day():
    """Due at 20:30 and looked at at 21:10 it is skipped; so past midnight without quiet hours."""
    due = DUE.replace(hour=20, minute=30)
    assert look(due, due + timedelta(minutes=40)) == Skip(SkipReason.QUIET_HOURS)
    loud = terms(quiet_start=time(0), quiet_end=time(0))
    due = DUE.replace(hour=23, minute=30)
    assert look(due, due + HOUR, terms=loud) == Skip(SkipReason.TOO_LATE)


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        *((Standing(enrolment=Enrolment.ENROLLED, contact=state), SkipReason.NOT_ACTIVE)
          for state in ContactState if state is not ContactState.ACTIVE),
        (Standing(enrolment=Enrolment.ENROLLED, contact=ContactState.ACTIVE,
                  hand_off=HandOff.OPEN), SkipReason.WITH_COACH),
        (Standing(enrolment=Enrolment.ENROLLED, contact=ContactState.ACTIVE,
                  hand_off=HandOff.REQUESTED), SkipReason.WITH_COACH),
        (Standing(enrolment=Enrolment.ENROLLED, contact=ContactState.ACTIVE,
                  outreach_held=True), SkipReason.OUTREACH_HELD),
    ],
)  # fmt: skip
def test_none_while_quiet_was_chosen_or_a_person_has_them(standing, reason):
    """No check-in while paused, stopped, ended, unreachable, with the coach, or held."""
    assert look(DUE, DUE, standing=standing) == Skip(reason)


def test_not_within_two_hours_of_the_clients_last_message():
    """It waits the two hours out where the grace allows it, else it is skipped."""
    assert look(DUE, DUE, last_from_client=DUE - 2 * HOUR) == Open(Opener.ORDINARY)
    assert look(DUE, DUE, last_from_client=DUE - HOUR) == Wait(DUE + HOUR)
    talking = look(DUE, DUE + HOUR, last_from_client=DUE + HOUR)
    assert talking == Skip(SkipReason.JUST_TALKED)


def test_two_hours_are_two_hours_while_the_clocks_change():
    """Both moments in London over the change: real hours count, not those on the wall."""
    here = ZoneInfo(LONDON)
    wrote = datetime(2026, 10, 25, 0, 30, tzinfo=here)
    due = datetime(2026, 10, 25, 1, 45, fold=1, tzinfo=here)
    loud = terms(quiet_start=time(0), quiet_end=time(0))
    assert look(due, due, last_from_client=wrote, terms=loud) == Open(Opener.ORDINARY)


def test_after_two_unanswered_one_question_and_then_nothing():
    """Two without a word: one "shall I leave it?"; after that it waits for them."""
    openers = [look(DUE, DUE, unanswered=n) for n in range(4)]
    assert openers == [
        Open(Opener.ORDINARY), Open(Opener.ORDINARY), Open(Opener.LEAVE_IT),
        Skip(SkipReason.WAITING_FOR_THEM),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"every_days": 0}, {"every_days": 367}, {"weekdays": frozenset({7})},
        {"rhythm": Rhythm.WEEKDAYS}, {"zone": "Europe/Swansea"}, {"zone": "../etc/passwd"},
        {"zone": ""}, {"window_start": time(11)}, {"window_end": time(12, tzinfo=UTC)},
    ],
)  # fmt: skip
def test_terms_that_cannot_be_kept_are_refused(wrong):
    """Terms without a day, an hour or a zone that exists are refused when they are made."""
    with pytest.raises(TermsInvalid):
        terms(**wrong)
