"""LESS and MORE."""

import pytest

from onestep.domain.contact import By
from onestep.domain.errors import TransitionRefused
from onestep.domain.frequency import LADDER, less, more
from onestep.domain.terms import Rhythm, Terms


def every(days):
    """Terms of one check-in every so many days."""
    return Terms(rhythm=Rhythm.EVERY_N_DAYS, zone="Europe/London", every_days=days)


def on(*days):
    """Terms of check-ins on chosen weekdays."""
    return Terms(rhythm=Rhythm.WEEKDAYS, zone="Europe/London", weekdays=frozenset(days))


def test_less_goes_down_the_ladder_to_only_when_asked():
    """Each LESS is one step rarer; below four weeks nothing comes unasked, and stays so."""
    of, seen = every(1), []
    while of.rhythm is Rhythm.EVERY_N_DAYS:
        seen.append(of.every_days)
        of = less(of)
    assert tuple(seen) == LADDER
    assert less(of) == of


def test_more_goes_up_to_once_a_day():
    """Each MORE is one step oftener, from nothing unasked to daily, and no further."""
    of, seen = less(every(28)), []
    for _ in LADDER:
        of = more(of, by=By.CLIENT)
        seen.append(of.every_days)
    assert tuple(seen) == LADDER[::-1]
    assert more(of, by=By.CLIENT) == of


def test_a_rhythm_between_two_steps_goes_to_the_next():
    """Every five days: a week is less, three days are more."""
    assert less(every(5)).every_days == 7
    assert more(every(5), by=By.CLIENT).every_days == 3


def test_weekdays_thin_out_and_stay_chosen():
    """Fewer of the days they chose, then once a fortnight."""
    assert less(on(0, 2, 4)).weekdays == {0, 4}
    assert less(on(0, 4)).weekdays == {0}
    assert less(on(3)) == Terms(rhythm=Rhythm.EVERY_N_DAYS, zone="Europe/London", every_days=14)


def test_more_than_weekdays_is_a_rhythm_in_days():
    """Once a week becomes every third day, three a week every second day."""
    assert more(on(3), by=By.CLIENT).every_days == 3
    assert more(on(0, 2, 4), by=By.CLIENT).every_days == 2


def test_only_the_client_asks_for_more():
    """A coach may lessen, never the reverse."""
    for by in (By.COACH, By.SERVICE, By.PROVIDER):
        with pytest.raises(TransitionRefused):
            more(every(7), by=by)
