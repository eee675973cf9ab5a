"""What each provider needs to be reached: whole and plausible, or refused in one sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from onestep.settings_given import Given, Network, is_this_machine, networks, web_address

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # what is listened on, no address to be reached by
NUMBER = re.compile(r"\+?\d{3,15}")  # a number, or a short code; a name cannot be answered


class SmtpTls(StrEnum):
    """How the line to the mail server is closed to others."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS = {SmtpTls.STARTTLS: 587, SmtpTls.TLS: 465, SmtpTls.NONE: 25}


class TelegramMode(StrEnum):
    """How updates come from Telegram: asked for, or posted to us."""

    POLLING = "polling"
    WEBHOOK = "webhook"


@dataclass(frozen=True, kw_only=True)
class Telegram:
    """A Telegram bot; with webhooks `webhook_secret` and `public_url` are there."""

    token: SecretStr
    api: str
    mode: TelegramMode
    webhook_secret: SecretStr | None
    public_url: str | None


@dataclass(frozen=True, kw_only=True)
class Twilio:
    """A Twilio account and what its texts come from: a number or a messaging service."""

    account_sid: str
    auth_token: SecretStr
    from_number: str | None
    messaging_service_sid: str | None
    api: str
    public_url: str


@dataclass(frozen=True, kw_only=True)
class Kannel:
    """A Kannel gateway: where it takes texts, from where it may bring some, and where to."""

    send_url: str
    username: str
    password: SecretStr
    from_number: str
    secret: SecretStr
    allowed: tuple[Network, ...]
    our_url: str

    @property
    def elsewhere(self) -> bool:
        """Whether it is on another machine, and may bring nothing from there."""
        there = not is_this_machine(urlsplit(self.send_url).hostname or "")
        return there and all(network.is_loopback for network in self.allowed)


@dataclass(frozen=True, kw_only=True)
class Smtp:
    """A mail server for notices to staff: both name and password are there, or neither."""

    host: str
    port: int
    tls: SmtpTls
    username: str | None
    password: SecretStr | None
    sender: str


def telegram(fields: Mapping[str, Any]) -> Telegram | None:
    """The Telegram bot, or None when nothing of it is set. Raises ValueError, one sentence."""
    given = Given("telegram", fields)
    mode: TelegramMode = given["mode"]
    if not given.any("token", "webhook_secret") and mode is TelegramMode.POLLING:
        return None
    given.need("token")
    given.fits("token", r"\d+:[A-Za-z0-9_-]+", "as BotFather wrote it: digits, a colon, letters")
    if mode is TelegramMode.WEBHOOK:
        given.need("webhook_secret")
    if given["webhook_secret"] is not None:
        given.strong("webhook_secret")
    return Telegram(
        token=given["token"],
        api=web_address(given["api"], given.name("api")),
        mode=mode,
        webhook_secret=given["webhook_secret"],
        public_url=_public(fields, "telegram webhooks", needed=mode is TelegramMode.WEBHOOK),
    )


def twilio(fields: Mapping[str, Any]) -> Twilio | None:
    """The Twilio account, or None when nothing of it is set. Raises ValueError, one sentence."""
    given = Given("twilio", fields)
    if not given.any("account_sid", "auth_token", "from_number", "messaging_service_sid"):
        return None
    given.need("account_sid", "auth_token")
    given.fits("account_sid", r"AC\w+", "the account's SID, which starts with AC")
    if given["messaging_service_sid"] is None:
        given.need("from_number")
    given.fits("from_number", NUMBER.pattern, "a number such as +441632960001, or a short code")
    given.fits("messaging_service_sid", r"MG\w+", "a messaging service's SID, starting with MG")
    public = _public(fields, "twilio's signatures", needed=True)
    assert public is not None  # noqa: S101  # needed, so refused above when it is missing
    return Twilio(
        account_sid=given["account_sid"],
        auth_token=given["auth_token"],
        from_number=given["from_number"],
        messaging_service_sid=given["messaging_service_sid"],
        api=web_address(given["api"], given.name("api")),
        public_url=public,
    )


def kannel(fields: Mapping[str, Any]) -> Kannel | None:
    """The Kannel gateway, or None when nothing of it is set. Raises ValueError, one sentence."""
    given = Given("kannel", fields)
    wanted = ("send_url", "username", "password", "from_number", "secret")
    if not given.any(*wanted):
        return None
    given.need(*wanted)
    given.fits("from_number", NUMBER.pattern, "a number such as +441632960001, or a short code")
    given.strong("secret")
    return Kannel(
        send_url=web_address(given["send_url"], given.name("send_url"), anywhere=True),
        username=given["username"],
        password=given["password"],
        from_number=given["from_number"],
        secret=given["secret"],
        allowed=networks(given["allowed"], given.name("allowed")),
        our_url=_our_url(given, host=fields["host"], port=fields["port"]),
    )


def smtp(fields: Mapping[str, Any]) -> Smtp | None:
    """The mail server, or None when nothing of it is set. Raises ValueError, one sentence."""
    given = Given("smtp", fields)
    if not given.any("host", "port", "username", "password", "from"):
        return None
    given.need("host", "from")
    given.fits("host", r"[A-Za-z0-9.:-]+", "a name such as mail.example.org, and nothing more")
    given.fits("from", r"[^\s@<>,;:\"]+@[A-Za-z0-9.-]+", "one address, like onestep@example.org")
    if given.any("username", "password"):
        given.need("username", "password")
    tls: SmtpTls = given["tls"]
    if tls is SmtpTls.NONE and not is_this_machine(given["host"]):
        raise ValueError(
            f"{given.name('tls')} must be starttls or tls: a notice in the open could be read"
        )
    return Smtp(
        host=given["host"],
        port=given["port"] or PORTS[tls],
        tls=tls,
        username=given["username"],
        password=given["password"],
        sender=given["from"],
    )


def _our_url(given: Given, *, host: str, port: int) -> str:
    """Where the gateway reaches our web part; where nobody says, at the address it listens on."""
    name = given.name("our_url")
    if given["our_url"] is not None:
        return web_address(given["our_url"], name, anywhere=True)
    beside = is_this_machine(urlsplit(given["send_url"].strip()).hostname or "")
    if host in EVERYWHERE and beside:
        host = "127.0.0.1"
    if not beside and (host in EVERYWHERE or is_this_machine(host)):
        raise ValueError(
            f"{name} is missing: Kannel is on another machine, and must be told where it reaches "
            f"us, such as http://10.0.0.5:{port}"
        )
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _public(fields: Mapping[str, Any], reason: str, *, needed: bool) -> str | None:
    text = fields["public_url"]
    if text is None:
        if needed:
            raise ValueError(f"ONESTEP_PUBLIC_URL is missing: {reason} need the address we have")
        return None
    return web_address(text, "ONESTEP_PUBLIC_URL")
