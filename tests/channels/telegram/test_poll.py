"""Polling: raw updates, handed over again until they are kept (acceptance 1, 3, 4)."""

import json
import time

import pytest

from channels.errors import NotSent, OurFault, Unreadable
from channels.telegram.parse import WANTED
from tests.channels.telegram.conftest import make_telegram, payloads, run

pytestmark = pytest.mark.slow

POISON = {"update_id": 500000900, "message": {"chat": {"type": "private", "id": 42}, "text": 5}}


def polling(after):
    """What the channel is asked to do."""
    return lambda channel: channel.poll(after)


def test_what_is_not_kept_comes_again(network):
    """Acceptance 4: an update is gone only when its number is passed back as kept."""
    channel, phone = make_telegram(network), network.phone(42)
    for number in range(5):
        phone.type(f"message {number}")
    first = run(channel, polling(0))
    assert run(channel, polling(0)) == first  # killed before it kept any
    rest = run(channel, polling(first[2][0]))  # killed after it kept three
    assert rest == first[3:]
    assert network.look()["waiting"] == [number for number, _ in rest]
    texts = [channel.parse(body)[0].text for _, body in first]
    assert texts == [f"message {number}" for number in range(5)]


def test_an_update_nobody_can_read_blocks_nothing(network):
    """Acceptance 1: a poison update is handed over as it is; the next is there within 2 s."""
    channel, phone = make_telegram(network), network.phone(42)
    network.do("update", update=POISON)
    phone.type("after it")
    began = time.monotonic()
    (poison, raw), (_, after) = run(channel, polling(0))
    assert time.monotonic() - began < 2
    assert json.loads(raw) == POISON
    with pytest.raises(Unreadable):
        channel.parse(raw)
    assert channel.parse(after)[0].text == "after it"
    assert len(run(channel, polling(poison))) == 1


def test_every_captured_update_can_be_polled(network):
    """Acceptance 1: no real update stops the polling, nor the reading of any other."""
    channel, after = make_telegram(network), 0
    captured = [param.values[0]["payload"] for param in payloads("telegram_teloxide")]
    for place, update in enumerate(captured):
        network.do("update", update={**update, "update_id": 600_000_000 + place})
    seen = []
    while got := run(make_telegram(network, wait=0), polling(after)):
        after = got[-1][0]
        seen += [event for _, body in got for event in channel.parse(body)]
    assert network.look()["waiting"] == []
    assert len(seen) == 12


def test_the_first_update_is_waited_for(network):
    """A quiet poll lasts as long as it is told to, and brings nothing."""
    began = time.monotonic()
    assert run(make_telegram(network, wait=1), polling(0)) == []
    assert time.monotonic() - began >= 1


def test_numbers_that_start_anew_are_followed(network):
    """After a quiet week Telegram's numbers may be lower, and nothing is missed."""
    channel, phone = make_telegram(network, wait=0), network.phone(42)
    phone.type("old")
    ((after, _),) = run(channel, polling(0))
    assert run(channel, polling(after)) == []
    network.do("number", number=1000)
    phone.type("new")
    ((number, body),) = run(channel, polling(after))
    assert number == 1000
    assert channel.parse(body)[0].text == "new"
    assert run(channel, polling(number)) == []


def test_a_wrong_token_and_a_second_copy_are_our_fault(network):
    """What a person has to mend is told as such: token, webhook still set, another copy of us."""
    channel = make_telegram(network)
    network.do("revoke", revoked=True)
    with pytest.raises(OurFault):
        run(channel, polling(0))
    network.do("revoke", revoked=False)
    network.do("fault", method="getUpdates", kind="status", code=409, description="Conflict: x")
    with pytest.raises(OurFault):
        run(channel, polling(0))


def test_a_server_that_is_away_is_asked_again(network):
    """A gateway's error while polling loses nothing."""
    channel = make_telegram(network)
    network.phone(42).type("hello")
    network.do("fault", method="getUpdates", kind="status", code=502)
    with pytest.raises(NotSent):
        run(channel, polling(0))
    assert len(run(channel, polling(0))) == 1


def test_only_what_is_read_is_asked_for(network):
    """Telegram is told which kinds of update we want: reactions and the like never come."""
    run(make_telegram(network, wait=0), polling(0))
    phone = network.phone(42)
    phone.type("hello")
    phone.block()
    kinds = [list(json.loads(body))[1] for _, body in run(make_telegram(network), polling(0))]
    assert kinds == ["message", "my_chat_member"]
    assert network.look()["wanted"] == list(WANTED)
