"""What became of a request to the Bot API, in the words of every channel.

    answered 429 (flood), 502 or 503, never connected    NotSent
    no answer, a broken one, any other 5xx               Unknown
    403: blocked by its owner                            OptedOut
    403: account deleted                                 Gone
    400: too long, "chat not found" and the like         Refused
    401, 404, 409: token, account, another copy of us    OurFault
    a refusal that is not in Telegram's shape            OurFault

A 500 is Unknown, because Telegram says it of messages that it took and then restarted on. "Chat
not found" is Refused and not Gone: the Bot API's makers have had it come for people who had
written to the bot, and a token swapped by mistake brings it for every client at once.
"""

from collections.abc import Awaitable

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from channels.errors import Gone, NotSent, OptedOut, OurFault, Refused, SendError, Unknown

# Raised before anything was handed over.
NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
# What the library lets through when an answer is not shaped as it expects: it was an answer.
MISREAD = (KeyError, TypeError, ValueError, AttributeError)


class NotTaken(TelegramError):
    """Telegram says that it did not do what was asked; `seconds` is how long to wait, if told."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__(NotTaken.__doc__ or "")
        self.seconds = seconds


class NotTelegram(TelegramError):
    """Something between us and Telegram refused; its 403 says nothing about a client."""


# BadRequest is a kind of NetworkError: nothing here may ask for that one.
MEANINGS: dict[type[TelegramError], type[SendError]] = {
    Forbidden: Gone,
    ChatMigrated: Gone,
    BadRequest: Refused,
    InvalidToken: OurFault,
    EndPointNotFound: OurFault,
    Conflict: OurFault,
    NotTelegram: OurFault,
}


def send_error(error: Exception) -> SendError:
    """The failure that `error` stands for, with nothing of its text: that may name the token."""
    if isinstance(error, NotTaken):
        return NotSent(error.seconds)
    if isinstance(error.__cause__, NEVER_LEFT):
        return NotSent()
    if isinstance(error, Forbidden) and "blocked by the user" in error.message:
        return OptedOut(OptedOut.__doc__)
    found = (meaning for kind, meaning in MEANINGS.items() if isinstance(error, kind))
    meaning = next(found, Unknown)
    return meaning(meaning.__doc__)


async def asked[T](call: Awaitable[T]) -> T:
    """The answer of the Bot API. Raises SendError.

    The library's error is not kept as its cause or context: one traceback in a log would tell
    the token or somebody's words.
    """
    try:
        return await call
    except (TelegramError, *MISREAD) as error:
        failure = send_error(error)
    raise failure
