"""A channel to a gateway on this machine, with our webhook behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network

import pytest

from channels.kannel import Kannel
from tests.channels.peers.kannel import NUMBER, PASSWORD, USERNAME, Gateway, gateway
from tests.channels.peers.receiver import Receiver, receiving

SECRET = "a-made-up-path-7Q"


@dataclass
class Line:
    """Both ends of the line: our channel and webhook, and the gateway in between."""

    channel: Kannel
    receiver: Receiver
    peer: Gateway


def made(**given) -> Kannel:
    """A channel; what is not given does not matter."""
    whole = {
        "send_url": "http://127.0.0.1:9",
        "username": USERNAME,
        "password": PASSWORD,
        "sender": NUMBER,
        "secret": SECRET,
        "allowed": (ip_network("127.0.0.1/32"),),
        "our_url": "https://example.org",
    }
    return Kannel(**{**whole, **given})


@pytest.fixture(scope="session")
def line_once(tmp_path_factory) -> Iterator[Line]:
    """The line, started once: it takes seconds."""
    folder = tmp_path_factory.mktemp("kannel")
    with receiving() as receiver:
        where = receiver.url + made().path
        with gateway(folder, where) as peer:
            channel = made(send_url=peer.send_url, our_url=receiver.url)
            receiver.channel = channel
            yield Line(channel, receiver, peer)


@pytest.fixture
def line(line_once) -> Line:
    """The line, with nothing on it that an earlier test left."""
    line_once.receiver.events.clear()
    line_once.receiver.posts.clear()
    line_once.receiver.statuses.clear()
    return line_once
