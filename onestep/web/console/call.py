"""One request to the console, once it is known whose it is and what it brings."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from onestep.services.app import App
from onestep.services.sign_in import Signed

SEE_OTHER = 303
TEMPLATES = Path(__file__).parent / "templates"


def on_the_wall() -> datetime:
    """The time on the wall: what sign-ins count by, also where a demo has moved its clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Console:
    """What every page of the console is handed."""

    app: App
    public_url: str | None = None
    demo: bool = False
    wall: Callable[[], datetime] = on_the_wall
    zone: str = "Europe/London"  # what times are shown in

    @property
    def cookie(self) -> str:
        """The name of the cookie.

        `__Host-` wants https, and not every browser takes a demo on 127.0.0.1 for that: 0073.
        """
        return "onestep_demo" if self.demo else "__Host-onestep"

    def proof(self, cookie: str) -> str:
        """What a form must carry back to prove that it is our own page's."""
        key = self.app.db.keyring.derived("forms of the console")
        return hmac.new(key, cookie.encode(), hashlib.sha256).hexdigest()

    def link(self, path: str, request: Request) -> str:
        """A whole address of ours, to be passed on."""
        base = self.public_url or f"{request.url.scheme}://{request.url.netloc}"
        return f"{base.rstrip('/')}{path}"

    def origins(self, request: Request) -> frozenset[str]:
        """Where a form of ours may come from."""
        if self.public_url is not None:
            parts = urlsplit(self.public_url)
            return frozenset({f"{parts.scheme}://{parts.netloc}"})
        host = request.headers.get("host", "")
        return frozenset({f"http://{host}", f"https://{host}"})


@dataclass(frozen=True)
class Call:
    """One request: whose it is, and what its form holds."""

    console: Console
    request: Request
    cookie: str  # of the browser; before a sign-in one that opens nothing
    me: Signed | None = None
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def app(self) -> App:
        """The service."""
        return self.console.app

    @property
    def by(self) -> str:
        """The coach who asks."""
        assert self.me is not None  # noqa: S101  # the guard lets nobody else come here
        return self.me.coach_id

    def part(self, name: str) -> str:
        """What stands in the address at this place."""
        return str(self.request.path_params[name])

    def said(self, name: str, longest: int = 4000) -> str:
        """One field of the form, cut where nobody writes so much."""
        return self.form.get(name, "")[:longest].strip()

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page, or a part of one."""
        return HTMLResponse(self.drawn(template, **values), status)

    def drawn(self, template: str, **values: Any) -> str:
        """The words of a page, everything in it escaped: client text is hostile (S10)."""
        shown = _environment(self.console.zone).get_template(template)
        return shown.render(
            me=self.me,
            proof=self.console.proof(self.cookie),
            demo=self.console.demo,
            service=self.app.content(self.app.language).service.name,
            path=self.request.url.path,
            **values,
        )

    def go(self, path: str) -> Response:
        """On to another page, once something was done."""
        return RedirectResponse(path, SEE_OTHER)


_MADE: dict[str, Environment] = {}


def _environment(zone: str) -> Environment:
    if zone not in _MADE:
        made = Environment(
            loader=PackageLoader("onestep.web.console"),
            autoescape=select_autoescape(default=True),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters["local"] = lambda at: at.astimezone(ZoneInfo(zone))
        made.filters["plain"] = lambda word: str(word).replace("_", " ")
        _MADE[zone] = made
    return _MADE[zone]
