"""What each provider needs to be reached: whole and plausible, or refused in one sentence."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LEAST_SECRET = 16  # characters of a secret that the service chose itself
LEAST_DIFFERENT = 8
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # what is listened on, no address to be reached by
NUMBER = re.compile(r"\+?\d{3,15}")  # a number, or a short code; a name cannot be answered


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
        there = not _is_this_machine(urlsplit(self.send_url).hostname or "")
        return there and all(network.is_loopback for network in self.allowed)


class _Given:
    """The fields of one provider as they were given, each refused by the name it is set by."""

    def __init__(self, provider: str, fields: Mapping[str, Any]) -> None:
        self.provider = provider
        self._fields = fields

    def __getitem__(self, name: str) -> Any:
        return self._fields[f"{self.provider}_{name}"]

    def any(self, *names: str) -> bool:
        return any(self[name] is not None for name in names)

    def name(self, name: str) -> str:
        return f"ONESTEP_{self.provider}_{name}".upper()

    def need(self, *names: str) -> None:
        for name in names:
            if self[name] is None:
                raise ValueError(f"{self.name(name)} is missing: {self.provider} needs it")

    def strong(self, name: str) -> None:
        """Refuses a secret of our own choosing that could be guessed."""
        secret = self[name].get_secret_value()
        if len(secret) < LEAST_SECRET or len(set(secret)) < LEAST_DIFFERENT:
            raise ValueError(
                f"{self.name(name)} is too easy to guess: take at least {LEAST_SECRET} letters "
                "and digits drawn at random (`openssl rand -hex 24` makes some)"
            )
        self.fits(name, r"[A-Za-z0-9_-]{1,256}", "only letters, digits, _ and -")

    def fits(self, name: str, pattern: str, meaning: str) -> None:
        value = self[name]
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text is not None and not re.fullmatch(pattern, text):
            raise ValueError(f"{self.name(name)} must be {meaning}")


def telegram(fields: Mapping[str, Any]) -> Telegram | None:
    """The Telegram bot, or None when nothing of it is set. Raises ValueError, one sentence."""
    given = _Given("telegram", fields)
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
    given = _Given("twilio", fields)
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
    given = _Given("kannel", fields)
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
        allowed=_networks(given["allowed"], given.name("allowed")),
        our_url=_our_url(given, host=fields["host"], port=fields["port"]),
    )


def _our_url(given: _Given, *, host: str, port: int) -> str:
    """Where the gateway reaches our web part; where nobody says, at the address it listens on."""
    name = given.name("our_url")
    if given["our_url"] is not None:
        return web_address(given["our_url"], name, anywhere=True)
    beside = _is_this_machine(urlsplit(given["send_url"].strip()).hostname or "")
    if host in EVERYWHERE and beside:
        host = "127.0.0.1"
    if not beside and (host in EVERYWHERE or _is_this_machine(host)):
        raise ValueError(
            f"{name} is missing: Kannel is on another machine, and must be told where it reaches "
            f"us, such as http://10.0.0.5:{port}"
        )
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def web_address(text: str, setting: str, *, anywhere: bool = False) -> str:
    """An address to build on, without the slash at its end.

    Refuses, by ValueError, what would send a secret in the open (http to another machine, unless
    `anywhere`: a gateway of one's own often stands in one's own network) and what a signature
    would not survive: a name and password, a query, a fragment.
    """
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError(f"{setting} must be a web address such as https://example.org")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(f"{setting} must be a plain web address, with nothing after ? or #")
    if parts.scheme == "http" and not anywhere and not _is_this_machine(host):
        raise ValueError(f"{setting} must start with https: what is sent there is secret")
    return text.strip().rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _public(fields: Mapping[str, Any], reason: str, *, needed: bool) -> str | None:
    text = fields["public_url"]
    if text is None:
        if needed:
            raise ValueError(f"ONESTEP_PUBLIC_URL is missing: {reason} need the address we have")
        return None
    return web_address(text, "ONESTEP_PUBLIC_URL")


def _networks(text: str, setting: str) -> tuple[Network, ...]:
    try:
        found = tuple(
            ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()
        )
    except ValueError:
        found = ()
    if not found:
        raise ValueError(f"{setting} must be addresses such as 127.0.0.1, 10.0.0.0/8")
    return found
