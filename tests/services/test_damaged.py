"""A message damaged in the database is set aside for a person, and holds nobody up."""

import pytest

from onestep.services.converse import converse
from onestep.services.record_page import record_page
from onestep.storage.models import Alert, Client, Coach, Inbox, Message, Outbox
from onestep.storage.seal import new_keyring


def damage(world, message_id):
    """The message no longer opens."""
    with world.app.db.write() as session:
        session.get_one(Message, message_id).text = b"k1:nonsense"


def for_person(world, client):
    """What waits for the coach, by what it is about."""
    return [line.about for line in record_page(world.app, client).for_person]


def test_it_is_set_aside_once(world):
    """The coach has a line for it, the client's next message is answered, nothing is retried."""
    sam = world.add()
    received = world.write("been better", go=False)
    damage(world, received.message_id)
    world.go()
    assert for_person(world, sam) == ["unreadable"]
    assert world.bot.asked == 0
    world.write("and slept")
    assert world.bot.texts() == [["and slept"]]
    world.wait(hours=1)
    assert for_person(world, sam) == ["unreadable"]
    world.check_everything_is_covered()


def test_the_rest_of_a_burst_is_turned(world):
    """Of three messages in one breath, the two that open have their turn together, in order."""
    sam = world.add()
    ids = [world.write(text, go=False).message_id for text in ("one", "two", "three")]
    damage(world, ids[1])
    world.go()
    assert world.bot.texts() == [["one", "three"]]
    assert for_person(world, sam) == ["unreadable"]
    world.check_everything_is_covered()


def test_others_go_on(world):
    """The next client in the queue is answered in the same look."""
    world.add()
    dee = world.add("Dee", phone="1002")
    damage(world, world.write("been better", go=False).message_id)
    world.write("fine", phone="1002", go=False)
    world.go()
    assert world.keys(dee) == ["ask_how"]


def test_later_messages_come_in(world):
    """One damaged message does not keep the next from being screened and kept."""
    sam = world.add()
    damage(world, world.write("been better").message_id)
    assert world.write("and slept").new
    assert world.keys(sam) == ["ask_how", "ask_how"]


def test_the_record_still_opens(world):
    """A page with a damaged line shows the others."""
    sam = world.add()
    damage(world, world.write("i cant cope any more").message_id)
    world.write("and slept")
    page = record_page(world.app, sam)
    assert "and slept" in [line.text for line in page.thread]
    assert next(line.text for line in page.thread if line.who == "client") is None


def test_with_the_wrong_keys_nothing_is_set_aside(new_world):
    """Nothing of the client opens: it is the keys that are wrong, and every row waits for them."""
    world = new_world()
    sam = world.add()
    world.write("been better", go=False)
    right, world.app.db.keyring = world.app.db.keyring, new_keyring()
    with pytest.raises(Exception, match="does not open"):
        world.go()
    assert [row.state for row in world.rows(Inbox)] == ["working"]
    world.app.db.keyring = right
    assert for_person(world, sam) == []


def test_what_cannot_be_opened_to_be_sent(world):
    """A reply damaged before it went is failed at once, and the coach has a line for it."""
    sam = world.add()
    world.write("been better", go=False)
    world.run(converse(world.app))
    (row,) = world.rows(Outbox)
    damage(world, row.message_id)
    world.go()
    (row,) = world.rows(Outbox)
    assert (row.state, row.reason) == ("failed", "unreadable")
    assert for_person(world, sam) == ["unreadable"]


@pytest.mark.parametrize("which", [Client, Coach])
def test_a_damaged_name_hushes_nobody(world, which):
    """With a stand-in for the name they are answered; danger is answered and rings, too."""
    sam = world.add()
    with world.app.db.write() as session:
        (row,) = session.query(which)
        setattr(row, "called" if which is Client else "name", b"k1:nonsense")
    world.write("been better")
    assert world.keys(sam) == ["ask_how"]
    world.write("I am going to kill myself tonight")
    assert world.keys(sam)[-1] == "concern_now"
    assert [row.level for row in world.rows(Alert)] == ["now"]
    world.check_everything_is_covered()
