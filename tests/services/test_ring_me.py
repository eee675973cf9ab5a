"""A missed call is a wish to be rung: a line for the coach, and one text that says so."""

import pytest

from channels.base import Inbound
from onestep.services import hand_off
from onestep.services.provider_events import take_in_event
from onestep.storage.models import Aside, Ask, Message
from tests.databases import both_databases

pytestmark = both_databases

SAM = "+447700900101"


@pytest.fixture
def sam(world):
    """Sam, who is in contact by text."""
    return world.add(channel="sms", phone=SAM)


def ring(world, id="CA1", phone=SAM):
    """Lets it ring; the number nobody answers."""
    take_in_event(world.app, Inbound("sms", id, phone, kind="call"))
    world.go()


def texts(world):
    """What lies on Sam's phone."""
    return [shown.text for shown in world.phone(SAM, "sms")]


def asked(world):
    """The lines for the coach about it."""
    return world.rows(Ask, about="ring_me")


def test_the_coach_is_asked_and_the_client_is_told(world, sam):
    """One line, one text that names who was told; the same call posted again changes nothing."""
    for _ in range(2):
        ring(world)
    (ask,) = asked(world)
    assert ask.client_id == sam
    (text,) = texts(world)
    assert "Ana" in text
    assert world.bot.heard == []
    world.check_everything_is_covered()


def test_ringing_again_and_again(world, sam):
    """One line until it is done, and a text an hour at most."""
    for number in range(5):
        ring(world, f"CA{number}")
    assert (len(asked(world)), len(texts(world))) == (1, 1)
    world.wait(hours=2)
    ring(world, "CA9")
    assert (len(asked(world)), len(texts(world))) == (1, 2)


def test_in_quiet_hours_they_are_told_all_the_same(world, sam):
    """It answers what they did just now."""
    world.wait(hours=13)
    ring(world)
    assert len(texts(world)) == 1


@pytest.mark.parametrize("contact", ["paused", "ended", "unreachable"])
def test_who_is_quiet_is_told(world, sam, contact):
    """They rang: one text, no question, and nothing is begun."""
    world.change(sam, contact=contact)
    ring(world)
    assert (len(asked(world)), len(texts(world))) == (1, 1)
    assert world.client(sam).contact == contact


def test_never_after_stop(world, sam):
    """The coach can ring them; nothing is sent."""
    world.write("STOP", phone=SAM, channel="sms", stop_confirmed=True)
    ring(world)
    assert len(asked(world)) == 1
    assert texts(world) == []


def test_never_during_a_hand_off(world, sam):
    """A person has the talk: the line alone."""
    hand_off.open_by_coach(world.app, sam)
    ring(world)
    assert len(asked(world)) == 1
    assert texts(world) == []


def test_a_question_that_is_open_stays_open(world, sam):
    """A call between two texts answers nothing and takes nothing away."""
    world.write("been better", phone=SAM, channel="sms")
    ring(world)
    world.write("I went for a walk", phone=SAM, channel="sms")
    assert len(texts(world)) == 3
    assert world.kept(sam) == ["been better", "", "I went for a walk"]


def test_nobody_we_know(world):
    """A stranger's call is kept for a person; nothing is sent to them."""
    ring(world)
    assert [row.reason for row in world.rows(Aside)] == ["no_place"]
    assert world.rows(Message) == []
