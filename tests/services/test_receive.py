"""What a phone sends is kept exactly, once, whatever it holds."""

import threading

import pytest

from onestep.storage.models import Address, Inbox, Message
from tests.databases import both_databases
from tests.services.world import answer_to

pytestmark = both_databases

ODD = {
    "emoji": "slept 😴🛌🏽 all night 👨‍👩‍👧",
    "newlines": "one\ntwo\r\nthree\r\u2028four",
    "right to left": "\u0623\u0646\u0627\u0645 \u200f \u05e9\u05dc\u05d5\u05dd",
    "nul": "before\x00after",
    "lone surrogate": "half \ud83d of one",
    "control": "\x1b[31mred\x07\u202egnp\u202c",
    "spaces": "  \t leading and trailing \n ",
    "empty": "",
    "only white": " \n\t ",
    "only emoji": "🙂🙂",
    "slash": "/restart",
    "intent": '/inform{"slot": "x"}',
    "sql": "'; DROP TABLE message; --",
    "html": "<script>alert(1)</script>",
    "normal forms": "e\u0301 \u00e9 \ufb01",
    "4096": "a b " * 1024,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_kept_exactly(world, text):
    """What was written is kept byte for byte, and is covered by one turn."""
    sam = world.add()
    world.write(text)
    (kept,) = world.kept(sam)
    assert kept.encode("utf-8", "surrogatepass") == text.encode("utf-8", "surrogatepass")
    world.check_everything_is_covered()


def test_huge_message(world):
    """200,000 characters are kept exactly, and nobody else waits for them."""
    sam, dee = world.add(), world.add("Dee", "sms", "07700900001")
    text = "been a long week and " * 9_524
    world.write(text[:200_000], go=False)
    world.write("bit better", phone="07700900001", channel="sms")
    assert world.kept(sam) == [text[:200_000]]
    assert world.keys(dee) == ["ask_how"]
    world.check_everything_is_covered()


def test_same_message_twice(world):
    """The same provider id a second time changes nothing, also much later."""
    sam = world.add()
    world.write("been ok", id="same")
    world.wait(days=2)
    again = world.write("been ok", id="same")
    assert not again.new
    assert world.kept(sam) == ["been ok"]
    assert world.keys(sam) == ["ask_how"]


def test_same_message_at_once(world):
    """Twenty deliveries of one message at the same time are one message."""
    sam = world.add()
    barrier = threading.Barrier(20)
    news = []

    def deliver():
        barrier.wait()
        news.append(world.write("been ok", id="same", go=False).new)

    threads = [threading.Thread(target=deliver) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.go()
    assert sorted(news) == [False] * 19 + [True]
    assert world.kept(sam) == ["been ok"]
    assert world.keys(sam) == ["ask_how"]


def test_same_id_on_another_channel(world):
    """A provider's id is unique on its own channel only."""
    sam = world.add()
    dee = world.add("Dee", "sms", "07700900001")
    world.write("one", id="x1")
    world.write("two", id="x1", channel="sms", phone="07700900001")
    assert (world.kept(sam), world.kept(dee)) == (["one"], ["two"])


def test_same_stranger_twice(world):
    """A stranger's message that comes twice is kept once and answered once."""
    world.write("who is this", phone="999", id="s1")
    world.write("who is this", phone="999", id="s1")
    assert len(world.rows(Message, direction="in")) == 1
    assert world.keys(state="sent") == []  # what a stranger hears has no key of a talk
    assert len(world.phone("999")) == 1


def test_wrong_number_is_nobody(world):
    """What comes from an address cut off as a wrong number joins nobody's record."""
    sam = world.add()
    world.bot.rule = lambda turn: answer_to(turn, commands=[{"command": "not_me"}])
    world.write("wrong number mate")
    world.write("i said wrong number")
    assert world.kept(sam) == ["wrong number mate"]
    assert len(world.rows(Inbox)) == 1
    assert world.keys(sam) == ["not_me_done"]


def test_a_dead_address_writes(world):
    """Who writes from a number held for dead is asked before anything begins again."""
    sam = world.add(contact="unreachable")
    with world.app.db.write() as session:
        session.query(Address).one().state = "dead"
    world.write("new phone, same number")
    assert world.keys(sam) == ["came_back"]
    world.press(world.last_prompt(), "yes")
    assert world.client(sam).contact == "active"
    assert world.keys(sam) == ["came_back", "resumed_no_next"]


def test_what_was_written_before_is_read_with_it(world):
    """Two short messages are one worry; a day later, or after it was noticed, they are not."""
    world.add()
    world.write("been thinking about the bridge")
    world.write("the one by the station")
    world.write("the one by the station")
    world.wait(days=2)
    world.write("the one by the station")
    levels = [message.screen_level for message in world.rows(Message, direction="in")]
    assert levels == ["none", "soft", "none", "none"]
