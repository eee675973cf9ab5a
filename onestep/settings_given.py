"""Reads one provider's settings: each plausible, or refused by the name it is set by."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LEAST_SECRET = 16  # characters of a secret that the service chose itself
LEAST_DIFFERENT = 8


class Given:
    """The fields of one provider as they were given, each refused by the name it is set by."""

    def __init__(self, provider: str, fields: Mapping[str, Any]) -> None:
        self.provider = provider
        self._fields = fields

    def __getitem__(self, name: str) -> Any:
        return self._fields[f"{self.provider}_{name}"]

    def any(self, *names: str) -> bool:
        """Whether one of these is set."""
        return any(self[name] is not None for name in names)

    def name(self, name: str) -> str:
        """The variable of this field."""
        return f"ONESTEP_{self.provider}_{name}".upper()

    def need(self, *names: str) -> None:
        """Refuses, by ValueError, what is half there."""
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
        """Refuses, by ValueError, what is set and does not look like it should."""
        value = self[name]
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text is not None and not re.fullmatch(pattern, text):
            raise ValueError(f"{self.name(name)} must be {meaning}")


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
    if parts.scheme == "http" and not anywhere and not is_this_machine(host):
        raise ValueError(f"{setting} must start with https: what is sent there is secret")
    return text.strip().rstrip("/")


def is_this_machine(host: str) -> bool:
    """Whether what is sent there leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def networks(text: str, setting: str) -> tuple[Network, ...]:
    """The networks that a list names. Raises ValueError."""
    try:
        found = tuple(
            ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()
        )
    except ValueError:
        found = ()
    if not found:
        raise ValueError(f"{setting} must be addresses such as 127.0.0.1, 10.0.0.0/8")
    return found
