"""A channel that refuses us: one alarm, its queue is held and lost nowhere, alerts are tried."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.errors import Gone, NotSent, OurFault, Refused, Unknown
from onestep.services import outbox_by_hand
from onestep.services.deliver_outcome import PROBE_EACH
from onestep.storage.models import Hold, Outbox
from tests.services.network import put

pytestmark = pytest.mark.slow

PHONES = [str(2000 + number) for number in range(5)]


@pytest.fixture
def refused(world):
    """A world of five clients whose channel refuses us, and the channel."""
    for phone in PHONES:
        world.add(phone, phone=phone)
    return world, put(world, OurFault())


def everyone_writes(world):
    """One message from each."""
    for phone in PHONES:
        world.write("been better", phone=phone, go=False)
    world.go()


def alarms(caplog):
    """How often the operator was told."""
    return [line.getMessage() for line in caplog.records if "is held" in line.getMessage()]


def test_one_alarm_and_a_queue_that_waits(refused, caplog):
    """The first refusal holds the channel: nothing else is tried, nothing is counted as a try."""
    world, channel = refused
    with caplog.at_level(logging.ERROR):
        everyone_writes(world)
        for _ in range(10):
            world.wait(minutes=3)
    assert len(channel.tried) == 11  # the first, and one probe each time
    assert len(alarms(caplog)) == 1
    assert "onestep outbox resume telegram" in alarms(caplog)[0]
    rows = world.rows(Outbox)
    assert {row.state for row in rows} == {"ready"}
    assert {row.attempts for row in rows} == {0}


def test_a_probe_that_goes_through_lets_all_go(refused):
    """One message tries it each minute; when it goes, the rest follows, once each, in order."""
    world, channel = refused
    everyone_writes(world)
    channel.error = None
    world.wait(go=True, seconds=PROBE_EACH.total_seconds() - 1)
    assert len(channel.tried) == 1
    world.wait(seconds=1)
    assert {row.state for row in world.rows(Outbox)} == {"sent"}
    assert [len(world.phone(phone)) for phone in PHONES] == [1] * 5
    assert world.rows(Hold) == []


def test_the_operator_says_that_it_goes(refused):
    """By hand it goes on at once."""
    world, channel = refused
    everyone_writes(world)
    channel.error = None
    outbox_by_hand.resume(world.app.db, "telegram", now=world.app.clock())
    world.go()
    assert {row.state for row in world.rows(Outbox)} == {"sent"}


@pytest.mark.parametrize("error", [NotSent(), Unknown()], ids=["not sent", "unknown"])
def test_silence_is_no_sign_that_it_goes(refused, error):
    """A probe that nobody answered leaves the channel held."""
    world, channel = refused
    everyone_writes(world)
    channel.error = error
    world.wait(seconds=60)
    assert [hold.what for hold in world.rows(Hold)] == ["telegram"]
    assert len(channel.tried) == 2


@pytest.mark.parametrize("error", [Gone(), Refused()], ids=["gone", "refused"])
def test_a_provider_that_judges_the_message_takes_us(refused, error):
    """A refusal of the message or of the address is an answer: our account is good again."""
    world, channel = refused
    everyone_writes(world)
    channel.error = error
    world.wait(seconds=60)
    assert world.rows(Hold) == []


def test_it_holds_over_a_restart(new_world):
    """A service that is started again does not run into the same wall with every message."""
    world = new_world()
    world.add()
    put(world, OurFault())
    world.write("been better")
    world.close()
    again = new_world()
    channel = put(again, OurFault())
    again.write("and better still")
    assert channel.tried == []


def test_alerts_are_still_tried(refused):
    """While ordinary messages wait, the reply to danger is tried; when it goes, all is well."""
    world, channel = refused
    everyone_writes(world)
    tried = len(channel.tried)
    world.write("I want to kill myself", phone=PHONES[0])
    assert len(channel.tried) == tried + 1
    channel.error = None
    world.wait(seconds=2)
    assert {row.state for row in world.rows(Outbox, lane="alert")} == {"sent"}
    assert {row.state for row in world.rows(Outbox, lane="ordinary")} <= {"sent", "cancelled"}


def test_other_channels_go_on(refused):
    """One channel is held, not the service."""
    world, _ = refused
    world.add("Dee", "sms", "07700900020")
    everyone_writes(world)
    world.write("been better", phone="07700900020", channel="sms")
    assert len(world.phone("07700900020", "sms")) == 1


def test_what_grew_old_while_held_is_not_sent(refused):
    """An answer of yesterday answers nothing: it is cancelled with its reason."""
    world, channel = refused
    everyone_writes(world)
    channel.error = None
    world.app.clock.move(timedelta(days=1))
    world.go()
    assert {(row.state, row.reason) for row in world.rows(Outbox)} == {("cancelled", "too_old")}


def test_a_channel_that_is_no_longer_configured_is_held(world, caplog):
    """Its messages wait, one alarm says so, and other channels' clients are served."""
    world.add()
    world.add("Mo", channel="sms", phone="07700900001")
    world.app = replace(world.app, channels={"sms": world.app.channels["sms"]})
    with caplog.at_level(logging.ERROR):
        world.write("been better", go=False)
        world.write("been better", channel="sms", phone="07700900001")
    assert len(alarms(caplog)) == 1
    assert len(world.phone("07700900001", "sms")) == 1
    assert [row.state for row in world.rows(Outbox)] == ["ready", "sent"]
