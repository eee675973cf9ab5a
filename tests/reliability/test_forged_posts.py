"""Acceptance 10 of the channels page, at the door: what is forged gets nothing, leaves nothing."""

import random
import string
from dataclasses import replace

import pytest

from channels.base import Posted
from channels.telegram.channel import SECRET_HEADER
from onestep.storage.models import Message
from tests.channels.contract import SECRET, Kit
from tests.reliability.doors import POSTING, Door
from tests.reliability.test_fuzzed_posts import text_by

each_door = pytest.mark.parametrize("kit", POSTING, ids=lambda kit: kit.module)
LETTERS = string.ascii_letters + string.digits + "_-"
PROOF = {"telegram": SECRET_HEADER, "twilio": "x-twilio-signature"}


def missing(kit: Kit, posted: Posted, _: random.Random) -> Posted:
    """Without its proof."""
    if kit.module == "kannel":
        return replace(posted, url=posted.url.replace(f"/{SECRET}", ""))
    return replace(posted, headers={"content-type": posted.headers.get("content-type", "")})


def forged(kit: Kit, posted: Posted, dice: random.Random) -> Posted:
    """With somebody else's."""
    other = "".join(dice.choices(LETTERS, k=dice.randint(1, 64)))
    return _proof(kit, posted, other)


def altered(kit: Kit, posted: Posted, dice: random.Random) -> Posted:
    """With the right one, but for one letter; or the right one of other words."""
    if kit.module == "twilio" and dice.random() < 0.5:
        return replace(posted, body=posted.body + b"&Body=%d" % dice.randrange(10**6))
    right = SECRET if kit.module != "twilio" else posted.headers[PROOF["twilio"]]
    at = dice.randrange(len(right) - 1)
    other = dice.choice([letter for letter in LETTERS if letter != right[at]])
    return _proof(kit, posted, right[:at] + other + right[at + 1 :])


def _proof(kit: Kit, posted: Posted, proof: str) -> Posted:
    if kit.module == "kannel":
        return replace(posted, url=posted.url.replace(SECRET, proof))
    return replace(posted, headers={**posted.headers, PROOF[kit.module]: proof})


@pytest.fixture
def door(world, kit):
    """The webhook of a channel."""
    made = Door(world, kit)
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
@each_door
@pytest.mark.parametrize("spoil", [missing, forged, altered])
def test_nothing_forged_is_taken_in(door, kit, spoil, long, caplog):
    """Acceptance 10: 1,000 of each are refused alike and counted; no row, no word, no hint."""
    dice, genuine = random.Random(f"{kit.module} {spoil.__name__}"), kit.genuine()
    before, times, seen = door.rows(), 1000 if long else 100, set()
    for number in range(times):
        posted = spoil(kit, kit.prove(genuine[number % len(genuine)]), dice)
        answer = door.post(posted)
        seen.add((answer.status_code, answer.text, tuple(sorted(answer.headers.items()))))
    assert len(seen) == 1
    [(status, body, _)] = seen
    assert (status, body) == (403, "")
    assert door.rows() == before
    assert door.counted() == {"forged": times}
    assert SECRET not in caplog.text


@each_door
def test_from_another_place(door, kit):
    """Acceptance 10: the right secret from where no gateway stands; other proofs are their own."""
    posted = replace(text_by(kit.module, 1, "hello"), remote="198.51.100.1")
    expected = 403 if kit.module == "kannel" else 200
    assert door.post(posted).status_code == expected
    assert door.counted() == ({"forged": 1} if kit.module == "kannel" else {"kept": 1})


@each_door
def test_a_body_over_the_limit(door, kit):
    """Acceptance 10, S3: 1 MB of Telegram's and 64 KB of the others' are read; a byte more not."""
    limit = 1024 * 1024 if kit.module == "telegram" else 64 * 1024
    posted = text_by(kit.module, 1, "hello")
    for size, expected in ((limit, {200, 403}), (limit + 1, {413}), (limit * 3, {413})):
        whole = kit.prove(replace(posted, body=posted.body.ljust(size)))
        assert door.post(whole).status_code in expected
    assert door.counted()["too_large"] == 2


ODD = {
    "nul": ("before\x00after", "before\ufffdafter"),
    "lone surrogates": ("a\ud800b\udfffc", "a\ufffdb\ufffdc"),
    "right to left": ("مرحبا \u202egnorw\u202c שלום", None),
    "too long": ("been sleeping better and we had a nice tea. " * 94, None),  # for the bot
    "zalgo": ("h̷̛͎e̵̡͝l̶̨͝p̸̢͠ " * 40, None),
    "4,096 emoji": ("\U0001f642" * 4096, None),
    "joined emoji": (
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f4\U000e0067\U000e007f",
        None,
    ),
}


@pytest.mark.slow
@each_door
@pytest.mark.parametrize("name", ODD)
def test_odd_text_is_kept_safely(door, kit, name):
    """Acceptance 10: kept as it was written, but for what no database takes, and answered."""
    world, (words, expected) = door.world, ODD[name]
    on = "telegram" if kit.module == "telegram" else "sms"
    sam = world.add(channel=on, phone="1001" if on == "telegram" else "+447700900101")
    assert door.post(text_by(kit.module, 7, words)).status_code == 200
    [kept] = world.kept(sam)
    assert kept == (expected or words) or (kit.module == "twilio" and name == "lone surrogates")
    kept.encode()
    world.go()
    [told] = [text for texts in world.bot.texts() for text in texts] or [""]
    assert told == (kept[:4096] if told or name == "too long" else "")  # S3: what the bot gets
    assert [row.turn_id is not None for row in world.rows(Message, direction="in")] == [True]
