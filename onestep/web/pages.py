"""The web application: its routes, its headers, its templates; nothing else is public."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.ledger import Ledger
from onestep.services.app import App
from onestep.settings import Settings
from onestep.web.counts import Counts
from onestep.web.demo import demo_routes
from onestep.web.webhooks import webhook_routes

STATIC = Path(__file__).parent / "static"
# No script, style or frame from anywhere but here; nothing kept by the browser (S8).
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def pages(app: App, settings: Settings, ledger: Ledger, counts: Counts) -> Starlette:
    """The pages and webhooks of this installation; the demo's only in demo mode."""
    routes: list[BaseRoute] = [
        Route("/healthz", _healthz),
        Mount("/static", StaticFiles(directory=STATIC)),
        *webhook_routes(app, public_url=settings.public_url or "", counts=counts),
    ]
    if settings.demo:
        routes += [Route("/", _to_demo), *demo_routes(app, ledger)]
    return Starlette(routes=routes, middleware=[Middleware(_WithHeaders)])


class _WithHeaders:
    """Puts our headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_with)


async def _healthz(request: Request) -> Response:  # noqa: ARG001  # Starlette hands it over
    return PlainTextResponse("ok")


async def _to_demo(request: Request) -> Response:  # noqa: ARG001  # as above
    return RedirectResponse("/demo")
