"""What came while nobody answered the webhook: asked for, and taken in as if it was posted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from channels.base import ContactChange, Inbound
from channels.errors import NotSent, OurFault
from onestep.services import missed, provider_events
from onestep.services.missed import ASK_EACH, OVERLAP, TELL_AFTER
from onestep.services.provider_events import take_in_event
from onestep.services.receive import receive
from onestep.storage import clients
from onestep.storage.models import Address, Alert, Aside, Heard, Inbox, Message
from tests.databases import both_databases
from tests.services.network import Network, put

pytestmark = [both_databases, pytest.mark.slow]

MINUTE = timedelta(minutes=1)


class Lists(Network):
    """A channel that lists what it has, from when it is asked; or fails."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.has, self.asked, self.fails = [], [], None

    async def arrived(self, *, since):
        """Everything, with what stands behind it."""
        self.asked.append(since)
        if self.fails is not None:
            raise self.fails
        return [each for each in self.has if (each.sent_at or since) >= since]


@pytest.fixture
def listed(world):
    """Sam is in contact by text; the channel was asked once, when nothing was there."""
    world.add(channel="sms")
    channel = put(world, name="sms", kind=Lists)
    world.go()
    channel.asked.clear()
    return channel


def text(world, words, id, *, ago=0, sender="1001"):
    """A text of so many minutes ago."""
    at = world.app.clock() - ago * MINUTE
    return Inbound("sms", id, sender, words, sent_at=at)


def said(world):
    """Every text that is kept, in order."""
    return [row.provider_id for row in world.rows(Message, direction="in")]


def test_taken_in_once_in_order_at_its_own_hour(world, listed):
    """T8: away for 23 hours, all is there within minutes, each with the hour it was written."""
    began = world.app.clock()
    world.app.clock.move(timedelta(hours=23))
    listed.has = [text(world, "one", "a", ago=1300), text(world, "two", "b", ago=600)]
    for _ in range(3):
        world.wait(minutes=2)
    assert said(world) == ["a", "b"]
    hours = [began + timedelta(hours=23) - each * MINUTE for each in (1300, 600)]
    assert [row.at for row in world.rows(Message, direction="in")] == hours
    assert listed.asked[0] == began - OVERLAP
    assert world.bot.texts() == [["one", "two"]]
    world.check_everything_is_covered()


def test_danger_rings_with_its_own_hour(world, listed):
    """A concern that was missed is one all the same, and says when it was written."""
    world.app.clock.move(timedelta(hours=3))
    listed.has = [text(world, "I want to kill myself", "a", ago=120)]
    world.go()
    (alert,) = world.rows(Alert)
    assert alert.at == world.app.clock() - 120 * MINUTE
    assert len(world.phone(channel="sms")) == 1


def test_what_a_post_brought_is_not_taken_in_again(world, listed):
    """The same message by both ways is one, whichever was first."""
    receive(world.app, text(world, "by post", "a"))
    listed.has = [text(world, "by post", "a"), text(world, "not by post", "b")]
    world.wait(minutes=2)
    receive(world.app, text(world, "not by post", "b"))
    world.wait(minutes=2)
    assert said(world) == ["a", "b"]


def test_a_picture_by_both_ways_is_one(world, listed):
    """What was kept aside of a post is not kept aside a second time."""
    picture = Inbound("sms", "a", "1001", kind="attachment")
    provider_events.take_in_event(world.app, picture)
    listed.has = [replace(picture, sent_at=world.app.clock())]
    world.wait(minutes=2)
    assert len(world.rows(Aside)) == 1


def test_stop_that_was_missed_stops(world, listed):
    """STOP, START and what they tell of the number are as good late, and told once."""
    (sam,) = [row.client_id for row in world.rows(Address)]
    listed.has = [
        text(world, "Stop.", "a", ago=1),
        ContactChange("sms", "a-opted_out", "1001", "opted_out"),
    ]
    world.wait(minutes=2)
    assert world.client(sam).contact == "stopped"
    receive(world.app, text(world, "start", "b"))
    world.wait(minutes=2)
    assert world.client(sam).contact == "active"


def test_what_came_before_this_service_is_left_alone(world):
    """A number that had texts before is not answered for them."""
    channel = put(world, name="sms", kind=Lists)
    channel.has = [text(world, "hello?", "a", ago=60)]
    world.wait(minutes=4)
    assert said(world) == []


def test_asked_every_few_minutes(world, listed):
    """Not more often, and also after the clock was set back."""
    for _ in range(4):
        world.wait(minutes=1)
    assert len(listed.asked) == 2
    world.app.clock.move(-timedelta(hours=1))
    world.go()
    assert len(listed.asked) == 3
    assert timedelta(0) < ASK_EACH <= 5 * MINUTE  # T8


@pytest.mark.parametrize(
    ("fault", "from_"), [(NotSent(), TELL_AFTER), (ValueError("a"), TELL_AFTER), (OurFault(), 1)]
)
def test_a_failure_is_told_once_and_nothing_is_lost(world, listed, caplog, fault, from_):
    """One alarm a spell, without words; then all since the last good answer is asked for."""
    until = world.rows(Heard)[0].until
    listed.fails = fault
    for number in range(1, 6):
        world.wait(minutes=2)
        told = [each for each in caplog.messages if "cannot be asked" in each]
        assert len(told) == (number >= from_)
    listed.fails, listed.has = None, [text(world, "hello", "a", ago=5)]
    world.wait(minutes=2)
    assert listed.asked[-1] == until - OVERLAP
    assert said(world) == ["a"]
    assert "hello" not in caplog.text


def test_what_cannot_be_taken_in_stands_in_nobodys_way(world, listed, monkeypatch):
    """A message that meets a fault of ours is kept aside; the next one is taken in."""
    real = provider_events.receive

    def broken(app, inbound):
        if inbound.provider_id == "a":
            raise ValueError
        return real(app, inbound)

    monkeypatch.setattr(provider_events, "receive", broken)
    listed.has = [text(world, "one", "a", ago=1), text(world, "two", "b", ago=1)]
    world.wait(minutes=2)
    assert said(world) == ["b"]
    assert len(world.rows(Aside)) == 1


def test_nothing_is_asked_for_while_messages_wait_in_the_spool(world, listed, monkeypatch):
    """What came while the database was away goes first."""
    monkeypatch.setattr(world.app.spool, "holds_any", lambda: True)
    world.run(missed.take_in_missed(world.app))
    world.app.clock.move(timedelta(minutes=5))
    world.run(missed.take_in_missed(world.app))
    assert listed.asked == []


def words(world, *said, known=()):
    """Texts of one word each, as listed, with what they change at the provider; `known` came."""
    changes = {"STOP": "opted_out", "START": "opted_in"}
    listed = []
    for number, (word, ago) in enumerate(said):
        inbound = replace(text(world, word, f"w{number}", ago=ago), late=True)
        told = [inbound]
        if word in changes:
            change, at = changes[word], inbound.sent_at
            told.append(
                ContactChange("sms", f"w{number}-x", "1001", change, sent_at=at, late=True)
            )
        listed += told
        if number in known:  # a post does not say when its text was sent
            for each in told:
                take_in_event(world.app, replace(each, sent_at=None, late=False))
            world.go()
    return listed


@pytest.mark.parametrize(
    ("said", "known", "becomes"),
    [
        ([("STOP", 5), ("START", 4)], {1}, "active"),
        ([("START", 5), ("STOP", 4)], {1}, "stopped"),
        ([("STOP", 9), ("START", 6), ("STOP", 3)], {0, 2}, "stopped"),
        ([("STOP", 9), ("START", 6)], {0}, "active"),
        ([("STOP", 5), ("START", 5)], {1}, "stopped"),  # at one moment: the quieter stands
        ([("START", 5), ("STOP", 5)], {1}, "stopped"),
        ([("STOP", 5), ("START", 4)], {}, "active"),
        ([("PAUSE", 5), ("RESUME", 4)], {1}, "active"),
        ([("RESUME", 5), ("PAUSE", 4)], {1}, "paused"),
        ([("PAUSE", 5), ("RESUME", 5)], {1}, "paused"),
        ([("PAUSE", 5), ("STOP", 4)], {1}, "stopped"),
        ([("START", 5), ("PAUSE", 4)], {1}, "paused"),
        ([("STOP", 5), ("RESUME", 4)], {1}, "stopped"),  # only START leaves a STOP
        ([("STOP", 5), ("PAUSE", 4)], {1}, "stopped"),
    ],
)
def test_words_count_as_they_were_sent(world, listed, said, known, becomes):
    """What was missed and what was handled since stand in the order the client sent them."""
    (sam,) = [row.client_id for row in world.rows(Address)]
    listed.has = words(world, *said, known=known)
    world.wait(minutes=2)
    assert world.client(sam).contact == becomes
    assert {row.state for row in world.rows(Inbox)} <= {"done"}


def test_what_was_taken_back_is_not_confirmed(world, listed):
    """Nobody is told that the messages stop, when they have long been started again."""
    listed.has = words(world, ("STOP", 5), ("START", 4), known={1})
    before = world.phone(channel="sms")
    world.wait(minutes=2)
    assert said(world)[-2:] == ["w0", "w0-x"]
    assert world.phone(channel="sms") == before


def test_by_which_clock(world, listed):
    """The order is the provider's: that our own clock was ahead makes no START the later one."""
    (sam,) = [row.client_id for row in world.rows(Address)]
    start = text(world, "START", "a", ago=14)
    take_in_event(world.app, replace(start, sent_at=None))
    world.go()
    listed.has = [replace(start, late=True), replace(text(world, "STOP", "b", ago=12), late=True)]
    world.wait(minutes=2)
    assert world.client(sam).contact == "stopped"


def test_danger_with_a_stop_that_was_taken_back(world, listed):
    """The danger rings all the same; the STOP beside it has no effect."""
    (sam,) = [row.client_id for row in world.rows(Address)]
    take_in_event(world.app, text(world, "START", "b", ago=3))
    world.go()
    listed.has = [replace(text(world, "I want to kill myself. STOP", "a", ago=5), late=True)]
    world.wait(minutes=2)
    assert len(world.rows(Alert)) == 1
    assert world.client(sam).contact == "active"


STRANGER = "+447700900999"


def on_phone(world, number=STRANGER):
    """What lies on a phone, by text."""
    return world.phone(number, channel="sms")


def test_a_strangers_late_text_is_answered_in_the_morning(world, listed):
    """Politeness about something written long ago wakes nobody; who writes now is answered now."""
    world.app.clock.move(timedelta(hours=13))  # half past eleven at night
    listed.has = [text(world, "hello?", "a", ago=120, sender=STRANGER)]
    world.go()
    assert said(world) == ["a"]
    assert on_phone(world) == []
    receive(world.app, text(world, "hello?", "b", sender="+447700900998"))
    world.wait(minutes=2)
    assert len(on_phone(world, "+447700900998")) == 1
    world.wait(hours=9)
    world.wait(minutes=25)
    assert on_phone(world) == []
    world.wait(minutes=10)
    assert len(on_phone(world)) == 1


def test_a_strangers_late_danger_is_answered_at_any_hour(world, listed):
    """Danger waits for nothing."""
    world.app.clock.move(timedelta(hours=13))
    listed.has = [text(world, "I want to kill myself", "a", ago=120, sender=STRANGER)]
    world.go()
    assert len(on_phone(world)) == 1


def test_a_stranger_who_is_known_by_the_morning(world, listed):
    """How to be recognised is not said to who has been recognised since."""
    world.app.clock.move(timedelta(hours=13))
    listed.has = [text(world, "hello?", "a", ago=120, sender=STRANGER)]
    world.go()
    kit = world.add("Kit", channel="sms", phone="+447700900997")
    with world.app.db.write() as session:
        clients.find_address(session, channel="sms", value=STRANGER).client_id = kit
    world.wait(hours=11)
    assert on_phone(world) == []


def test_a_pause_is_not_taken_back_by_older_words(world, listed):
    """'Carry on', written before PAUSE and read after it, is not about that pause."""
    (sam,) = [row.client_id for row in world.rows(Address)]
    receive(world.app, text(world, "PAUSE", "p"))
    world.go()
    listed.has = [text(world, "actually no, carry on", "a", ago=5)]
    world.wait(minutes=2)
    assert world.client(sam).contact == "paused"
    receive(world.app, text(world, "actually no, carry on", "b"))
    world.go()
    assert world.client(sam).contact == "active"
