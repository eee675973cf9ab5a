"""Free date words: British phrases, other zones and hours, and never an exception."""

import socket
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onestep.dates import Date, Unsure, Why, read_date

LONDON = ZoneInfo("Europe/London")
FILES = {
    "dates_phrases.tsv": datetime(2026, 11, 18, 14, 30, tzinfo=LONDON),
    "dates_held_out.tsv": datetime(2027, 3, 12, 20, 10, tzinfo=LONDON),
    "dates_unseen.tsv": datetime(2027, 7, 5, 8, 20, tzinfo=LONDON),
}
WEDNESDAY = FILES["dates_phrases.tsv"]


def phrases():
    """Every phrase of the three files, with its moment and what it means."""
    for name, now in FILES.items():
        for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                yield pytest.param(now, *line.split("\t"), id=line.split("\t")[0])


def shown(found):
    """What was read, as the files write it."""
    if found is None:
        return "none"
    if isinstance(found, Unsure):
        return found.why.value
    return f"{found.at:%Y-%m-%d %H:%M}" if found.time_said else f"{found.at:%Y-%m-%d}"


def read(words, now=WEDNESDAY, zone="Europe/London"):
    """Read words on a Wednesday afternoon in London, unless said otherwise."""
    return read_date(words, now=now, zone=zone)


@pytest.mark.parametrize(("now", "words", "expected"), list(phrases()))
def test_what_clients_write(now, words, expected):
    """Each phrase of the files is the day, the time, the question or nothing it should be."""
    assert shown(read(words, now)) == expected


def test_there_are_many_phrases():
    """The decision rests on at least sixty phrases; there are more than four times as many."""
    assert len(list(phrases())) > 240


def test_the_day_is_the_clients_own():
    """At 23:30 in London it is already tomorrow in Kathmandu: tomorrow is theirs."""
    now = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert read("tomorrow", now).day == date(2026, 11, 19)
    assert read("tomorrow", now, "Asia/Kathmandu").day == date(2026, 11, 20)
    assert read("tomorrow", now, "America/New_York").day == date(2026, 11, 19)


def test_a_moment_carries_the_clients_zone():
    """A day without a time is the start of that day where the client is, aware of its zone."""
    found = read("till monday", zone="America/New_York")
    assert found.at.tzinfo == ZoneInfo("America/New_York")
    assert found.at.utcoffset() == timedelta(hours=-5)
    assert (found.at.hour, found.time_said) == (0, False)


def test_a_time_the_clocks_skip_is_one_that_exists():
    """01:30 on the morning the clocks go forward becomes 02:30."""
    now = datetime(2027, 3, 27, 12, tzinfo=LONDON)
    found = read("tomorrow at 01:30", now)
    assert f"{found.at:%d %H:%M}" == "28 02:30"


def test_a_question_names_the_days_it_may_be():
    """Said on a Wednesday, "next Friday" offers this week's and next week's."""
    assert read("next friday") == Unsure(Why.WHICH_WEEK, (date(2026, 11, 20), date(2026, 11, 27)))
    assert read("tuesday 30th").choices == (date(2026, 11, 24), date(2026, 11, 30))


def test_tonight_said_in_the_evening_is_still_tonight():
    """At half past eight "tonight" is an hour on; near midnight it is over, as is the morning."""
    late = WEDNESDAY.replace(hour=20)
    assert shown(read("tonight", WEDNESDAY.replace(hour=23))) == "past"
    assert shown(read("tonight", late)) == "2026-11-18 21:30"
    assert shown(read("this morning", late)) == "past"


def test_far_away_is_asked():
    """A day more than a year off, or just gone by, is a question and not a pause of a year."""
    assert read("till 3 dec 2028").why is Why.FAR
    assert read("17 november").why is Why.PAST
    assert read("till november").why is Why.PAST


def test_long_texts_are_not_dates():
    """A whole story is not read as a date, whatever words it holds."""
    assert read("and then she said " * 8 + "till monday") is None
    assert read("and then she said till monday") is not None


PIECES = (
    *("till", "until", "after", "next", "not", "the", "a", "of", "on", "at", "in", "week", "end"),
    *("monday", "friday", "3", "31", "9", "30th", "/", ":", ".", "half", "past", "to", "month"),
    *("christmas", "tonight", "tomorrow", "few", "couple", "rest", "year", "an", "hour", "days"),
    *("2027", "feb", "easter", "weekend", "new", "morning", "am", "pm", "quarter", "or", "two"),
)
moments = st.datetimes(
    WEDNESDAY.replace(tzinfo=None),
    WEDNESDAY.replace(tzinfo=None, year=2032),
    timezones=st.just(UTC),
)


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=130) | st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join), moments
)
def test_nothing_raises_and_no_day_is_in_the_past(words, now):
    """Whatever is written: a moment to come within some 400 days, a question, or nothing."""
    for zone in ("Europe/London", "Australia/Lord_Howe"):
        found = read(words, now, zone)
        if isinstance(found, Date):
            local = now.astimezone(ZoneInfo(zone))
            assert found.day >= local.date()
            assert found.day <= local.date() + timedelta(days=401)
            assert not found.time_said or found.at > local - timedelta(minutes=1)


def test_it_works_without_a_network(monkeypatch):
    """Reading opens no connection: nothing is downloaded at run time."""

    def refuse(*_):
        pytest.fail("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert read("in 3 weeks").day == date(2026, 12, 9)


def test_the_machines_clock_does_not_matter(monkeypatch):
    """The same words at the same `now` mean the same, wherever and whenever it runs."""
    words = ["tomorrow", "friday", "3 dec", "in 2 hours", "at 6", "2 weeks", "tonight"]
    here = [shown(read(w)) for w in words]
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert [shown(read(w)) for w in words] == here
