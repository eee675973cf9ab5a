"""What updates say (acceptance 1, 2, 8 and 10 of the channels page), and what is refused."""

import copy
import json
import random
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import ContactChange, Inbound, Posted
from channels.errors import Forged, Unreadable
from channels.telegram import Telegram
from channels.telegram.parse import COMMANDS
from tests.channels.telegram.conftest import KEY, SECRET, payloads

HEADER = "x-telegram-bot-api-secret-token"
CHANNEL = Telegram("700100:AA", key=KEY, secret=SECRET)


def posted(update, secret=SECRET):
    """A post as it comes to the webhook."""
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    kind = "application/json; charset=utf-8"
    headers = {"content-type": kind, **({} if secret is None else {HEADER: secret})}
    return Posted("https://onestep.example/webhooks/telegram", headers, body)


def message(text="hello", **more):
    """An update with one private message."""
    who = {"id": 7001, "is_bot": False, "first_name": "Sam"}
    chat = {"id": 7001, "type": "private", "first_name": "Sam"}
    fields = {"message_id": 5, "from": who, "chat": chat, "date": 1767225600, "text": text}
    return {"update_id": 9, "message": {**fields, **more}}


@pytest.mark.parametrize("payload", payloads("telegram_teloxide"))
def test_every_captured_update_is_none_or_one_event(payload):
    """Acceptance 1: with right authentication no real update fails, and none is two messages."""
    events = CHANNEL.read(posted(payload["payload"]))
    seen = payload["expected_summary"]
    assert len(events) <= 1
    if seen["chat_type"] != "private":
        assert events == []  # groups and channels are left alone
    elif seen["text"] is not None:
        assert events[0].text == seen["text"]
        assert events[0].sender == str(seen["from_id"])
    elif seen["update_kind"] == "my_chat_member":
        assert events[0].change == "blocked"
    elif set(seen["content"]) & {"photo", "video", "sticker", "location"}:
        assert events[0].kind == "attachment"
        assert events[0].attachments
    else:
        assert events == []


@pytest.mark.parametrize("payload", payloads("own_"))
def test_each_kind_of_update_means_what_a_person_would_expect(payload):
    """Acceptance 2 and 8: each field that is read is what stands beside the payload."""
    events = CHANNEL.read(posted(payload["payload"]))
    assert len(events) == len(payload["expected"])
    for event, expected in zip(events, payload["expected"], strict=True):
        wanted = dict(expected)
        if "edits_message" in wanted:
            wanted["edits"] = CHANNEL.ids.message(7001, wanted.pop("edits_message"))
        if "replies_to_message" in wanted:
            wanted["replies_to"] = CHANNEL.ids.message(7001, wanted.pop("replies_to_message"))
        for name, value in wanted.items():
            found = getattr(event, name)
            if name == "attachments":
                found = [vars(each) for each in found]
            assert found == (datetime.fromisoformat(value) if name == "sent_at" else value), name


def test_an_edit_finds_its_message():
    """Acceptance 2: what an edit changes has the id that the message was kept under."""
    first = CHANNEL.parse(json.dumps(message()).encode())[0]
    later = {"update_id": 10, "edited_message": {**message("hello!")["message"], "edit_date": 1}}
    edit = CHANNEL.parse(json.dumps(later).encode())[0]
    assert edit.edits == first.provider_id
    assert edit.provider_id != first.provider_id


def test_the_same_message_has_the_same_id_and_no_other_has():
    """Acceptance 3: an id is a bot's, a chat's and a message's, however often it comes."""
    updates = [message(), {**message(), "update_id": 11}]  # polled after a failed post
    assert len({CHANNEL.parse(json.dumps(each).encode())[0].provider_id for each in updates}) == 1
    chat = {"id": 7002, "type": "private"}
    other_bot = Telegram("700101:AA", key=KEY)
    ids = {
        CHANNEL.parse(json.dumps(message()).encode())[0].provider_id,
        CHANNEL.parse(json.dumps(message(message_id=6)).encode())[0].provider_id,
        CHANNEL.parse(json.dumps(message(chat=chat)).encode())[0].provider_id,
        other_bot.parse(json.dumps(message()).encode())[0].provider_id,
    }
    assert len(ids) == 4


def test_an_id_tells_no_chat():
    """Ids are kept unsealed: without the key nobody can work out whose chat one is."""
    provider_id = CHANNEL.parse(json.dumps(message()).encode())[0].provider_id
    other_key = Telegram("700100:AA", key=b"x" * 32)
    assert "7001" not in provider_id
    assert other_key.parse(json.dumps(message()).encode())[0].provider_id != provider_id


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_its_word(name):
    """A command of the menu is its word, in any case, named or not, with what follows it."""
    word = COMMANDS[name]
    for typed, read in [
        (f"/{name}", word),
        (f"/{name.upper()}@onestep_test_bot", word),
        (f"/{name} till monday", f"{word} till monday"),
    ]:
        assert CHANNEL.parse(json.dumps(message(typed)).encode())[0].text == read


@pytest.mark.parametrize(
    "text", ["//pause", "/pauses", "pause/", " /pause", "/", "/ pause", "x /stop"]
)
def test_what_is_no_command_is_kept_as_it_is(text):
    """Words are changed only when the whole message is a command."""
    assert CHANNEL.parse(json.dumps(message(text)).encode())[0].text == text


def forged(secret, rng):
    """A secret that is nearly the right one."""
    letters = "abcXYZ019_-"
    place = rng.randrange(len(secret))
    return {
        "altered": secret[:place] + chr(ord(secret[place]) ^ 1) + secret[place + 1 :],
        "cut": secret[:place],
        "longer": secret + rng.choice(letters),
        "other": "".join(rng.choices(letters, k=len(secret))),
        "case": secret.upper(),
        "foreign": secret + "\udc80é",
        "missing": None,
    }


@pytest.mark.parametrize("kind", forged("s", random.Random(1)))
def test_a_forged_post_is_never_believed(kind):
    """Acceptance 10: of 1,000 posts with each kind of wrong secret none is read."""
    rng = random.Random(kind)
    for _ in range(1000):
        with pytest.raises(Forged):
            CHANNEL.read(posted(b"\xff not even read", forged(SECRET, rng)[kind]))


def test_without_a_secret_nothing_is_believed():
    """A webhook that was set up without a secret takes no post, not even one with an empty one."""
    open_door = Telegram("700100:AA", key=KEY)
    for secret in ("", None, "anything"):
        with pytest.raises(Forged):
            open_door.read(posted(message(), secret))


def nested(depth):
    """An update whose deepest list is at `depth`."""
    return b'{"update_id": 9, "future": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_depth_and_size_are_limited():
    """Acceptance 10: 50 deep and 1 MB are read; a level or a byte more is refused."""
    assert CHANNEL.parse(nested(50)) == []
    for depth in (51, 1000, 200_000):
        with pytest.raises(Unreadable):
            CHANNEL.parse(nested(depth))
    most = CHANNEL.limit - len(json.dumps(message("")))
    assert len(CHANNEL.parse(json.dumps(message("x" * most)).encode())[0].text) == most
    with pytest.raises(Unreadable):
        CHANNEL.parse(json.dumps(message("x" * (most + 1))).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"[]",
        b"null",
        b'"update"',
        b"{",
        b"{}",
        b'{"update_id": "9"}',
        b'{"update_id": true}',
        b'{"update_id": 9, "message": []}',
        b'{"update_id": 9, "message": {"chat": {"type": "private", "id": 1}, "text": 5}}',
        b'{"update_id": 9, "message": {"chat": {"type": "private"}, "text": "hi"}}',
        b'{"update_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_update_is_unreadable(body):
    """What the documents do not promise is put aside as unreadable, and nothing else is raised."""
    with pytest.raises(Unreadable) as raised:
        CHANNEL.parse(body)
    assert raised.value.__context__ is None  # an error of the JSON reader quotes the text


def test_bytes_that_are_no_text_are_replaced():
    """Broken UTF-8 costs its own letters and not the message."""
    body = json.dumps(message("abc")).encode().replace(b"abc", b"a\xed\xa0\x80b\xff")
    assert CHANNEL.parse(body)[0].text.startswith("a\ufffd")
    assert "\x00" not in CHANNEL.parse(body)[0].text


@pytest.mark.parametrize("date", [0, -1, 10**10, 10**30, True, "1767225600", None])
def test_a_time_that_cannot_be_is_none(date):
    """A message with an odd date is read all the same."""
    assert CHANNEL.parse(json.dumps(message(date=date)).encode())[0].sent_at is None


def test_4096_emoji_are_kept():
    """Acceptance 10: a message full of emoji is kept sign by sign."""
    text = "\U0001f642" * 4096
    assert CHANNEL.parse(json.dumps(message(text)).encode())[0].text == text


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
REAL = [param.values[0]["payload"] for start in ("telegram", "own") for param in payloads(start)]


def places(value, path=()):
    """Every place in an update that something odd can be put."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in items:
        yield (*path, name)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, name))


@given(st.data())
def test_any_field_may_be_anything(data):
    """Acceptance 1: whatever stands in one field, it is read as far as it goes, or unreadable."""
    update = copy.deepcopy(data.draw(st.sampled_from(REAL)))
    *path, last = data.draw(st.sampled_from(list(places(update))))
    inside = update
    for name in path:
        inside = inside[name]
    inside[last] = data.draw(ODD)
    try:
        events = CHANNEL.parse(json.dumps(update).encode())
    except Unreadable:
        return
    assert len(events) <= 1
    for event in events:
        assert isinstance(event, Inbound | ContactChange)
        assert event.sender.lstrip("-").isdigit()
        getattr(event, "text", "").encode()  # no lone surrogate is left
