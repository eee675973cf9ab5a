"""When a burst is over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestep.domain.lull import DEMO, NONE, SMS, TELEGRAM, Arrival, ArrivalKind, Lull, due_at

START = datetime(2026, 11, 18, 12, tzinfo=UTC)


def after(*seconds, kind=ArrivalKind.TEXT):
    """Arrivals so many seconds after the start."""
    return [Arrival(START + timedelta(seconds=s), kind) for s in seconds]


def wait(arrivals, lull):
    """Seconds from the start to the turn."""
    return (due_at(arrivals, lull) - START).total_seconds()


def test_a_reply_waits_for_a_lull():
    """Three seconds on Telegram, twenty by SMS, one in the demo, none in tests."""
    assert [wait(after(0), lull) for lull in (TELEGRAM, SMS, DEMO, NONE)] == [3, 20, 1, 0]
    assert wait(after(0, 2, 4), TELEGRAM) == 7


def test_nobody_waits_without_end():
    """Fifteen seconds at most on Telegram and sixty by SMS, however much is typed."""
    assert wait(after(*range(30)), TELEGRAM) == 15
    assert wait(after(*range(0, 90, 5)), SMS) == 60


@pytest.mark.parametrize("kind", [ArrivalKind.CHOICE, ArrivalKind.COMMAND, ArrivalKind.CONCERN])
def test_what_is_urgent_does_not_wait_and_ends_the_wait_before_it(kind):
    """A button, a command or a concern runs at once, and so does what came before it."""
    assert wait(after(1, kind=kind), SMS) == 1
    assert wait(after(0) + after(2, kind=kind) + after(3), SMS) == 2


def test_nothing_waiting_is_a_mistake():
    """Asked about nothing, it says so."""
    with pytest.raises(ValueError, match="nothing"):
        due_at([], NONE)


@given(
    st.lists(st.floats(0, 300), min_size=1, max_size=20), st.integers(0, 30), st.integers(0, 60)
)
def test_the_wait_is_bounded_whatever_arrives(seconds, pause, longest):
    """Never before the first message, never past the bound, in whatever order they are listed."""
    lull = Lull(timedelta(seconds=pause), timedelta(seconds=longest))
    due = due_at(after(*seconds), lull)
    assert due == due_at(after(*sorted(seconds)), lull)
    first = START + timedelta(seconds=min(seconds))
    assert first <= due <= first + lull.longest
