"""Every kind of person lives some weeks with Onestep, through the whole service and the real bot.

ONESTEP_TEST_LONG=1: twenty seeds a person; otherwise one.
"""

import os
from collections import Counter

import pytest

from tests.personas.checks import faults, told_again
from tests.personas.living import live
from tests.personas.people import KINDS, persona, personas

LONG = bool(os.environ.get("ONESTEP_TEST_LONG"))
SEEDS = 20 if LONG else 1
DAYS = 14
LINES_WHERE_IT_MATTERS = 10
TOLD_AGAIN_AT_MOST = 0.03
# With one seed a person there are some sixty check-ins: two may be by chance.
GRACE = 0 if LONG else 2


@pytest.fixture(scope="session")
def tally():
    """Check-ins held, and those in which something was asked that had been told."""
    return Counter()


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", personas())
def test_weeks(room, name, tally):
    """No breach of conduct, no failed turn, no lost word, no third push, no budget overspent."""
    wrong = {}
    for seed in range(1, SEEDS + 1):
        with live(room, name, seed, days=DAYS) as life:
            wrong |= {f"{name} {seed}": found for found in [faults(life)] if found}
            held, again = told_again(life)
        tally["held"] += held
        tally["again"] += len(again)
    assert not wrong


@pytest.mark.slow
def test_what_was_told_is_not_asked(tally):
    """Over all of them, at most 3 check-ins in 100 ask for what the client had told."""
    if not tally["held"]:
        pytest.skip("counts what the other tests of this file lived")
    assert tally["again"] <= TOLD_AGAIN_AT_MOST * tally["held"] + GRACE, tally


@pytest.mark.parametrize("name", personas())
def test_everybody_has_words(name):
    """Each person has lines of their own for the opening question, and some for any other."""
    who = persona(name)
    assert who.about
    assert set(who.habits) == {"answers", "bursts", "chooses", "unprompted", "detours"}
    assert len(who.says("open")) >= LINES_WHERE_IT_MATTERS
    assert all(who.says(kind) for kind in set(KINDS.values()) | {"detour", "unprompted"})
