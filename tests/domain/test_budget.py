"""How many questions, and which ratings."""

from datetime import UTC, datetime, timedelta

import pytest

from onestep.domain.budget import (
    ConversationKind,
    Length,
    asks_allowed,
    asks_left,
    default_length,
    ratings_due,
)

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
AREAS = ("looking_after_myself", "respect", "fair_treatment")


def due(last=None, **also):
    """The ratings due in a third check-in, unless said otherwise."""
    facts = {"check_in_number": 3, "now": NOW, "hard": False, "together": False} | also
    return ratings_due(AREAS, last or {}, **facts)


def test_the_budget_of_each_conversation():
    """Five in an ordinary check-in, two in a short one and at first contact, one unprompted."""
    allowed = {
        (kind, length): asks_allowed(kind, length)
        for kind in ConversationKind
        for length in Length
    }
    assert allowed == {
        (ConversationKind.FIRST_CONTACT, Length.ORDINARY): 2,
        (ConversationKind.FIRST_CONTACT, Length.SHORT): 2,
        (ConversationKind.CHECK_IN, Length.ORDINARY): 5,
        (ConversationKind.CHECK_IN, Length.SHORT): 2,
        (ConversationKind.UNPROMPTED, Length.ORDINARY): 1,
        (ConversationKind.UNPROMPTED, Length.SHORT): 1,
    }


def test_short_is_the_default_by_sms():
    """Credit costs: short by SMS, ordinary on Telegram."""
    assert default_length("sms") is Length.SHORT
    assert default_length("telegram") is Length.ORDINARY


def test_what_is_left_never_falls_below_nothing():
    """A budget used up stays used up."""
    left = [asks_left(ConversationKind.CHECK_IN, Length.SHORT, asked=n) for n in range(4)]
    assert left == [2, 1, 0, 0]


def test_never_rated_areas_are_due_from_the_third_check_in():
    """Not in the first two; from the third all that were never rated."""
    assert due(check_in_number=2) == ()
    assert due() == AREAS


def test_each_area_comes_round_every_twelve_weeks():
    """Twelve weeks to the moment; the one longest ago first."""
    last = {AREAS[0]: NOW - timedelta(weeks=12), AREAS[1]: NOW - timedelta(weeks=20),
            AREAS[2]: NOW - timedelta(weeks=12) + timedelta(seconds=1)}  # fmt: skip
    assert due(last) == (AREAS[1], AREAS[0])


@pytest.mark.parametrize("fact", ["hard", "together"])
def test_no_rating_when_hard_or_together(fact):
    """Never in a hard conversation, not when coach and client rate together."""
    assert due(**{fact: True}) == ()


@pytest.mark.parametrize(("since", "any_due"), [(0, False), (1, False), (2, True), (5, True)])
def test_ratings_are_apart(since, any_due):
    """One area a check-in, and a check-in without a rating between two with one."""
    assert bool(due(check_ins_since=since)) is any_due
