"""A Telegram of our own, the channel on it, and the payloads."""

import asyncio
import json
from pathlib import Path

import pytest

from channels.telegram import Telegram
from tests.channels.bot_api.running import telegram_network

PAYLOADS = Path(__file__).resolve().parents[1] / "payloads" / "telegram"
SECRET = "right-secret_of-the-webhook"
KEY = b"k" * 32


def payloads(start):
    """The payload files whose names begin so, as parameters of a test."""
    files = sorted(PAYLOADS.glob(f"{start}*.json"))
    assert files
    return [pytest.param(json.loads(path.read_text("utf-8")), id=path.stem) for path in files]


def make_telegram(network, **more):
    """The channel as a service would have it, only quicker to give up."""
    settings = {"key": KEY, "secret": SECRET, "seconds": 1.0, "wait": 1.0, **more}
    return Telegram(network.token, base_url=network.url, **settings)


def run(channel, doing):
    """Runs `doing(channel)` to its end, and closes the channel."""

    async def whole():
        try:
            return await doing(channel)
        finally:
            await channel.close()

    return asyncio.run(whole())


@pytest.fixture(scope="session")
def telegram():
    """One Telegram for all tests."""
    with telegram_network() as made:
        yield made


@pytest.fixture
def network(telegram):
    """A Telegram where nothing has happened yet."""
    telegram.do("reset")
    return telegram
