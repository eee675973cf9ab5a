"""The web application: its routes, its headers, its templates; nothing else is public."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.ledger import Ledger
from onestep.services.app import App
from onestep.settings import Settings
from onestep.web.console.call import Console
from onestep.web.console.doors import console_routes
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
    # Not "no-referrer": with it a browser hides from ourselves that a form is our own page's.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# Two years, as browsers' own lists want it; only where the service is reached by https.
ONLY_BY_HTTPS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


def pages(app: App, settings: Settings, ledger: Ledger, counts: Counts) -> Starlette:
    """The pages and webhooks of this installation; the demo's only in demo mode."""
    routes: list[BaseRoute] = [
        Route("/healthz", _healthz),
        Mount("/static", StaticFiles(directory=STATIC)),
        *webhook_routes(app, public_url=settings.public_url or "", counts=counts),
        *console_routes(Console(app, settings.public_url, demo=settings.demo)),
    ]
    if settings.demo:
        routes += demo_routes(app, ledger)
    secure = (settings.public_url or "").startswith("https:")
    headers = HEADERS | ONLY_BY_HTTPS if secure else HEADERS
    return Starlette(routes=routes, middleware=[Middleware(_WithHeaders, headers=headers)])


class _WithHeaders:
    """Puts our headers on every answer."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with)


async def _healthz(request: Request) -> Response:  # noqa: ARG001  # Starlette hands it over
    return PlainTextResponse("ok")
