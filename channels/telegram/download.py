"""A file from Telegram's own host, and never more of it than is wanted."""

import asyncio
from http import HTTPStatus

import httpx

from channels.errors import NotSent, OurFault, Refused, SendError
from channels.telegram.connection import trusted

LONGEST = 60.0  # seconds for the whole of a file
# A small packed answer could unpack to more than memory holds.
AS_IT_IS = {"accept-encoding": "identity"}
OURS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


async def download(where: str, *, largest: int, steps: httpx.Timeout) -> bytes:
    """What lies at `where`, following it nowhere else; `steps` are its time-outs.

    Raises Refused for more than `largest` bytes and for what is not there (Telegram keeps an
    address for an hour; asking for the file again gives a new one), and any other SendError.
    """
    body = bytearray()
    try:
        async with (
            asyncio.timeout(LONGEST),
            httpx.AsyncClient(timeout=steps, headers=AS_IT_IS, verify=trusted()) as client,
            client.stream("GET", where) as answer,
        ):
            status = answer.status_code
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > largest:
                    break
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        status = 0  # the error names the address, and with it the token: it stays here
    if status == HTTPStatus.OK and len(body) <= largest:
        return bytes(body)
    raise _failure(status)


def _failure(status: int) -> SendError:
    """The failure an HTTP status stands for; zero where there was none."""
    if status in OURS:
        return OurFault(OurFault.__doc__)
    asked_too_much = status == HTTPStatus.TOO_MANY_REQUESTS
    if not status or asked_too_much or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotSent()
    return Refused(Refused.__doc__)
