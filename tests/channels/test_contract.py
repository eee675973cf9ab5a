"""Every channel holds to the contract of channels/base.py (acceptance 11)."""

import asyncio
import pkgutil
import traceback

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import channels
from channels.afterwards import Explains, LooksUp, Reconciles
from channels.base import Answer, Choice, Fetches, Live, Outbound, Polls, Posted, Posts, Receipt
from channels.errors import Forged, NotSent, OurFault, SendError, Unknown
from tests.channels.contract import KITS, SECRET, all_posts, allowed, read_or_refused

NO_CHANNELS = {"afterwards", "base", "errors", "ledger", "sms"}
NOBODY = "http://127.0.0.1:9"  # the port of a service nobody runs
STATUSES = (200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503)
BODIES = (
    (b"application/json", b"{}"),
    (b"application/json", b'{"ok": true, "result": [], "sid": null}'),
    (b"text/html", b"<html>busy</html>"),
)
# What can be said of any provider by its status alone.
CERTAIN = {401: OurFault, 429: NotSent, 502: NotSent, 503: NotSent}


def reply(status, kind, body):
    """An answer as it goes over the line."""
    head = b"HTTP/1.1 %d X\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return head % (status, kind, len(body)) + body


STRANGE = [
    (b"", Unknown),
    (b"\x00\xff garbage\r\n\r\n", Unknown),
    *(
        (reply(status, *body), CERTAIN.get(status, Receipt | SendError))
        for status in STATUSES
        for body in BODIES
    ),
]
each_channel = pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.module)
each_by_http = pytest.mark.parametrize(
    "kit", [kit for kit in KITS if kit.by_http], ids=lambda kit: kit.module
)
each_posting = pytest.mark.parametrize(
    "kit", [kit for kit in KITS if kit.genuine()], ids=lambda kit: kit.module
)


def test_every_channel_is_asked():
    """No module of channels/ is left out: a new channel needs its kit."""
    found = {module.name for module in pkgutil.iter_modules(channels.__path__)}
    assert found - NO_CHANNELS == {kit.module for kit in KITS}


@each_channel
def test_what_it_says_it_can_do(kit, tmp_path):
    """A channel has a name, a pace and a way in unless it only sends, each as in base.py."""
    channel = kit.make(NOBODY, tmp_path)
    assert channel.name in ("telegram", "sms", "email")
    assert channel.pace.per_second >= 0
    assert channel.pace.per_address_seconds >= 0
    if isinstance(channel, Posts):
        assert channel.path.startswith("/webhooks/")
        assert 0 < channel.limit <= 1024 * 1024
        assert isinstance(channel.answer(Posted("", {}, b"")), Answer)
    # A protocol is looked for by its names alone: all of them are there, or none.
    for protocol in (Posts, Polls, Fetches, Live, LooksUp, Explains, Reconciles):
        names = protocol.__protocol_attrs__
        has = [hasattr(type(channel), name) for name in names]
        assert all(has) or not any(has) or protocol is Polls, protocol
    comes_in = isinstance(channel, Posts | Polls)
    assert kit.module == "simulator" or comes_in != kit.only_sends


@pytest.mark.slow
@each_channel
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text(st.sampled_from("ab é\n€ж🙂\u200d\u0301[]"), max_size=400))
def test_parts_rejoin_to_the_text(kit, text, tmp_path_factory):
    """Acceptance 7: nothing that shows is lost or added by cutting, and no part is blank."""
    channel = kit.make(NOBODY, tmp_path_factory.mktemp("parts"))
    for long_text in (text, text * 40):
        pieces = channel.parts(long_text)
        assert "".join("".join(pieces).split()) == "".join(long_text.split())
        assert len(pieces) <= 1 or all(piece.strip() for piece in pieces)
        for piece in pieces:
            piece.encode()  # no sign was cut in two


@each_posting
def test_what_it_reads_is_understood(kit, tmp_path):
    """Acceptance 1 and 3: a payload with its proof gives known events, each time the same."""
    channel = kit.make(NOBODY, tmp_path)
    seen = 0
    for posted in kit.genuine():
        events = channel.read(posted)
        for event in events:
            allowed(event, channel.name)
        assert [event.provider_id for event in channel.read(posted)] == [
            event.provider_id for event in events
        ]
        seen += len(events)
    assert seen > 5


@each_posting
def test_what_is_spoilt_on_the_way_is_refused_or_read(kit, tmp_path):
    """Acceptance 1: whatever stands in a believed post, nothing but Unreadable comes of it."""
    channel = kit.make(NOBODY, tmp_path)
    for posted in all_posts(kit):
        for event in read_or_refused(channel, posted):
            allowed(event, channel.name)


@each_posting
def test_what_is_forged_is_refused(kit, tmp_path):
    """Acceptance 10: without its proof no post is read, whatever it says."""
    channel = kit.make(NOBODY, tmp_path)
    tried = 0
    for posted in kit.genuine():
        for forged in kit.forge(posted):
            with pytest.raises(Forged):
                channel.read(forged)
            tried += 1
    assert tried > 50


async def outcome(channel, message):
    """What became of one send; anything but a receipt or a SendError is raised."""
    try:
        return await channel.send(message)
    except SendError as error:
        return error
    finally:
        if hasattr(channel, "close"):
            await channel.close()


@each_channel
def test_nobody_there_is_not_sent(kit, tmp_path):
    """Acceptance 6: a provider that cannot be reached took nothing over."""
    message = Outbound(kit.to, "hello", (Choice("a", "A"),), "p", "01REF")
    became = asyncio.run(outcome(kit.make(NOBODY, tmp_path), message))
    assert isinstance(became, Receipt if kit.module == "simulator" else NotSent)


@each_by_http
def test_a_strange_provider_is_told_apart(kit, tmp_path):
    """Acceptance 6: whatever comes back, the outcome is of the tree, and tells no secret."""

    async def ask(answer):
        async def strange(reader, writer):
            await reader.read(65536)
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(strange, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            return await outcome(
                kit.make(url, tmp_path), Outbound(kit.to, "canary words", reference="01REF")
            )
        finally:
            server.close()

    for answer, expected in STRANGE:
        became = asyncio.run(ask(answer))
        assert kit.module == "simulator" or isinstance(became, expected), answer
        if isinstance(became, SendError):
            told = "".join(traceback.format_exception(became))
            assert SECRET not in told
            assert "canary" not in told


@each_channel
def test_it_keeps_its_secrets(kit, tmp_path):
    """S13: what a channel shows of itself holds no token, password or secret."""
    channel = kit.make(NOBODY, tmp_path)
    assert SECRET not in repr(channel)
    assert SECRET not in str(channel)
