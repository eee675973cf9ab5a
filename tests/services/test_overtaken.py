"""A post that a provider brings again, behind a later one, takes nothing of that one back."""

from datetime import timedelta

import pytest

from channels.base import ContactChange
from onestep.services.contact_change import contact_change
from onestep.storage import clients
from onestep.storage.models import Inbox
from tests.databases import both_databases

pytestmark = both_databases
NUMBER = "+447700900101"


def at(world, minutes):
    """So many minutes from now."""
    return world.app.clock() + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("later", "earlier", "becomes"),
    [
        ("START", "STOP", "active"),
        ("RESUME", "PAUSE", "active"),
        ("STOP", "START", "stopped"),
        ("PAUSE", "RESUME", "paused"),
        ("PAUSE", "STOP", "stopped"),
    ],
)
def test_the_earlier_comes_behind(world, later, earlier, becomes):
    """Whatever comes last: what the client sent last stands, and only that is confirmed."""
    sam = world.add()
    world.write(later, sent_at=at(world, 0))
    before = len(world.phone())
    world.write(earlier, sent_at=at(world, -1))
    assert world.client(sam).contact == becomes
    if becomes != "stopped" or later == "STOP":
        assert len(world.phone()) == before
    assert world.kept(sam) == [later, earlier]
    world.check_everything_is_covered()


def test_by_two_clocks(world):
    """One channel's clock an hour ahead keeps no START from working that comes by another."""
    sam = world.add()
    with world.app.db.write() as session:
        now = world.app.clock()
        clients.add_address(session, client_id=sam, channel="sms", value=NUMBER, now=now)
    world.write("STOP", channel="sms", phone=NUMBER, sent_at=at(world, 60))
    assert world.client(sam).contact == "stopped"
    world.write("start", sent_at=at(world, 0))
    assert world.client(sam).contact == "active"


def test_a_block_that_was_taken_away_since(world):
    """Blocked, and back with /start: the block that comes late stops nothing; a later one does."""
    sam = world.add(contact="stopped")
    world.write("start", sent_at=at(world, 0))
    for minutes, becomes in ((-1, "active"), (1, "stopped")):
        contact_change(
            world.app,
            ContactChange(
                "telegram", f"b{minutes}", "1001", "blocked", sent_at=at(world, minutes)
            ),
        )
        assert world.client(sam).contact == becomes


def test_a_block_behind_a_start_that_waits(world):
    """A START that nobody has got to yet does not begin anything behind the block."""
    sam = world.add(contact="stopped")
    world.write("start", go=False)
    contact_change(world.app, ContactChange("telegram", "b", "1001", "blocked"))
    world.go()
    assert world.client(sam).contact == "stopped"
    assert world.phone() == []
    assert {row.state for row in world.rows(Inbox)} == {"done"}
