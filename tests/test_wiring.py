"""Which channels there are follows from the settings alone."""

import pytest

from channels.afterwards import LooksUp
from channels.base import Polls, Posts
from onestep import wiring_channels
from onestep.settings import Settings
from onestep.storage.seal import new_keyring

STRONG = "Q4nK8dVtY2rL6wZx"
TELEGRAM = {"telegram_token": "700100:not-a-real-one"}
TWILIO = {
    "twilio_account_sid": "AC0123456789",
    "twilio_auth_token": "not a real one",
    "twilio_from_number": "+441632960001",
    "public_url": "https://onestep.example.org",
}
KANNEL = {
    "kannel_send_url": "http://127.0.0.1:13013/cgi-bin/sendsms",
    "kannel_username": "onestep",
    "kannel_password": "not a real one",
    "kannel_from_number": "+441632960002",
    "kannel_secret": STRONG,
}
SMTP = {"smtp_host": "mail.example.org", "smtp_from": "onestep@example.org"}
KEYS = new_keyring()


@pytest.fixture
def channels(monkeypatch, tmp_path):
    """The channels of these settings; nothing of this machine's is seen."""
    monkeypatch.chdir(tmp_path)
    return lambda **settings: wiring_channels.channels(Settings(data=tmp_path, **settings), KEYS)


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, {}),
        ({"demo": True}, dict.fromkeys(("telegram", "sms", "email"), "Simulator")),
        (TELEGRAM, {"telegram": "Telegram"}),
        (TWILIO, {"sms": "Twilio"}),
        (KANNEL, {"sms": "Kannel"}),
        (SMTP, {"email": "Email"}),
        ({**TELEGRAM, **KANNEL}, {"telegram": "Telegram", "sms": "Kannel"}),
    ],
)
def test_the_channels_that_are_configured(channels, settings, found):
    """By the name that addresses have for them; a demo's are simulated."""
    made = channels(**settings)
    assert {name: type(channel).__name__ for name, channel in made.items()} == found
    assert {name: channel.name for name, channel in made.items()} == {name: name for name in found}


def test_what_each_can_do(channels):
    """Telegram is polled or posts, Twilio can be asked what became of a text."""
    assert isinstance(channels(**TELEGRAM)["telegram"], Polls)
    assert isinstance(channels(**TWILIO)["sms"], LooksUp)
    kannel = channels(**KANNEL)["sms"]
    assert isinstance(kannel, Posts)
    assert kannel.our_url == "http://127.0.0.1:8000"


def test_a_chat_keeps_its_name_when_the_service_starts_again(channels):
    """An edit finds its message after a restart, and another installation's ids are others."""
    first, again = channels(**TELEGRAM)["telegram"], channels(**TELEGRAM)["telegram"]
    assert first.ids.message(1, 2) == again.ids.message(1, 2)
    assert KEYS.derived("telegram ids") != new_keyring().derived("telegram ids")
