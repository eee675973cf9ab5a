"""Asking the bot over its socket: what comes back, and what is raised instead."""

import asyncio
import json
import ssl
from contextlib import asynccontextmanager

import pytest

from onestep.dialogue import (
    BadAnswer,
    BotAway,
    BotFailed,
    Breaker,
    BreakerOpen,
    Choice,
    Dialogue,
    Event,
    Happened,
    Span,
    Text,
    Texts,
    Turn,
    TurnRefused,
)
from onestep.dialogue_turn import read_answer, request_body

GOOD = {
    "contract": 1,
    "turn_id": "t1",
    "model": "sha256:" + "0" * 64,
    "replies": [
        {
            "say": "ask_how",
            "values": {"quote": {"ref": "m1", "start": 0, "end": 4}},
            "asks": 1,
            "prompt": {"id": "t1:how", "asks": "how"},
            "choices": [{"key": "skip"}],
        }
    ],
    "commands": [{"command": "record_noticing", "words": ["m1"], "by": "self"}],
    "state": {"model": "sha256:" + "0" * 64, "slots": {}, "active_loop": None},
    "understood": {"intent": "share_noticing", "confidence": 0.9},
}


@asynccontextmanager
async def answering(path, answer):
    """Serve (status, body) from answer(request body) on the socket at path."""

    async def one(reader, writer):
        while head := await reader.readuntil(b"\r\n\r\n"):
            fields = head.decode().lower().split("\r\n")
            length = next((int(f[16:]) for f in fields if f.startswith("content-length: ")), 0)
            status, body = await answer(json.loads(await reader.readexactly(length) or "null"))
            writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n\r\n".encode())
            writer.write(body)
            await writer.drain()

    async def quietly(reader, writer):
        try:
            await one(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_unix_server(quietly, path)
    async with server:
        yield


@pytest.fixture
def socket(tmp_path):
    """A path short enough for a unix socket."""
    return tmp_path / "b.sock"


@pytest.fixture
def turn():
    """A turn with one message."""
    return Turn("t1", Texts((Text("m1", "been sleeping better tbh"),)), None, {"asks_left": 2})


def ask(socket, turn, answer, **options):
    """Ask one turn of a bot that answers as given."""

    async def asked():
        async with answering(socket, answer), Dialogue(socket, **options) as dialogue:
            return await dialogue.turn(turn)

    return asyncio.run(asked())


def always(status, body):
    """Answer every request alike."""

    async def answer(_request):
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()

    return answer


def test_a_whole_answer_comes_back_typed(socket, turn):
    """A good answer keeps every part: reply, prompt, choices, commands, state."""
    answer = ask(socket, turn, always(200, GOOD))
    (reply,) = answer.replies
    assert (reply.say, reply.asks, reply.prompt.asks, reply.choices[0].key) == (
        "ask_how",
        1,
        "how",
        "skip",
    )
    assert Span.read(reply.values["quote"]) == Span("m1", 0, 4)
    assert answer.commands == ({"command": "record_noticing", "words": ["m1"], "by": "self"},)
    assert answer.state == GOOD["state"]


def test_the_request_is_the_contract(socket, turn):
    """What is sent names the contract, the turn and the messages in order."""
    seen = []

    async def answer(request):
        seen.append(request)
        return 200, json.dumps(GOOD).encode()

    ask(socket, turn, answer)
    assert seen == [
        {
            "contract": 1,
            "turn_id": "t1",
            "input": {
                "kind": "text",
                "messages": [{"ref": "m1", "text": "been sleeping better tbh"}],
            },
            "state": None,
            "context": {"asks_left": 2},
        }
    ]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (Choice("p1", "learning"), {"kind": "choice", "prompt": "p1", "key": "learning"}),
        (Happened(Event.PAUSE_OVER), {"kind": "event", "event": "pause_over"}),
        (
            Texts((Text("m", "\ud800"),)),
            {"kind": "text", "messages": [{"ref": "m", "text": "\ud800"}]},
        ),
    ],
)
def test_every_kind_of_input_has_its_form(given, sent):
    """Choices, events and odd texts go out as the contract names them."""
    assert json.loads(request_body(Turn("t1", given, None, {})))["input"] == sent


@pytest.mark.parametrize(
    ("status", "body", "raised", "code"),
    [
        (500, {"error": {"code": "nothing_said", "message": "m"}}, BotFailed, "nothing_said"),
        (409, {"error": {"code": "stale_choice", "message": "m"}}, TurnRefused, "stale_choice"),
        (413, {"error": {"code": "too_large", "message": "m"}}, TurnRefused, "too_large"),
        (500, b"", BotFailed, "no_reason"),
        (502, b"<html>", BotFailed, "no_reason"),
        (200, b"", BadAnswer, "bad_answer"),
        (200, [], BadAnswer, "bad_answer"),
        (200, {**GOOD, "turn_id": "t2"}, BadAnswer, "bad_answer"),
        (200, {**GOOD, "contract": 2}, BadAnswer, "bad_answer"),
        (200, {**GOOD, "replies": [], "commands": []}, BadAnswer, "bad_answer"),
        (
            200,
            {**GOOD, "replies": [{"say": "x", "values": {}, "asks": 2}]},
            BadAnswer,
            "bad_answer",
        ),
        (200, {**GOOD, "replies": [{"say": "x"}]}, BadAnswer, "bad_answer"),
        (200, {**GOOD, "commands": [{"words": []}]}, BadAnswer, "bad_answer"),
    ],
)
def test_a_failure_is_never_an_answer(socket, turn, status, body, raised, code):
    """Whatever is not a whole answer to this turn is raised, with the bot's own reason."""
    with pytest.raises(raised) as caught:
        ask(socket, turn, always(status, body))
    assert caught.value.code == code


def test_a_bot_that_is_not_there_is_away(socket, turn):
    """No socket at all is BotAway."""

    async def asked():
        async with Dialogue(socket) as dialogue:
            await dialogue.turn(turn)

    with pytest.raises(BotAway):
        asyncio.run(asked())


@pytest.mark.slow
def test_a_bot_that_hangs_is_away_in_time(socket, turn):
    """The time-out covers the whole turn, also a bot that keeps the line open."""

    async def never(_request):
        await asyncio.sleep(1)

    with pytest.raises(BotAway, match="in time"):
        ask(socket, turn, never, timeout=0.2)


def test_failures_never_quote_the_client(socket):
    """A refused or failed turn's exception holds nothing of the message."""
    secret = Turn("t1", Texts((Text("m1", "canary-81723"),)), None, {})
    for answer in (always(500, b"canary-81723"), always(200, b"canary-81723")):
        with pytest.raises(BotFailed) as caught:
            ask(socket, secret, answer)
        assert "canary" not in repr(caught.value) + str(caught.value)


def test_the_breaker_opens_after_five_and_tries_one():
    """Five failed turns in a row open it; after the rest one is let through; success closes it."""
    now = [100.0]
    breaker = Breaker(clock=lambda: now[0])
    for number in range(5):
        breaker.admit()
        breaker.failed(f"t{number}")
    with pytest.raises(BreakerOpen) as caught:
        breaker.admit()
    assert caught.value.retry_after == 2.0
    now[0] += 2.1
    breaker.admit()  # the one try
    with pytest.raises(BreakerOpen):
        breaker.admit()  # nobody else meanwhile
    breaker.failed("t5")
    now[0] += 3.9
    with pytest.raises(BreakerOpen):
        breaker.admit()  # the rest has doubled
    now[0] += 0.2
    breaker.admit()
    breaker.succeeded()
    breaker.admit()


def test_one_turn_that_always_fails_keeps_nobody_waiting():
    """However often it is tried, it is one turn; four others besides it are what opens."""
    breaker = Breaker()
    for _ in range(20):
        breaker.admit()
        breaker.failed("poison")
    for number in range(4):
        breaker.admit()
        breaker.failed(f"t{number}")
    with pytest.raises(BreakerOpen):
        breaker.admit()


def test_a_refused_request_does_not_open_the_breaker(socket, turn):
    """A 4xx is our own fault: the bot is well."""
    breaker = Breaker()
    refuse = always(409, {"error": {"code": "stale_choice", "message": "m"}})
    for _ in range(6):
        with pytest.raises(TurnRefused):
            ask(socket, turn, refuse, breaker=breaker)


def test_a_span_is_read_only_from_a_span():
    """Values that are no span, or an empty or backward one, give None."""
    for value in (None, "m1", {"ref": "m1"}, {"ref": "m1", "start": 4, "end": 4}, [1]):
        assert Span.read(value) is None


def test_a_choice_may_carry_its_command(turn):
    """A choice's command comes through as it is."""
    choices = [{"key": "pause", "command": {"command": "pause", "date": None}}, {"key": "no"}]
    reply = {**GOOD["replies"][0], "choices": choices}
    answer = read_answer(json.dumps({**GOOD, "replies": [reply]}).encode(), turn)
    pause, no = answer.replies[0].choices
    assert (pause.command, no.command) == ({"command": "pause", "date": None}, None)


def test_asking_reads_no_certificates(tmp_path, monkeypatch):
    """The bot is asked how it is each second, and a file on this machine has no certificate."""
    read = []
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: read.append("all of them"))
    Dialogue(tmp_path / "bot.sock")
    assert read == []
