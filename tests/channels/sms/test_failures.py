"""Acceptance 6: what certainly did not go is told apart from what may have, on both carriers."""

import asyncio
import socket
import traceback
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from channels.afterwards import LooksUp
from channels.base import Outbound
from channels.errors import NotSent, OurFault, Refused, Unknown
from tests.channels.kannel.conftest import made as kannel
from tests.channels.peers.process import free_port
from tests.channels.peers.shaky import HANG, answer, shaky
from tests.channels.twilio.signed import made as twilio

SECRETS = ("a-made-up-token", "a-made-up-password", "+447700900101", "07700900101", "my words")
MESSAGE = Outbound("+447700900101", "my words", reference="R1")


@pytest.fixture
def carrier():
    """A carrier whose line is bad."""
    with shaky() as made:
        yield made


def channels(url):
    """Both channels, calling `url`."""
    return [twilio(api=url, seconds=0.5), kannel(send_url=f"{url}/sendsms", seconds=0.5)]


@pytest.fixture(params=[0, 1], ids=["twilio", "kannel"])
def channel(request, carrier):
    """Each of the two, on the bad line."""
    return channels(carrier.url)[request.param]


def failing(channel, message=MESSAGE):
    """What the send raised; none of it may quote the words, the number or a secret."""
    with pytest.raises((NotSent, Unknown, Refused, OurFault)) as raised:
        asyncio.run(channel.send(message))
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value.args)
    assert raised.value.__context__ is None  # what it came from has the whole request in it
    assert not [secret for secret in SECRETS if secret in told]
    return raised.value


@pytest.mark.parametrize("which", [0, 1], ids=["twilio", "kannel"])
def test_nobody_there(which):
    """A refused connection: it certainly did not go."""
    channel = channels(f"http://127.0.0.1:{free_port()}")[which]
    assert isinstance(failing(channel), NotSent)


@pytest.mark.parametrize("which", [0, 1], ids=["twilio", "kannel"])
def test_no_such_name(which, monkeypatch):
    """A name that leads nowhere: it certainly did not go."""

    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert isinstance(failing(channels("http://nowhere.invalid")[which]), NotSent)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (HANG, Unknown),
        (b"", Unknown),
        (b"HTTP/1.1 2", Unknown),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Unknown),
        (answer("500 Broken"), Unknown),
        (answer("504 Gateway Timeout"), Unknown),
        (answer("502 Bad Gateway"), NotSent),
        (answer("503 Unavailable"), NotSent),
        (answer("429 Slow down"), NotSent),
        (answer("401 Who"), OurFault),
        (answer("403 No"), OurFault),
        (answer("404 Where"), OurFault),
        (answer("400 What"), Refused),
        (answer("413 Too much"), Refused),
    ],
)
def test_a_bad_line(channel, carrier, said, error):
    """Once the carrier may have taken it, nothing but Unknown will do; it is asked just once."""
    carrier.says["*"] = said
    assert type(failing(channel)) is error
    assert len(carrier.took) == 1


@pytest.mark.parametrize("seconds", ["1", "30"])
def test_how_long_to_wait(channel, carrier, seconds):
    """What a carrier asks us to wait is passed on."""
    carrier.says["*"] = answer("429 Slow down", Retry_After=seconds)
    assert failing(channel).retry_after == float(seconds)


@pytest.mark.parametrize("date", ["Wed, 21 Oct 2026 07:28:00 GMT", "-3", "soon", ""])
def test_an_odd_wait_is_none(channel, carrier, date):
    """A wait that is no number of seconds leaves the time to our own schedule."""
    carrier.says["*"] = answer("503 Unavailable", Retry_After=date)
    assert failing(channel).retry_after is None


@pytest.mark.parametrize("to", ["60777", "VODAFONE", "", "07700900101"])
def test_what_cannot_be_answered_is_not(channel, carrier, to):
    """Short codes and names get no text: nothing reaches the carrier."""
    assert isinstance(failing(channel, Outbound(to, "my words")), Refused)
    assert carrier.took == []


def test_nothing_secret_stands_in_an_address(channel, carrier):
    """Words, numbers and secrets travel in headers and bodies, which nobody logs."""
    carrier.says["*"] = answer("202 Accepted")
    with suppress(Unknown):  # Twilio would have told an id
        asyncio.run(channel.send(MESSAGE))
    first = carrier.took[0].split(b"\r\n")[0].decode()
    assert not [secret for secret in (*SECRETS, "447700900101") if secret in first]


def test_nothing_is_logged(channel, carrier, caplog):
    """At every level a log has neither words, nor numbers, nor secrets."""
    caplog.set_level("DEBUG")
    carrier.says["*"] = answer("503 Unavailable")
    failing(channel)
    if isinstance(channel, LooksUp):  # a question, with the number in its address
        with suppress(NotSent):
            asyncio.run(channel.look_up(MESSAGE, since=datetime.now(UTC)))
        assert b"447700900101" in carrier.took[1].split(b"\r\n")[0]
    assert not [secret for secret in (*SECRETS, "447700900101") if secret in caplog.text]
