"""The screen on our own labelled messages: what it reaches today may not fall."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from onestep.safety import Level, ready, screen
from onestep.safety.rules import HERE as SAFETY
from tests.safety.own_sets import (
    HELD_OUT,
    LEVELS,
    TEST_SET,
    Row,
    labelled,
    ordinary,
    requests,
    runs,
)

pytestmark = pytest.mark.slow
TRAINING = SAFETY / "en" / "training"
# What is reached (docs/screen.md), with a little slack; the aims are 0.97 and 0.92.
SEEN_TODAY, NOW_TODAY = 0.78, 0.30
# One in so many is read where every test runs; all of them in `make test-long`.
EVERY = 1 if os.environ.get("ONESTEP_TEST_LONG") else 5


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    ready()


def _levels(rows: list[Row]) -> Counter[Level]:
    return Counter(screen(row.text).level for row in rows)


def test_ordinary_answers_ring_nobody() -> None:
    """Safety page, Targets: at most 4 false *now* and 60 *soft* in a thousand ordinary answers.

    Two more than that are let pass: another processor rounds the sentence model otherwise.
    """
    rows = ordinary()
    assert len(rows) >= 3000
    found = _levels(rows[::EVERY])
    assert found[Level.NOW] / found.total() <= (0.006 if EVERY == 1 else 0.010)
    assert found[Level.SOFT] / found.total() <= (0.060 if EVERY == 1 else 0.080)


def test_what_is_seen_today_is_seen_tomorrow() -> None:
    """Of what a careful reader would ring somebody for, the share that reaches a person."""
    found = _levels([row for row in labelled(TEST_SET) if row.level == "now"][:: min(EVERY, 2)])
    slack = 0 if EVERY == 1 else 0.03
    assert (found[Level.NOW] + found[Level.SOFT]) / found.total() >= SEEN_TODAY - slack
    assert found[Level.NOW] / found.total() >= NOW_TODAY - slack


@pytest.mark.parametrize("folder", [TEST_SET, TRAINING], ids=["test set", "training"])
def test_every_line_is_there_once(folder) -> None:
    """Each with a level, and no line twice."""
    rows = labelled(folder)
    assert {row.level for row in rows} == set(LEVELS)
    again = [text for text, n in Counter(row.text.lower() for row in rows).items() if n > 1]
    assert again == []


def test_nothing_measured_was_trained_on() -> None:
    """No five words in a row of a line in training stand in what is measured with."""
    trained = [*labelled(TRAINING), *requests(TRAINING)]
    learnt = set().union(*(runs(row.text) for row in trained))
    measured = [*labelled(TEST_SET), *requests(TEST_SET), *ordinary()]
    assert [row.text for row in measured if runs(row.text) & learnt] == []
    assert len(list(HELD_OUT.glob("*.txt"))) >= 50
