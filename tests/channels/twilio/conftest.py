"""A channel to a Twilio on this machine, with our webhook behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from channels.twilio import Twilio
from tests.channels.peers.emulate import NUMBER, SID, TOKEN, Emulate, emulating
from tests.channels.peers.receiver import Receiver, receiving


@dataclass
class Line:
    """Both ends of the line: our channel and webhook, and the Twilio in between."""

    channel: Twilio
    receiver: Receiver
    peer: Emulate


@pytest.fixture(scope="session")
def line_once(tmp_path_factory) -> Iterator[Line]:
    """The line, started once: it takes seconds."""
    folder = tmp_path_factory.mktemp("emulate")
    with receiving() as receiver, emulating(folder, receiver.url + Twilio.path) as peer:
        channel = Twilio(
            sid=SID, token=TOKEN, sender=NUMBER, public_url=receiver.url, api=peer.url
        )
        receiver.channel = channel
        yield Line(channel, receiver, peer)


@pytest.fixture
def line(line_once) -> Line:
    """The line, with nothing on it that an earlier test left."""
    line_once.receiver.events.clear()
    line_once.receiver.posts.clear()
    line_once.receiver.statuses.clear()
    return line_once
