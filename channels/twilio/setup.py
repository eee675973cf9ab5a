"""What whoever runs a service asks of Twilio once: is the account good, and posts the number.

Answers with findings in plain words, and raises nothing for what Twilio says.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from twilio.rest import Client

from channels.base import Finding
from channels.errors import NotSent, OurFault, SendError
from channels.twilio.api import library, understood
from channels.twilio.channel import Twilio

UNKNOWN_ACCOUNT = (
    "Twilio does not know this account SID with this auth token. Copy both again from the first "
    "page of the Twilio console; an API key is something else."
)
NO_WAY = (
    "Twilio cannot be reached from this machine. Check that it may open connections to "
    "api.twilio.com on port 443."
)
NO_ANSWER = "Twilio did not answer in time, or not as expected. Try again in a minute."
TRIAL = (
    "This is a trial account: it writes to verified numbers only, and puts a line of its own "
    "before every text. Upgrade it before you invite anybody."
)
APPLICATION = (
    "A TwiML app of Twilio's answers for this number, so nothing comes here. In the console, set "
    "the number's messages to Webhook."
)


async def set_up(channel: Twilio) -> Sequence[Finding]:
    """Looks at the account and at the number, which is told to post to us; what was found."""
    client = library(channel.sid, channel.token, api=channel.api, seconds=channel.seconds)
    try:
        with understood():
            account = await client.api.v2010.accounts(channel.sid).fetch_async()
            findings = _account(account)
            return (*findings, *_address(channel), *(await _sender(client, channel)))
    except SendError as failure:
        return (Finding(False, _wrong(failure)),)


def _wrong(failure: SendError) -> str:
    return {OurFault: UNKNOWN_ACCOUNT, NotSent: NO_WAY}.get(type(failure), NO_ANSWER)


def _account(account: Any) -> Sequence[Finding]:
    if account.status != "active":
        return (Finding(False, f"The account is {account.status}: see the Twilio console."),)
    good = Finding(True, "The account and its token are good.")
    return (good, Finding(True, TRIAL)) if account.type == "Trial" else (good,)


def _address(channel: Twilio) -> Sequence[Finding]:
    """Whether posts from outside can find us, as far as the address tells."""
    host = urlsplit(channel.public_url).hostname or ""
    if not _is_this_machine(host) or _is_this_machine(urlsplit(channel.api).hostname or ""):
        return ()
    says = (
        f"ONESTEP_PUBLIC_URL is {channel.public_url}, which only this machine can reach: Twilio "
        "needs the https address that the world sees."
    )
    return (Finding(False, says),)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _sender(client: Client, channel: Twilio) -> Sequence[Finding]:
    url = channel.public_url + channel.path
    if not channel.sender.startswith("+"):
        says = (
            f"Set this by hand in the Twilio console, as it is no single number: {channel.sender} "
            f"sends incoming messages to the webhook {url} (HTTP POST)."
        )
        return (Finding(True, says),)
    numbers = await client.incoming_phone_numbers.list_async(phone_number=channel.sender)
    if not numbers:
        says = f"The account has no number {channel.sender}: see Phone Numbers in the console."
        return (Finding(False, says),)
    return await _number(numbers[0], url)


async def _number(number: Any, url: str) -> Sequence[Finding]:
    if not (number.capabilities or {}).get("sms", True):
        return (Finding(False, f"{number.phone_number} cannot send texts: choose another."),)
    if number.sms_application_sid:
        return (Finding(False, APPLICATION),)
    ours = (url, "POST", url, "POST")
    if (number.sms_url, number.sms_method, number.voice_url, number.voice_method) == ours:
        return (Finding(True, f"Texts and calls to {number.phone_number} come to {url}."),)
    await number.update_async(sms_url=url, sms_method="POST", voice_url=url, voice_method="POST")
    says = f"Texts and calls to {number.phone_number} come to {url} from now on."
    return (Finding(True, says),)
