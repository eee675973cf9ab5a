"""The way to the Bot API: addresses, time-outs, and the library's client for each event loop."""

import asyncio
import json
import logging
import ssl
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from channels.telegram.failures import NotTaken, NotTelegram

API = "https://api.telegram.org"
NOBODY_BEHIND = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE)
# At INFO they write the token, within an address; at DEBUG whole messages.
TALKATIVE = ("telegram", "httpx", "httpcore")


@cache
def trusted() -> ssl.SSLContext:
    """Whom a server has to prove to be trusted by; made once, it takes longer than a request."""
    return httpx.create_ssl_context()


class Request(HTTPXRequest):
    """The library's own, telling apart what it throws together and keeping answers out of logs."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As its parent; raises NotTaken or NotTelegram where nothing was done."""
        code, payload = await super().do_request(*args, **kwargs)
        if code == HTTPStatus.TOO_MANY_REQUESTS:  # the library's own error for it warns each time
            raise NotTaken(_wait(payload))
        if code in NOBODY_BEHIND:
            raise NotTaken
        refused = HTTPStatus.BAD_REQUEST <= code < HTTPStatus.INTERNAL_SERVER_ERROR
        if refused and b'"ok"' not in payload:
            raise NotTelegram(NotTelegram.__doc__ or "")
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As its parent, which writes what it cannot read to the log."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("not an answer of the Bot API")
        return answer


@dataclass(frozen=True)
class Connection:
    """Reaches one bot; `seconds` is the longest that one request may take in all."""

    token: str = field(repr=False)
    base_url: str = API
    seconds: float = 10.0
    _open: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Bot, Request, Request]] = field(
        default_factory=WeakKeyDictionary, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)

    @property
    def files(self) -> str:
        """What the address of every file of this bot begins with."""
        return f"{self.base_url}/file/bot{self.token}/"

    @property
    def timeout(self) -> httpx.Timeout:
        """The shares of `seconds` that each step of a request may take."""
        parts = {"connect": 0.3, "pool": 0.1, "write": 0.1, "read": 0.5}
        return httpx.Timeout(**{step: share * self.seconds for step, share in parts.items()})

    def bot(self) -> Bot:
        """The library's client for the running loop: open connections belong to one loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._open:
            asks, polls = self._request(), self._request()
            bot = Bot(
                self.token,
                base_url=f"{self.base_url}/bot",
                base_file_url=f"{self.base_url}/file/bot",
                request=asks,
                get_updates_request=polls,
            )
            self._open[loop] = (bot, asks, polls)
        return self._open[loop][0]

    async def close(self) -> None:
        """Lets go of what the running loop has open; the next request opens anew."""
        _, *requests = self._open.pop(asyncio.get_running_loop(), (None,))
        for request in requests:
            await request.shutdown()

    def _request(self) -> Request:
        limits = self.timeout
        return Request(
            read_timeout=limits.read,
            write_timeout=limits.write,
            connect_timeout=limits.connect,
            pool_timeout=limits.pool,
            httpx_kwargs={"verify": trusted()},
        )


def _wait(payload: bytes) -> float | None:
    """The seconds Telegram asks us to wait, where it says."""
    try:
        seconds = json.loads(payload)["parameters"]["retry_after"]
        return max(float(seconds), 0.0)
    except (ValueError, TypeError, KeyError):
        return None
