"""A Telegram, a warm process and a service of one's own on either database."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from channels.base import Pace
from channels.telegram import Telegram
from tests.channels.bot_api.running import telegram_network
from tests.reliability.places import Lives, Place


@pytest.fixture(scope="session")
def telegram():
    """One Telegram for all tests here."""
    with telegram_network() as made:
        yield made


@pytest.fixture
def network(telegram):
    """A Telegram where nothing has happened yet."""
    telegram.do("reset")
    return telegram


@pytest.fixture(scope="session")
def lives():
    """The warm process that parts are forked from."""
    warm = Lives()
    yield warm
    warm.close()


class Unpaced(Telegram):
    """On a clock that stands still, its own pace would let out one message in each moment."""

    pace = Pace(per_address_seconds=1.0)


@pytest.fixture
def timed(world, network):
    """A service in this process on that Telegram, whose time the test moves."""
    world.app.channels["telegram"] = channel = Unpaced(
        network.token, key=b"k" * 32, base_url=network.url, seconds=1.0
    )
    yield world
    world.run(channel.close())


@pytest.fixture
def place(made, network, lives, fresh_url):
    """A service on disk that nobody runs yet.

    Its folder is not pytest's own: the path of a socket in it has a limit, which that may pass.
    """
    with TemporaryDirectory(prefix="onestep-") as folder:
        there = Place(Path(folder) / "service", made, network, lives, url=fresh_url())
        yield there
        there.close()
