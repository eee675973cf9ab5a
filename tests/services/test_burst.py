"""A burst is read joined, in one turn, after a lull; some things end the wait."""

from datetime import timedelta

from onestep.domain.lull import Lull
from onestep.services import by_hand
from tests.services.world import AWAY

LULL = Lull(timedelta(seconds=3), timedelta(seconds=15))


def test_one_turn_over_a_burst(new_world):
    """Messages that follow each other within the lull are one turn with one reply."""
    world = new_world(lull=LULL)
    sam = world.add()
    for text in ("been", "sleeping", "better"):
        world.write(text)
        world.wait(seconds=2)
    assert world.bot.heard == []
    world.wait(seconds=1)
    assert world.bot.texts() == [["been", "sleeping", "better"]]
    assert world.keys(sam) == ["ask_how"]
    world.check_everything_is_covered()


def test_the_wait_has_an_end(new_world):
    """Somebody who never pauses is answered fifteen seconds after the first message."""
    world = new_world(lull=LULL)
    world.add()
    for number in range(7):
        world.write(f"line {number}")
        world.wait(seconds=2)
    assert world.bot.heard == []
    world.wait(seconds=1)
    assert world.bot.texts() == [[f"line {number}" for number in range(7)]]


def test_a_command_ends_the_wait(new_world):
    """STOP is handled at once; what was written before it is handled before it."""
    world = new_world(lull=LULL)
    sam = world.add()
    world.write("been better")
    world.write("STOP")
    assert world.bot.texts() == [["been better"]]
    assert world.client(sam).contact == "stopped"
    assert world.keys(sam) == ["stopped"]


def test_danger_does_not_wait(new_world):
    """The fixed reply goes at once, in the middle of a burst."""
    world = new_world(lull=LULL)
    sam = world.add()
    world.write("been")
    world.write("I want to kill myself")
    assert world.keys(sam) == ["concern_now"]
    world.wait(seconds=20)
    assert world.bot.heard == []  # the person has it now: what came before goes to them too
    world.check_everything_is_covered()


def test_a_check_in_does_not_cut_a_burst(new_world):
    """An event that falls due meanwhile waits behind the burst, and does not tear it apart."""
    world = new_world(lull=LULL)
    sam = world.add()
    world.write("been")
    by_hand.make_check_in_due(world.app, sam)
    world.go()
    world.write("better")
    assert world.bot.heard == []
    world.wait(seconds=3)
    assert world.bot.texts()[0] == ["been"]
    world.check_everything_is_covered()


def test_messages_while_the_bot_is_away_are_one_turn_later(new_world):
    """Everything written meanwhile is turned together, in order, when the bot is back."""
    world = new_world(lull=LULL)
    sam = world.add()
    world.bot.fault = AWAY
    for text in ("one", "two", "three"):
        world.write(text)
        world.wait(minutes=1)
    assert world.keys(sam) == ["bot_away"]
    world.bot.fault = None
    world.wait(seconds=5)
    assert world.bot.texts() == [["one", "two", "three"]]
    assert world.keys(sam) == ["bot_away", "ask_how"]
    world.check_everything_is_covered()


def test_other_clients_do_not_wait(new_world):
    """One client's burst delays nobody else's turn."""
    world = new_world(lull=LULL)
    world.add()
    dee = world.add("Dee", phone="1002")
    world.write("been")
    world.wait(seconds=2, go=False)
    world.write("all good", phone="1002")
    world.wait(seconds=3)
    assert world.keys(dee) == ["ask_how"]
