"""One call to a carrier of texts, and which failure it was when it is one.

httpx tells apart what never reached the other end from what may have; its errors quote addresses,
so none of them gets out of here.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx

from channels.errors import NotSent, OurFault, Refused, SendError, Unknown

# At INFO httpx logs whole addresses: with the number of a client in the query.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NO_ADDRESS = (httpx.InvalidURL, httpx.UnsupportedProtocol)
_BEFORE_ACCEPTANCE = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE)
_OURS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # read once: it takes longer than a call


async def call(
    method: str, url: str, *, seconds: float, limit: int = 1_000_000, **more: Any
) -> httpx.Response:
    """The answer to one call, whatever its status, within so many seconds; follows no redirect.

    Raises NotSent when it certainly did not arrive, Unknown when it may have, Refused for an
    answer over `limit` bytes, OurFault for an address that is none.
    """
    # Reaching the other end has half of the time: failing at that is certain, the rest is not.
    patience = httpx.Timeout(seconds, connect=seconds / 2)
    client = httpx.AsyncClient(verify=_trusted(), timeout=patience, follow_redirects=False)
    try:
        async with (
            asyncio.timeout(seconds),
            client,
            client.stream(method, url, **more) as answer,
        ):
            return await _read(answer, limit)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        failed = _meaning(error)
    raise failed  # from out here, so that the library's error does not hang on to it


async def _read(answer: httpx.Response, limit: int) -> httpx.Response:
    """The answer as one that was read at once; what it was packed in has been taken off."""
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > limit:
            raise Refused("too large")
    kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
    return httpx.Response(answer.status_code, headers=kept, content=bytes(body))


def _meaning(error: Exception) -> SendError:
    if isinstance(error, _NEVER_LEFT):
        return NotSent()
    return OurFault("no address") if isinstance(error, _NO_ADDRESS) else Unknown()


_KEPT = ("content-type", "location", "retry-after")


def failure(status: int, headers: Mapping[str, str]) -> SendError:
    """What an answer that is no success means when its status is all there is to go by."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotSent(retry_after(headers))
    if status in _BEFORE_ACCEPTANCE:
        return NotSent(retry_after(headers))
    if status in _OURS:
        return OurFault(str(status))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown(str(status))
    return Refused(str(status))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds a carrier asks us to wait, where it says."""
    asked = headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() else None
