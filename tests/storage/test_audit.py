"""The audit log is only added to, and says where somebody changed it all the same."""

import pytest
from sqlalchemy import delete, update

from onestep.storage import audit
from onestep.storage.models import Audit
from tests.databases import both_databases


@pytest.fixture
def told(world):
    """Three lines in a log."""
    with world.app.db.write() as session:
        for what in ("signed_in", "read_client", "signed_out"):
            audit.record(session, who="c1", what=what, whom="sam", now=world.app.clock())
    return world


def checked(world):
    """What a walk along the chain finds."""
    with world.app.db.read() as session:
        return audit.check(session)


@both_databases
def test_a_whole_chain_is_whole(told):
    """What was only added to fits, on either database."""
    assert checked(told) == audit.Whole(3, None)


@both_databases
@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        (update(Audit).where(Audit.seq == 2).values(whom="dee"), 2),
        (update(Audit).where(Audit.seq == 1).values(who="c2"), 1),
        (delete(Audit).where(Audit.seq == 2), 3),
        (update(Audit).where(Audit.seq == 3).values(seq=7), 7),
    ],
)
def test_a_line_that_was_changed_or_taken_out_is_found(told, change, broken_at):
    """Whoever writes to the database without our keys leaves a line that does not fit."""
    with told.app.db.write() as session:
        session.execute(change)
    assert checked(told).broken_at == broken_at


def test_lines_that_changed_places_are_found(told):
    """The order counts too."""
    with told.app.db.write() as session:
        session.execute(update(Audit).where(Audit.seq == 1).values(seq=99))
        session.execute(update(Audit).where(Audit.seq == 2).values(seq=1))
        session.execute(update(Audit).where(Audit.seq == 99).values(seq=2))
    assert checked(told).broken_at == 1
