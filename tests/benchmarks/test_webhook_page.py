"""The webhook's part of the page: its arithmetic and its table."""

from datetime import date

from benchmarks.webhook_page import Found, figures_of, nearest, section

FOUND = Found([number / 1000 for number in range(1, 201)], [1.0], (1.0, 2.0), {"web": 0.5})


def test_a_percentile_is_the_nearest_rank():
    """Of two hundred times the 198th is the p99; of one, that one."""
    assert nearest(FOUND.posts, 99) == 198
    assert nearest([0.007], 50) == 7


def test_each_run_has_its_line_and_verdict():
    """All figures of a run, the load it was taken under, and whether the p99 will do."""
    runs = {"waits": figures_of(FOUND)}
    on = date(2026, 1, 2)
    line = "| waits | 200 | 100.0 | 190.0 | 198.0 | 200.0 | 0.50, 0.00 | 1.0, 2.0 |"
    assert f"{line} **missed** |" in section(runs, on=on, per_second=100, limit=50)
    assert f"{line} met |" in section(runs, on=on, per_second=100, limit=198)
