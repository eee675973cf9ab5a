"""A small Bot API server on loopback, with phones to type on and a ledger that is the judge.

`/bot<token>/<method>` and `/file/bot<token>/<path>` are as Telegram documents them; `/test/<what>`
is for the tests (phones.py). Everything is in memory: it outlives whatever is tested against it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.channels.bot_api import methods, phones
from tests.channels.bot_api.faults import Fault, Weather, refusal
from tests.channels.bot_api.ledger import Bot
from tests.channels.bot_api.waiting import Asked, Bell, Posting

FRONT_DOOR = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
NEVER = 3600.0  # seconds; whoever waits gives up before


@dataclass
class Server:
    """One bot and its server."""

    bot: Bot
    weather: Weather
    bell: Bell
    asked: Asked

    async def method(self, request: Request) -> Response:
        """Any method of the Bot API."""
        token, name = request.path_params["token"], request.path_params["method"]
        if token != self.bot.token or self.bot.revoked:
            return _answer(*refusal(401, "Unauthorized"))
        said = await _said(request)
        self.bot.calls[name] += 1
        fault = self.weather.next_fault(name, methods.chat_of(said))
        if fault and fault.kind in ("hang", "status"):
            self.bot.refused[str(fault.code)] += 1
            return await _refused(fault)
        if name.lower() == "getupdates":
            answer = await self.asked.answer(said)
        else:
            answer = methods.call(self.bot, self.weather, name, said)
            self.bell.ring()
        if answer[0] != HTTPStatus.OK:
            self.bot.refused[str(answer[0])] += 1
        if fault and fault.kind in ("lost", "late"):
            await asyncio.sleep(NEVER if fault.kind == "lost" else fault.seconds)
        broken = fault is not None and fault.kind == "broken"
        return PlainTextResponse(f"<{said}>") if broken else _answer(*answer)

    async def file(self, request: Request) -> Response:
        """A file that a phone sent."""
        name = request.path_params["path"].rpartition("/")[2]
        if request.path_params["token"] != self.bot.token or name not in self.bot.files:
            return _answer(*refusal(404, "Not Found"))
        return Response(self.bot.files[name], media_type="application/octet-stream")

    async def test(self, request: Request) -> Response:
        """What phones and tests do."""
        result = phones.do(
            self.bot, self.weather, request.path_params["what"], await request.json()
        )
        self.bell.ring()
        return JSONResponse(result)


def make_app(token: str, *, again: float = 0.2, patience: float = 10.0) -> Starlette:
    """The server for one bot: a post that failed goes out `again` seconds later."""
    bot, weather = Bot(token), Weather()
    bell = Bell()
    server = Server(bot, weather, bell, Asked(bot, bell))

    @asynccontextmanager
    async def posting(_: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(Posting(bot, bell, again=again, patience=patience).run())
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    both = ["GET", "POST"]
    routes = [
        Route("/bot{token}/{method}", server.method, methods=both),
        Route("/file/bot{token}/{path:path}", server.file),
        Route("/test/{what}", server.test, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=posting)


async def _said(request: Request) -> dict[str, Any]:
    """What was asked, in any of the four ways Telegram takes."""
    asked: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return asked | json.loads(await request.body() or b"{}")
    async with request.form() as form:
        return asked | {name: str(value) for name, value in form.items()}


async def _refused(fault: Fault) -> Response:
    if fault.kind == "hang":
        await asyncio.sleep(NEVER)
    if fault.code in (502, 503):
        return Response(FRONT_DOOR, fault.code, media_type="text/html")
    if fault.code == HTTPStatus.TOO_MANY_REQUESTS and fault.seconds:
        wait = int(fault.seconds)
        return _answer(*refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait))
    return _answer(*refusal(fault.code, fault.description or "Internal Server Error: restart"))


def _answer(status: int, body: dict[str, Any]) -> Response:
    return JSONResponse(body, status)
