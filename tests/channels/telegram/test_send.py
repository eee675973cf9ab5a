"""Sending, and what each way of failing means (acceptance 6, 8 and 10), on the Bot API server."""

import asyncio
import logging
import socket
import time
import traceback
from contextlib import suppress

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    TimedOut,
)

from channels.base import Attachment, Choice, Outbound
from channels.errors import Gone, NotSent, OurFault, Refused, SendError, Unknown
from channels.telegram import Telegram
from channels.telegram.failures import send_error
from tests.channels.telegram.conftest import KEY, make_telegram, run

pytestmark = pytest.mark.slow

YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))


def sending(message):
    """What the channel is asked to do."""
    return lambda channel: channel.send(message)


@pytest.fixture
def sam(network):
    """A phone that has written to the bot."""
    phone = network.phone(42)
    phone.type("hello")
    return phone


def test_plain_text_arrives_as_it_is(network, sam):
    """Whatever a text holds, it is shown as typed: no parse mode, no preview, no stray markup."""
    text = "*not bold* _x_ <b>&amp;</b> [a](http://b.example) 5 < 6 🙂"
    receipt = run(make_telegram(network), sending(Outbound("42", text)))
    (sent,) = network.ledger
    assert sent["text"] == text
    assert sent["parse_mode"] is None
    assert not sent["preview"]
    assert receipt.provider_id == make_telegram(network).ids.message(42, sent["message_id"])


def test_what_cannot_be_sent_is_replaced(network, sam):
    """Acceptance 10: NUL and lone surrogates do not stop a message."""
    run(make_telegram(network), sending(Outbound("42", "a\x00b\ud800c")))
    assert sam.texts == ["a\ufffdb\ufffdc"]


def test_a_tap_comes_back_and_is_acknowledged(network, sam):
    """Acceptance 8: a tap, a double one and one on buttons tidied away: all are acknowledged."""

    async def talk(channel):
        receipt = await channel.send(Outbound("42", "Well?", YES_NO, "p1"))
        shown = sam.received[-1]["message_id"]
        taps = [sam.tap("Yes"), sam.tap("Yes")]
        await channel.tidy("42", receipt.provider_id)
        await channel.tidy("42", receipt.provider_id)
        taps += [sam.tap("No", shown), "of nobody"]
        events = [channel.parse(body)[0] for _, body in await channel.poll(0)]
        for tap in taps:
            await channel.acknowledge(tap)
        return taps, events

    taps, events = run(make_telegram(network), talk)
    pressed = [event for event in events if event.kind == "choice"]
    assert [(event.prompt, event.key) for event in pressed] == [
        ("p1", k) for k in ("yes", "yes", "no")
    ]
    assert [event.callback for event in pressed] == taps[:3]
    assert network.look()["answered"] == dict.fromkeys(taps, 1)
    assert "reply_markup" not in sam.screen[-1]


def test_typing_is_shown(network, sam):
    """A phone sees that an answer is being written."""
    run(make_telegram(network), lambda channel: channel.typing("42"))
    assert network.look()["typing"] == {"42": 1}


@pytest.mark.parametrize(
    ("fault", "meaning", "arrived"),
    [
        ({"kind": "status", "code": 502}, NotSent, 0),
        ({"kind": "status", "code": 503}, NotSent, 0),
        ({"kind": "status", "code": 429}, NotSent, 0),
        ({"kind": "status", "code": 500}, Unknown, 0),
        ({"kind": "status", "code": 504}, Unknown, 0),
        ({"kind": "hang"}, Unknown, 0),
        ({"kind": "lost"}, Unknown, 1),
        ({"kind": "broken"}, Unknown, 1),
        (
            {"kind": "status", "code": 403, "description": "Forbidden: user is deactivated"},
            Gone,
            0,
        ),
        (
            {"kind": "status", "code": 400, "description": "Bad Request: chat not found"},
            Refused,
            0,
        ),
        ({"kind": "status", "code": 404, "description": "Not Found"}, OurFault, 0),
        ({"kind": "status", "code": 401, "description": "Unauthorized"}, OurFault, 0),
    ],
)
def test_each_failure_is_told_apart(network, sam, fault, meaning, arrived):
    """Acceptance 6: what certainly did not go, what may have gone, and whose fault it is."""
    network.do("fault", **fault)
    with pytest.raises(SendError) as raised:
        run(make_telegram(network), sending(Outbound("42", "hello")))
    assert type(raised.value) is meaning
    assert len(network.ledger) == arrived


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (EndPointNotFound("x"), OurFault),  # what a wrong token is once the library's bot has run
        (InvalidToken(), OurFault),
        (ChatMigrated(5), Gone),
        (TimedOut(), Unknown),
        (NetworkError("x"), Unknown),
        (BadRequest("x"), Refused),  # a kind of NetworkError
        (KeyError("x"), Unknown),
    ],
)
def test_each_error_of_the_library_has_its_meaning(error, meaning):
    """Acceptance 6: also those that the Bot API server does not bring about."""
    assert type(send_error(error)) is meaning


@pytest.mark.parametrize(
    ("text", "choices", "to", "meaning"),
    [
        ("x" * 4097, (), "42", Refused),
        ("  ", (), "42", Refused),
        ("hi", (Choice("k" * 70, "A"),), "42", Refused),
        ("hi", (), "-10042", Refused),
        ("hi", (), "@somebody", Refused),
        ("hi", (), "", Refused),
        ("hi", (), "43", Refused),  # has never written to the bot
    ],
)
def test_what_cannot_go_is_refused(network, sam, text, choices, to, meaning):
    """A message Telegram would never take, or that is for no private chat, is refused for good."""
    with pytest.raises(meaning):
        run(make_telegram(network), sending(Outbound(to, text, choices, "p")))
    assert network.ledger == []


def test_blocked_and_unblocked(network, sam):
    """A phone that blocks the bot is gone and says so, until it takes the block away."""
    channel = make_telegram(network)
    sam.block()
    with pytest.raises(Gone):
        run(channel, sending(Outbound("42", "hello")))
    sam.block(blocked=False)
    run(channel, sending(Outbound("42", "hello")))
    events = [channel.parse(body)[0] for _, body in run(channel, lambda c: c.poll(0))]
    assert [getattr(event, "change", None) for event in events] == [None, "blocked", "unblocked"]


def test_a_flood_is_waited_for_by_its_chat_only(network, sam):
    """Acceptance 6: after a 429 the time to wait is told, and other chats go on meanwhile."""
    other = network.phone(43)
    other.type("hello")

    async def talk(channel):
        network.do("flood", chat=42, seconds=1.5)
        with pytest.raises(NotSent) as raised:
            await channel.send(Outbound("42", "held"))
        began = time.monotonic()
        await channel.send(Outbound("43", "at once"))
        assert time.monotonic() - began < 1
        await asyncio.sleep(raised.value.retry_after)
        await channel.send(Outbound("42", "held"))
        return raised.value.retry_after

    assert run(make_telegram(network), talk) >= 1.5
    assert [sent["text"] for sent in network.ledger] == ["at once", "held"]
    assert network.look()["early"] == 1


def test_nobody_listening_is_not_sent(network):
    """A refused connection and a host that is not there certainly took nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    for url in (nobody, "http://telegram.invalid", "nonsense://x"):
        channel = Telegram(network.token, key=KEY, base_url=url, seconds=1)
        with pytest.raises(NotSent):
            run(channel, sending(Outbound("42", "hello")))


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        # A firewall or a proxy: ours to mend. Only Telegram's own 403 says that a client is gone.
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\n<html>", OurFault),
        (b"HTTP/1.1 499 Odd\r\ncontent-length: 0\r\n\r\n", OurFault),
        (b"HTTP/1.1 520 Odd\r\ncontent-length: 0\r\n\r\n", Unknown),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n{", Unknown),
        (b"", Unknown),
    ],
)
def test_what_is_not_telegrams_answer(network, answer, meaning):
    """Acceptance 6: hanging up leaves nobody knowing; a wall in between is ours to mend."""

    async def talk(_):
        async def strange(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(strange, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        channel = Telegram(network.token, key=KEY, base_url=f"http://127.0.0.1:{port}", seconds=1)
        try:
            with pytest.raises(SendError) as raised:
                await channel.send(Outbound("42", "hello"))
        finally:
            await channel.close()
            server.close()
        return type(raised.value)

    assert run(make_telegram(network), talk) is meaning


def test_no_failure_tells_the_token_or_the_words(network, sam, caplog):
    """S13 and S15: neither is in an error, its traceback, a repr or a log, whatever fails."""
    caplog.set_level(logging.DEBUG)
    channel, told, failed = make_telegram(network), [repr(make_telegram(network))], []
    told.append(repr(channel.connection) + repr(channel.ids))
    faults = [{"kind": kind} for kind in ("status", "hang", "lost", "broken")]
    faults += [{"kind": "status", "code": code} for code in (401, 404, 403, 400, 429, 500)]
    for method in ("sendMessage", "getUpdates"):
        for fault in faults:
            network.do("fault", method=method, **fault)
            try:
                words = Outbound("42", "canary words")
                run(channel, sending(words) if method == "sendMessage" else lambda c: c.poll(0))
            except SendError as error:
                failed.append(error)
    assert len(failed) == 2 * len(faults)
    assert all(error.__cause__ is error.__context__ is None for error in failed)
    told += ["".join(traceback.format_exception(error)) for error in failed]
    for text in [*told, caplog.text]:
        assert network.token not in text
        assert "TEST-token" not in text
    assert "canary" not in caplog.text


def test_each_loop_has_its_own_connections(network, sam):
    """A channel may be used in one event loop after another, as the commands of one process do."""
    channel = make_telegram(network)
    for text in ("one", "two"):
        run(channel, sending(Outbound("42", text)))
    assert sam.texts == ["one", "two"]


def test_two_loops_side_by_side(network, sam):
    """Two parts of one process, each with its own loop, may share a channel."""
    channel = make_telegram(network)
    with asyncio.Runner() as one, asyncio.Runner() as other:
        for text, loop in (("one", one), ("two", other), ("three", one)):
            loop.run(channel.send(Outbound("42", text)))
        for loop in (one, other):
            loop.run(channel.close())
    assert sam.texts == ["one", "two", "three"]


def test_an_attachment_is_fetched(network, sam):
    """A picture comes whole, byte for byte."""
    body = bytes(range(256)) * 4000
    sam.photo(body, "look")

    async def fetch(channel):
        event = channel.parse((await channel.poll(0))[-1][1])[0]
        return await channel.fetch(event.attachments[0])

    assert run(make_telegram(network), fetch) == body


@pytest.mark.parametrize("said", [True, False], ids=["size told", "size not told"])
def test_a_large_attachment_is_refused(network, said):
    """Ten megabytes are the most that is taken in, whether the size was told before or not."""
    network.do("file", name="big", body="AAAA" * (4 * 1024 * 1024))
    attachment = Attachment("document", "big", size=12 * 1024 * 1024 if said else None)
    with pytest.raises(Refused):
        run(make_telegram(network), lambda channel: channel.fetch(attachment))
    assert network.look()["calls"].get("getFile", 0) == (0 if said else 1)


@pytest.mark.parametrize(
    "path",
    ["../../bot{token}/getMe", "/etc/passwd", "http://elsewhere.example/x", "//elsewhere/x", ""],
)
def test_files_come_from_the_providers_host_only(network, path):
    """A file that Telegram says is somewhere else is not asked for."""
    network.do("file", name="photo", body="AAAA")
    network.do("place", name="photo", path=path.format(token=network.token))
    with pytest.raises(Refused):
        run(make_telegram(network), lambda channel: channel.fetch(Attachment("photo", "photo")))


def test_what_is_not_there_cannot_be_fetched(network):
    """An unknown file, and what has no file at all, is refused."""
    for attachment in (Attachment("photo", "unknown"), Attachment("location")):
        with pytest.raises(Refused):
            run(make_telegram(network), lambda channel, what=attachment: channel.fetch(what))


def test_a_file_without_end_is_let_go(network):
    """No more of a file is taken in than is wanted, however much there comes."""

    async def talk(_):
        async def pour(reader, writer):
            found = b'{"ok":true,"result":{"file_id":"a","file_unique_id":"a","file_path":"a"}}'
            head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"
            is_file = b"/file/" in await reader.readuntil(b"\r\n\r\n")
            writer.write(head if is_file else head + found)
            with suppress(ConnectionError):
                while is_file:
                    writer.write(b"x" * 65536)
                    await writer.drain()
            writer.close()

        server = await asyncio.start_server(pour, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        channel = Telegram(network.token, key=KEY, base_url=f"http://127.0.0.1:{port}", seconds=5)
        try:
            async with asyncio.timeout(20):
                with pytest.raises(Refused):
                    await channel.fetch(Attachment("photo", "a"))
        finally:
            await channel.close()
            server.close()

    run(make_telegram(network), talk)
