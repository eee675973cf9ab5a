"""The web application: its routes, its headers, its templates; nothing else is public."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from channels.ledger import Ledger
from onestep.services.app import App
from onestep.settings import Settings
from onestep.web.demo import demo_routes

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

Next = Callable[[Request], Awaitable[Response]]


def pages(app: App, settings: Settings, ledger: Ledger) -> Starlette:
    """The pages of this installation; the demo's only in demo mode."""
    routes: list[BaseRoute] = [
        Route("/healthz", _healthz),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    if settings.demo:
        routes += [Route("/", _to_demo), *demo_routes(app, ledger)]
    return Starlette(
        routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=_with_headers)]
    )


async def _with_headers(request: Request, answer: Next) -> Response:
    response = await answer(request)
    response.headers.update(HEADERS)
    return response


async def _healthz(request: Request) -> Response:  # noqa: ARG001  # Starlette hands it over
    return PlainTextResponse("ok")


async def _to_demo(request: Request) -> Response:  # noqa: ARG001  # as above
    return RedirectResponse("/demo")
