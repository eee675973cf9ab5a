"""What the demo's views share: the fields of a request, who is not there, and news as it comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import NoResultFound
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

LOOKS_EACH = 0.25  # seconds between two looks for something new
LONGEST_TEXT = 300_000

View = Callable[[Request], Awaitable[Response]]
Body = TypeAdapter(dict[str, str])


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of a JSON request; anything else is a 400 that says so."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "only this page may do that")
    try:
        return Body.validate_json(await request.body())
    except ValidationError:
        raise HTTPException(400, "send a JSON object of strings") from None


def found(view: View) -> View:
    """The same view, with a 404 for who is not there."""

    async def answer(request: Request) -> Response:
        try:
            return await view(request)
        except NoResultFound:
            raise HTTPException(404, "there is nobody like that here") from None

    return answer


def told_of_changes(request: Request, version: Callable[[], str]) -> Response:
    """Tells a page, as server-sent events, whenever `version` is another."""
    return StreamingResponse(_changes(request, version), media_type="text/event-stream")


async def _changes(request: Request, version: Callable[[], str]) -> AsyncIterator[str]:
    seen = ""
    while not await request.is_disconnected():
        now = await run_in_threadpool(version)
        if now != seen:
            seen = now
            yield f"data: {json.dumps(now)}\n\n"
        await asyncio.sleep(LOOKS_EACH)
