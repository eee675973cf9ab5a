"""`onestep twilio` against a Twilio that remembers: what is wrong, said in plain words."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from channels.base import Finding
from channels.twilio import setup
from tests.channels.peers.emulate import NUMBER, SID, TOKEN
from tests.channels.twilio.signed import made

pytestmark = pytest.mark.slow
HOOK = "https://onestep.example.org/webhooks/twilio"


def found(channel):
    """What was found, as (fine, words)."""
    return [(each.fine, each.says) for each in asyncio.run(setup.set_up(channel))]


def posts_to(line):
    """Where the number posts texts and calls, as Twilio has it."""
    url = f"{line.peer.url}/2010-04-01/Accounts/{SID}/IncomingPhoneNumbers.json"
    listed = httpx.get(url, params={"PhoneNumber": NUMBER}, auth=(SID, TOKEN)).json()
    (number,) = listed["incoming_phone_numbers"]
    return number["sms_url"], number["sms_method"], number["voice_url"], number["voice_method"]


def test_all_is_well(line):
    """A good account whose number posts to us: said, and nothing to do."""
    good, comes = found(line.channel)
    assert good[0]
    hook = f"{line.receiver.url}/webhooks/twilio"
    assert comes == (True, f"Texts and calls to {NUMBER} come to {hook}.")


def test_the_number_is_told_to_post_to_us(line):
    """A number that posts elsewhere is set up, texts and calls, and says so once."""
    before = posts_to(line)
    there = replace(line.channel, public_url=HOOK.removesuffix("/webhooks/twilio"))
    try:
        assert found(there)[-1][1].endswith("from now on.")
        assert posts_to(line) == (HOOK, "POST", HOOK, "POST")
        assert not found(there)[-1][1].endswith("from now on.")
    finally:
        assert all(fine for fine, _ in found(line.channel))
    assert posts_to(line) == before


def test_a_wrong_token(line):
    """A token that Twilio does not know is said to be that, and is not repeated."""
    channel = made(api=line.peer.url, token="another-token")
    assert found(channel) == [(False, setup.UNKNOWN_ACCOUNT)]
    assert "another-token" not in setup.UNKNOWN_ACCOUNT


def test_a_number_of_somebody_else(line):
    """A number that the account does not have is named, with where to look."""
    fine, says = found(replace(line.channel, sender="+447700900999"))[-1]
    assert not fine
    assert "+447700900999" in says


def test_a_messaging_service_is_set_by_hand(line):
    """Where there is no single number, what to set in the console is spelled out."""
    fine, says = found(replace(line.channel, sender="MG" + "b" * 32))[-1]
    assert fine
    assert line.channel.public_url + line.channel.path in says


def test_an_address_nobody_outside_can_reach():
    """A public address of this machine alone is told before the first text is lost."""
    (address,) = setup._address(made(public_url="http://127.0.0.1:8000"))
    assert not address.fine
    assert "ONESTEP_PUBLIC_URL" in address.says


def test_nobody_there():
    """No way to Twilio is told from a wrong token."""
    away = made(api="http://127.0.0.1:9")
    assert asyncio.run(setup.set_up(away)) == (Finding(False, setup.NO_WAY),)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ({"capabilities": {"sms": False}}, "cannot send texts"),
        ({"sms_application_sid": "AP1"}, "TwiML app"),
    ],
)
def test_a_number_that_would_never_post(number, says):
    """What would keep texts from coming here is said instead of set up."""

    class Number:
        phone_number, capabilities, sms_application_sid = NUMBER, None, None

    for name, value in number.items():
        setattr(Number, name, value)
    (finding,) = asyncio.run(setup._number(Number(), HOOK))
    assert not finding.fine
    assert says in finding.says
