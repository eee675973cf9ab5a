"""A machine whose clock jumps: everything but alerts stops until the time can be trusted (R8)."""

import logging
from dataclasses import replace

import pytest

from onestep.services import by_hand, outbox_by_hand
from onestep.services.clock_watch import ClockWatch
from onestep.storage.models import CheckIn, Hold, Inbox, Outbox

pytestmark = pytest.mark.slow

NOW = 1_772_620_200.0  # a wall clock, in seconds
JUMPS = [301, -301, 3600, -3600, 10 * 365 * 86400]


class Machine:
    """Its two clocks: one that anybody may set, and one that nobody can."""

    def __init__(self, world) -> None:
        self.wall, self.steady, self.world = NOW, 50.0, world
        self.watch()

    def watch(self) -> None:
        """The service starts on this machine."""
        watch = ClockWatch(wall=lambda: self.wall, steady=lambda: self.steady)
        self.world.app = replace(self.world.app, watch=watch)

    def run(self, seconds) -> None:
        """Time goes by, as both clocks see it; service time follows the wall clock."""
        self.wall, self.steady = self.wall + seconds, self.steady + seconds
        self.world.wait(seconds=seconds)

    def jump(self, seconds, *, go=True) -> None:
        """Somebody sets the clock."""
        self.wall += seconds
        self.world.wait(seconds=seconds, go=go)


@pytest.fixture
def machine(world):
    """A machine on which the service runs."""
    found = Machine(world)
    world.go()
    return found


def held(world):
    """What is held."""
    return [hold.what for hold in world.rows(Hold)]


@pytest.mark.parametrize("seconds", JUMPS)
def test_a_jump_stops_all_but_alerts(world, machine, seconds, caplog):
    """No turn, check-in or ordinary message; danger is answered; one alarm, in plain words."""
    sam = world.add(rhythm="every_n_days", every_days=1)
    world.go()
    planned = [(row.state, row.due_at) for row in world.rows(CheckIn)]
    by_hand.make_check_in_due(world.app, sam)
    world.write("been better", go=False)
    with caplog.at_level(logging.ERROR):
        machine.jump(seconds)
        for _ in range(5):
            machine.run(60)
    assert world.phone() == []
    assert {row.state for row in world.rows(Inbox)} == {"waiting"}
    assert len(world.rows(CheckIn)) <= len(planned) + 1
    assert held(world) == ["clock"]
    told = [line.getMessage() for line in caplog.records]
    assert len(told) == 1
    assert "clock of this machine jumped" in told[0]
    assert "onestep outbox resume clock" in told[0]
    world.write("I want to kill myself")
    assert [row.state for row in world.rows(Outbox, lane="alert")] == ["sent"]


@pytest.mark.parametrize("seconds", [299, -299])
def test_less_than_five_minutes_is_no_jump(world, machine, seconds):
    """A clock that is set by a little goes on."""
    world.add()
    machine.jump(seconds)
    world.write("been better")
    assert len(world.phone()) == 1


def test_service_time_may_be_moved(world, machine):
    """The demo moves time on by weeks; the machine's clock has nothing to do with it."""
    world.add()
    world.wait(weeks=3)
    world.write("been better")
    assert len(world.phone()) == 1
    assert held(world) == []


def test_right_again_for_five_minutes(world, machine):
    """Put back in time, everything goes on by itself, but not before five minutes."""
    world.add()
    machine.jump(3600)
    world.write("been better", go=False)
    machine.jump(-3600)
    machine.run(299)
    assert world.phone() == []
    machine.run(1)
    assert len(world.phone()) == 1
    assert held(world) == []


def test_jumping_again_begins_the_five_minutes_anew(world, machine):
    """A clock that goes to and fro is not trusted."""
    world.add()
    machine.jump(3600)
    machine.jump(-3600)
    machine.run(200)
    machine.jump(7200)
    machine.jump(-7200)
    machine.run(299)
    assert held(world) == ["clock"]
    machine.run(1)
    assert held(world) == []


def test_the_operator_says_that_the_time_is_right(world, machine):
    """After a true correction somebody says so: it goes on at once, and watches from there."""
    world.add()
    machine.jump(3600)
    world.write("been better", go=False)
    outbox_by_hand.resume(world.app.db, "clock", now=world.app.clock())
    world.go()
    assert len(world.phone()) == 1
    machine.run(60)
    assert held(world) == []
    machine.jump(-3600)
    assert held(world) == ["clock"]


def test_it_holds_over_a_restart(world, machine):
    """A service started again cannot know whether the time is right: a person says so."""
    world.add()
    machine.jump(3600)
    machine.watch()
    world.write("been better")
    machine.run(3600)
    assert world.phone() == []
    outbox_by_hand.resume(world.app.db, "clock", now=world.app.clock())
    world.go()
    assert len(world.phone()) == 1


def test_a_clock_set_after_a_restart_frees_nothing(world, machine):
    """To and fro under a service that never saw the right time says nothing about it."""
    world.add()
    machine.jump(3600)
    machine.watch()
    world.go()
    machine.jump(7200)
    machine.jump(-7200)
    machine.run(600)
    assert held(world) == ["clock"]


def test_no_flood_after_the_jump(world, machine):
    """Ten years on, said to be right: each client is asked once at most."""
    for number in range(20):
        world.add(str(number), phone=str(3000 + number), rhythm="every_n_days", every_days=1)
    world.go()
    machine.jump(10 * 365 * 86400)
    outbox_by_hand.resume(world.app.db, "clock", now=world.app.clock())
    for _ in range(6):
        machine.run(600)
    assert max(len(world.phone(str(3000 + number))) for number in range(20)) <= 1
