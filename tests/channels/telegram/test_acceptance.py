"""The acceptance lines of the channels page, on the whole service with Telegram outside."""

import asyncio
import json
import time
from datetime import timedelta

import httpx
import pytest

from onestep.services.hand_off import open_by_coach, say_as_coach
from onestep.storage import sealed, talk
from onestep.storage.models import Aside, Inbox, Message, Outbox
from tests.channels.telegram.conftest import SECRET, payloads
from tests.channels.telegram.whole import KIT, SAM, SlowBot, running, settings_for
from tests.services.world import by_rule

pytestmark = pytest.mark.slow
HEADERS = {"x-telegram-bot-api-secret-token": SECRET}
POISON = {"message": {"chat": {"type": "private", "id": SAM}, "text": 5}}
SOON = 2.0  # seconds; what acceptance 1 allows, with room for a machine three times slower
BUSY = 5


@pytest.fixture
def whole(network, made, tmp_path):
    """A service behind a webhook, and Sam."""
    settings = settings_for(network, tmp_path, "webhook")
    with running(network, settings, made, bot=SlowBot(by_rule)) as running_service:
        running_service.bot.slow_for = slow
        running_service.client()
        yield running_service


def slow(turn):
    """Whether a turn is about something that takes the bot long."""
    return any("slow" in text.text for text in getattr(turn.input, "messages", ()))


def posts(whole, updates, *, at_once=False):
    """The statuses of these posts, one after the other or all at once."""
    url = whole.settings.public_url + whole.app.channels["telegram"].path

    async def all_of_them():
        async with httpx.AsyncClient(headers=HEADERS, timeout=60) as client:
            if at_once:
                return await asyncio.gather(
                    *(client.post(url, content=json.dumps(each)) for each in updates)
                )
            return [await client.post(url, content=json.dumps(each)) for each in updates]

    return [answer.status_code for answer in asyncio.run(all_of_them())]


def said(text, number, *, chat=SAM, update=None):
    """One update with a message in it."""
    person = {"id": chat, "is_bot": False, "first_name": "Sam"}
    place = {"id": chat, "type": "private"}
    message = {"message_id": number, "date": 1772620200, "chat": place, "from": person}
    return {"update_id": update or 920_000_000 + number, "message": {**message, "text": text}}


def told(whole):
    """Every text that the bot was asked about, in order."""
    return [text for texts in whole.bot.texts() for text in texts]


def messages_in(whole):
    """Everything that is kept of what came in."""
    return whole.all_of(Message, direction="in")


def test_every_captured_payload_by_webhook(whole):
    """Acceptance 1: 2xx for each, never 5xx, none is more than one row, and none is forgotten."""
    captured = [param.values[0]["payload"] for param in payloads("")]
    for update in captured:
        before = len(messages_in(whole)), len(whole.all_of(Inbox))
        assert posts(whole, [update]) == [200]
        assert len(messages_in(whole)) - before[0] <= 1
        assert len(whole.all_of(Inbox)) - before[1] <= 1
    assert len(captured) > 80
    assert whole.all_of(Aside, reason="failed") == []


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_poison_is_aside_and_the_next_is_answered(network, made, tmp_path, mode):
    """Acceptance 1: what nobody can read is kept aside, and the next is handled within 2 s."""
    with running(network, settings_for(network, tmp_path, mode), made) as whole:
        hand = whole.client()
        hand.type("before it")
        whole.eventually(lambda: len(hand.texts) == 1)
        network.do("update", update={"update_id": 930_000_000, **POISON})
        began = time.monotonic()
        hand.type("after it")
        whole.eventually(lambda: whole.said_by() == ["before it", "after it"])
        assert time.monotonic() - began < SOON * BUSY
        whole.eventually(lambda: len(hand.texts) == 2)
        assert [row.reason for row in whole.all_of(Aside)] == ["unreadable"]
        whole.eventually(lambda: network.look()["waiting"] == [])


def test_the_same_twice_and_twenty_times_at_once(whole):
    """Acceptance 3: one inbox row, covered by one reply."""
    hand = whole.network.phone(SAM)
    hand.type("hello")
    whole.eventually(lambda: len(hand.texts) == 1)
    assert posts(whole, [said("twice", 801)] * 2) == [200] * 2
    whole.eventually(lambda: len(hand.texts) == 2)
    assert posts(whole, [said("twenty times", 802)] * 20, at_once=True) == [200] * 20
    whole.eventually(lambda: len(hand.texts) == 3)
    assert whole.said_by() == ["hello", "twice", "twenty times"]
    assert [row.state for row in whole.all_of(Inbox)] == ["done"] * 3
    assert whole.bot.texts() == [["hello"], ["twice"], ["twenty times"]]
    assert len(hand.texts) == 3


def test_later_before_earlier(whole):
    """Acceptance 3: what comes in the wrong order is handled all the same, each once."""
    hand = whole.network.phone(SAM)
    hand.type("hello")
    whole.eventually(lambda: len(hand.texts) == 1)
    assert posts(whole, [said("later", 805), said("earlier", 804)]) == [200] * 2
    whole.eventually(lambda: told(whole) == ["hello", "later", "earlier"])


def test_ten_in_order_beside_a_slow_turn(whole):
    """Acceptance 5: one client's ten are answered in order; another's slow turn delays nobody."""
    hand, other = whole.network.phone(SAM), whole.client(KIT, "Kit")
    whole.bot.free.clear()
    other.type("a slow one")
    whole.eventually(lambda: whole.bot.asked == 1)
    ten = [f"number {count}" for count in range(10)]
    for text in ten:
        hand.type(text)
    whole.eventually(lambda: told(whole) == ten)
    turns = len(whole.bot.heard)
    whole.eventually(lambda: len(hand.texts) == turns, 60)
    assert other.texts == []
    order = [row.message_id for row in whole.all_of(Outbox) if row.client_id == whole.ids[SAM]]
    with whole.app.db.read() as session:
        meant = [opened(session, each) for each in talk.messages(session, order)]
    assert hand.texts == meant
    whole.bot.free.set()
    whole.eventually(lambda: len(other.texts) == 1)


def opened(session, message):
    """The text of one message."""
    return sealed.message_text(session, message)


def test_too_many_requests_is_one_chats_wait(whole):
    """Acceptance 6: after a 429 of a second nothing comes sooner; other chats go on meanwhile."""
    hand, other = whole.network.phone(SAM), whole.client(KIT, "Kit")
    whole.network.do("flood", chat=SAM, seconds=3)
    began = time.time()
    hand.type("been better")
    whole.eventually(lambda: whole.network.look()["calls"].get("sendMessage"))
    other.type("me too")
    whole.eventually(lambda: len(other.texts) == 1)
    whole.eventually(lambda: len(hand.texts) == 1)
    assert hand.received[0]["at"] - began >= 2.9
    assert whole.network.look()["early"] <= 1  # the one that was told to wait


def test_a_wait_of_half_a_minute(whole):
    """Acceptance 6: the 30 s that Telegram asks for are waited, on service time."""
    hand = whole.network.phone(SAM)
    whole.network.do("fault", kind="status", code=429, seconds=30)
    hand.type("been better")
    row = None

    def put_off():
        nonlocal row
        rows = whole.all_of(Outbox)
        row = rows[0] if rows and rows[0].tried_at and rows[0].state == "ready" else None
        return row

    whole.eventually(put_off)
    assert 29 <= (row.due_at - row.tried_at).total_seconds() < 45
    assert hand.texts == []
    whole.app.clock.move(row.due_at - whole.app.clock())
    whole.eventually(lambda: len(hand.texts) == 1)


def test_part_two_failing_repeats_part_two_only(whole):
    """Acceptance 7: a long text goes in parts between words; a part that failed goes again."""
    hand = whole.network.phone(SAM)
    hand.type("hello")
    whole.eventually(lambda: len(hand.texts) == 1)
    long = "It was good to see you, and your sister. " * 250
    open_by_coach(whole.app, whole.ids[SAM])
    say_as_coach(whole.app, whole.ids[SAM], long.strip())
    whole.eventually(lambda: len(hand.texts) == 2)  # the next may follow a second later
    whole.network.do("fault", kind="status", code=502)
    whole.eventually(lambda: ("ready", True) in tries(whole))
    whole.app.clock.move(timedelta(seconds=31))
    whole.eventually(lambda: len(hand.texts) == 4)
    assert "".join(hand.texts[1:]).split() == long.split()
    assert all(len(text.encode("utf-16-le")) // 2 <= 4096 for text in hand.texts)
    assert [row.attempts for row in whole.all_of(Outbox)] == [1, 1, 2, 1]


def tries(whole):
    """Of each message its state, and whether it has been tried."""
    return [(row.state, row.tried_at is not None) for row in whole.all_of(Outbox)]


def test_a_flood_from_one_client(network, made, tmp_path):
    """Acceptance 9: all are kept and screened, replies stay few, and others are answered."""
    settings = settings_for(network, tmp_path, "webhook")
    with running(network, settings, made, lull=None) as whole:  # as long as a service waits
        hand, other = whole.client(), whole.client(KIT, "Kit")
        other.type("hello")
        whole.eventually(lambda: len(other.texts) == 1)
        hand.type("first")
        flood = [said(f"message {count}", 5000 + count) for count in range(200)]
        assert posts(whole, flood) == [200] * 200
        other.type("and I")
        whole.eventually(lambda: len(other.texts) == 2)
        whole.eventually(lambda: all(row.state == "done" for row in whole.all_of(Inbox)), 90)
        theirs = [row for row in messages_in(whole) if row.client_id == whole.ids[SAM]]
        assert whole.said_by() == ["first", *(f"message {count}" for count in range(200))]
        assert all(row.screen_level == "none" and row.turn_id for row in theirs)
        assert 1 <= len({row.turn_id for row in theirs}) <= 20
        turned = [each for each in told(whole) if each.startswith("message")]
        assert turned == [f"message {count}" for count in range(200)]


def test_the_same_text_more_than_five_times_is_held(whole):
    """Acceptance 9: the sixth of the same within five minutes waits for a person."""
    hand = whole.network.phone(SAM)
    hand.type("hello")
    whole.eventually(lambda: len(hand.texts) == 1)
    open_by_coach(whole.app, whole.ids[SAM])
    for _ in range(6):
        say_as_coach(whole.app, whole.ids[SAM], "See you Thursday.")
    whole.eventually(lambda: [row for row in whole.all_of(Outbox) if row.reason == "same_text"])
    assert hand.texts.count("See you Thursday.") == 5


def test_bytes_that_are_no_update(whole):
    """Acceptance 1: what is not JSON is answered with success, kept aside, and blocks nothing."""
    url = whole.settings.public_url + whole.app.channels["telegram"].path
    for body in (b"", b"{", b"[]", json.dumps({"update_id": "x"}).encode()):
        assert httpx.post(url, content=body, headers=HEADERS, timeout=30).status_code == 200
    hand = whole.network.phone(SAM)
    hand.type("hello")
    whole.eventually(lambda: len(hand.texts) == 1)
    assert {row.reason for row in whole.all_of(Aside)} == {"unreadable"}
