"""T16 of the reliability page, and acceptance 1 and 10: what no provider would ever post."""

import json
import random
import time
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from channels.base import Posted
from channels.telegram.channel import PATH, SECRET_HEADER
from onestep.storage.models import Aside, Message
from tests.channels.contract import SECRET
from tests.channels.twilio.signed import PUBLIC, signed
from tests.databases import both_databases
from tests.reliability.doors import POSTING, Door
from tests.reliability.mutations import in_each_field, mutated, proven
from tests.reliability.posting import update

each_door = pytest.mark.parametrize("kit", POSTING, ids=lambda kit: kit.module)
METHODS = ("GET", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS")
NEXT_WITHIN = 2.0  # seconds, acceptance 1
EVERY = 25  # a good post after so many bad ones


def text_by(module: str, number: int, words: str) -> Posted:
    """A genuine text of Sam's, through any of the providers."""
    if module == "telegram":
        headers = {"content-type": "application/json", SECRET_HEADER: SECRET}
        return Posted(PUBLIC + PATH, headers, update(1001, number, words))
    if module == "twilio":
        fields = {"MessageSid": f"SM{number:032d}", "From": "+447700900101", "Body": words}
        body = urlencode(fields, errors="surrogatepass")
        read = dict(parse_qsl(body))  # what is signed is what arrives
        return replace(signed(read, token=SECRET), body=body.encode())
    headers = {"x-kannel-from": "447700900101", "x-kannel-coding": "2"}
    url = f"{PUBLIC}/webhooks/kannel/{SECRET}?id={number:08d}"
    return Posted(url, headers, words.encode("utf-16-be", "surrogatepass"), remote="192.0.2.9")


@pytest.fixture
def door(world, kit):
    """The webhook of a channel; Sam is a client on it."""
    on = "telegram" if kit.module == "telegram" else "sms"
    world.add(channel=on, phone="1001" if on == "telegram" else "+447700900101")
    made = Door(world, kit)
    yield made
    made.close()


def still_open(door, number):
    """Acceptance 1: the next good post is handled, and soon."""
    words, began = f"good one {number}", time.monotonic()
    assert door.post(text_by(door.kit.module, 900_000 + number, words)).status_code == 200
    took = time.monotonic() - began
    assert took < NEXT_WITHIN
    client = door.world.rows(Message, direction="in")[-1].client_id
    assert door.world.kept(client)[-1] == words


@pytest.mark.slow
@pytest.mark.timeout(900)
@both_databases
@each_door
def test_no_post_breaks_a_door(door, kit, long, caplog):
    """T16: 5,000 spoilt posts, most of them proven: none is a 5xx, a fault of ours, or a wedge."""
    dice, genuine = random.Random(kit.module), kit.genuine()
    refused = 0
    for number in range(1700 if long else 100):
        posted = mutated(genuine, dice)
        posted = proven(kit, posted) if dice.random() < 0.8 else posted
        method = dice.choice(METHODS) if dice.random() < 0.05 else "POST"
        answer = door.post(posted, method)
        assert answer.status_code in (200, 403, 405, 413), (number, answer.status_code)
        refused += answer.status_code != 200
        if number % EVERY == 0:
            still_open(door, number)
    assert refused > 0
    assert [row.reason for row in door.world.rows(Aside) if row.reason == "failed"] == []
    assert "not taken in:" not in caplog.text  # a fault of ours while it was read


@pytest.mark.slow
@both_databases
@each_door
@pytest.mark.parametrize(
    "word", ["\x00", "a\x00b", "\U0001f642" * 200], ids=["nul", "in it", "long"]
)
def test_no_field_breaks_a_door(door, kit, word, long, caplog):
    """T16: an odd word in any one field is no fault of ours, also where a database refuses it.

    In the ordinary run every tenth field, but each with a NUL inside, which one once refused.
    """
    every = 1 if long or word == "a\x00b" else 10
    for genuine in kit.genuine():
        for posted in list(in_each_field(genuine, word))[::every]:
            assert door.post(proven(kit, posted)).status_code in (200, 403)
    still_open(door, 1)
    door.world.go()
    assert [row.reason for row in door.world.rows(Aside) if row.reason == "failed"] == []
    assert "not taken in:" not in caplog.text  # a fault of ours while it was read


MALFORMED = (
    b"", b"{", b"[]", b"null", b'{"update_id": 1', b"a=b&&&==&%", b"\xff\xfe\x00", b"[" * 100_000,
    b'{"update_id": NaN}', b"Body=" + b"%FF" * 100, b"\x1f\x8b\x08\x00", json.dumps("x").encode(),
)  # fmt: skip


@both_databases
@each_door
def test_malformed_is_refused_or_put_aside(door, kit, caplog):
    """Bad input: broken JSON or form with the right proof is no 5xx, and the next is taken."""
    bare = text_by(kit.module, 1, "hello")
    for number, body in enumerate(MALFORMED):
        posted = proven(kit, replace(bare, body=body))
        for _ in range(2):
            assert door.post(posted).status_code in (200, 403, 413)
        still_open(door, number)
    door.world.go()
    assert [row.reason for row in door.world.rows(Aside) if row.reason == "failed"] == []
    assert "not taken in:" not in caplog.text  # a fault of ours while it was read
