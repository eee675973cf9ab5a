"""The demo's clock: a move in one process is the time in all of them, also after a restart."""

from datetime import UTC, datetime, timedelta

from onestep.services.moved_clock import MovedClock

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def clock(folder):
    """The clock of one process."""
    return MovedClock(fixed=NOON, file=folder / "clock")


def test_a_move_counts_everywhere_at_once(tmp_path):
    """Also two in a row, faster than a file system's clock ticks."""
    web, worker = clock(tmp_path), clock(tmp_path)
    assert worker() == NOON
    for hours in range(1, 50):
        web.move(timedelta(hours=1))
        assert worker() == web() == NOON + timedelta(hours=hours)


def test_time_does_not_go_back_at_a_restart(tmp_path):
    """What was moved stays moved."""
    clock(tmp_path).move(timedelta(days=7))
    assert clock(tmp_path)() == NOON + timedelta(days=7)
    clock(tmp_path).move(timedelta(days=1))
    assert clock(tmp_path)() == NOON + timedelta(days=8)
