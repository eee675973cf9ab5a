"""Tells an open page, as server-sent events, that what it shows has changed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import cache

from anyio import CapacityLimiter, sleep, to_thread
from starlette.responses import Response, StreamingResponse

from onestep.services.sign_in import who_is
from onestep.web.console.call import Call

LOOKS_EACH = 1.0  # seconds
# All streams together look with so many threads: however many are open, a page finds one free.
LOOKS_AT_ONCE = 2
OVER = "event: over\ndata: over\n\n"


def stream(call: Call, version: Callable[[], str | None]) -> Response:
    """Events with the newest `version`; ends where it is None, or whoever asked is signed out."""
    return StreamingResponse(_events(call, version), media_type="text/event-stream")


async def _events(call: Call, version: Callable[[], str | None]) -> AsyncIterator[str]:
    seen = ""
    while not await call.request.is_disconnected():
        now = await to_thread.run_sync(_look, call, version, limiter=_one_by_one())
        if now is None:
            yield OVER
            return
        if now != seen:
            seen = now
            yield f"data: {now}\n\n"
        await sleep(LOOKS_EACH)


@cache
def _limit_of(_: object) -> CapacityLimiter:
    return CapacityLimiter(LOOKS_AT_ONCE)


def _one_by_one() -> CapacityLimiter:
    """What all streams of one event loop share."""
    return _limit_of(asyncio.get_running_loop())


def _look(call: Call, version: Callable[[], str | None]) -> str | None:
    signed = who_is(call.app, call.cookie, now=call.console.wall(), noted=False)
    return None if signed is None else version()
