"""A client closes an address to us: silence, as after STOP, until they write START."""

import pytest

from channels.base import ContactChange
from channels.errors import OptedOut
from onestep.services.converse import converse
from onestep.services.provider_events import take_in_event
from onestep.storage.models import Aside, Message, Outbox
from tests.services.network import put


@pytest.fixture
def sam(world):
    """Sam, who is in contact."""
    return world.add()


def tell(world, change, id="c1", sender="1001"):
    """The provider tells it."""
    take_in_event(world.app, ContactChange("telegram", id, sender, change))
    world.go()


@pytest.mark.parametrize("change", ["blocked", "opted_out"])
def test_a_block_is_stop(world, sam, change):
    """What was ready is not sent, nothing more is, and only START brings them back."""
    world.write("been better", go=False)
    world.run(converse(world.app))
    tell(world, change)
    assert world.client(sam).contact == "stopped"
    assert [row.state for row in world.rows(Outbox)] == ["cancelled"]
    world.write("hello?")
    tell(world, "unblocked", id="c2")
    assert world.client(sam).contact == "stopped"
    assert world.phone() == []
    world.write("start")
    assert world.client(sam).contact == "active"
    assert len(world.phone()) == 1


def test_an_opt_in_is_start(world, sam):
    """What their carrier takes for START is their own word; told twice, it starts once."""
    tell(world, "opted_in")  # who never stopped: nothing
    assert world.phone() == []
    tell(world, "opted_out", id="c2")
    for _ in range(2):
        tell(world, "opted_in", id="c3")
    assert world.client(sam).contact == "active"
    assert len(world.phone()) == 1


def test_start_and_the_opt_in_that_comes_with_it(world, sam):
    """One text, told as a message and as an opt-in, starts once and is said once."""
    tell(world, "opted_out")
    world.write("start", go=False)
    tell(world, "opted_in", id="c2")
    assert world.client(sam).contact == "active"
    assert len(world.phone()) == 1
    assert world.bot.heard == []


def test_the_same_block_again_stops_nobody_who_came_back(world, sam):
    """A provider that brings it twice changes nothing the second time."""
    tell(world, "blocked")
    world.write("start")
    tell(world, "blocked")
    assert world.client(sam).contact == "active"
    assert len([row for row in world.rows(Message) if row.kind == "blocked"]) == 1


def test_a_block_by_nobody_we_know(world):
    """Nothing is kept of it, neither here nor aside."""
    tell(world, "blocked", sender="9999")
    assert world.rows(Message) == world.rows(Aside) == []


def test_a_send_that_finds_the_address_closed_is_stop(world, sam):
    """21610, or a block nobody told us of: stopped, not unreachable; START is answered."""
    channel = put(world, OptedOut())
    world.write("been better")
    assert world.client(sam).contact == "stopped"
    channel.error = None
    world.write("start")
    assert world.client(sam).contact == "active"
    assert len(world.phone()) == 1
