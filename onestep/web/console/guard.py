"""Lets nobody in who may not come: whose browser, whose form, whose client.

What a door needs is written beside it in the table of doors; here is what that means. A client or
an alert that somebody may not see is answered like one there is not (security page, S9), and a
line of the audit log says who asked.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import quote

from anyio import CapacityLimiter, current_time, sleep_until, to_thread
from sqlalchemy.exc import NoResultFound
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from onestep.services import access
from onestep.services.errors import ServiceError
from onestep.services.sign_in import who_is
from onestep.storage import audit
from onestep.storage.models import Client
from onestep.web.console.call import Call, Console

SAFE = frozenset({"GET", "HEAD"})
LONGEST_FORM = 64 * 1024  # bytes
MOST_FIELDS = 100
# So many pages at once, in threads of their own: however many ask, a webhook finds a thread free.
PAGES_AT_ONCE = 8
# Holding somebody to a password takes 64 MiB and a core: who tries many waits in line for these.
TRIES_AT_ONCE = 2
# Each refusal takes as long, whatever was wrong (S6): seconds from when it was asked.
REFUSED_AFTER = 0.7
REFUSED = 401


class Needs(StrEnum):
    """Who may come through a door."""

    NOTHING = "nothing"  # sign-in, and links that work once
    COACH = "coach"  # anybody who is signed in
    LEAD = "lead"
    CLIENT = "client"  # who may see the client in the address
    ALERT = "alert"  # who may see the alert in the address


View = Callable[[Call], Response]


@dataclass(frozen=True)
class Door:
    """One address, what comes through it, and who may."""

    path: str
    view: View
    needs: Needs
    method: str = "GET"
    password: bool = False  # somebody is held to their password
    live: bool = False  # asked by the page itself again and again: keeps nobody signed in


class NotFit(Exception):
    """A form that is not our own page's, or too large; `status` says which."""

    def __init__(self, status: int) -> None:
        super().__init__(NotFit.__doc__)
        self.status = status


class Guard:
    """Stands before every door of one console."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._limits: dict[bool, CapacityLimiter] = {}

    async def answer(self, door: Door, request: Request) -> Response:
        """What is answered to one request at this door."""
        began = current_time()
        cookie = request.cookies.get(self.console.cookie, "")
        call = Call(self.console, request, cookie or secrets.token_urlsafe(24))
        try:
            form = {} if request.method in SAFE else await self._form(call, known=bool(cookie))
        except NotFit as reason:
            answer = call.page("refused.html", reason.status)
        else:
            call = replace(call, form=form)
            limit = self._limit(passwords=door.password)
            answer = await to_thread.run_sync(self._answer, door, call, limiter=limit)
            if door.password and answer.status_code == REFUSED:
                await sleep_until(began + REFUSED_AFTER)
        if not cookie and "set-cookie" not in answer.headers:
            set_cookie(self.console, answer, call.cookie)
        return answer

    def _limit(self, *, passwords: bool) -> CapacityLimiter:
        """Made when the event loop runs, which it belongs to."""
        if passwords not in self._limits:
            self._limits[passwords] = CapacityLimiter(
                TRIES_AT_ONCE if passwords else PAGES_AT_ONCE
            )
        return self._limits[passwords]

    def _answer(self, door: Door, call: Call) -> Response:
        now = self.console.wall()
        by_itself = "x-live" in call.request.headers  # an open page that nobody may be looking at
        me = who_is(self.console.app, call.cookie, now=now, noted=not (door.live or by_itself))
        call = replace(call, me=me)
        refused = None if door.needs is Needs.NOTHING else self._refused(door, call)
        if refused is not None:
            return refused
        try:
            answer = door.view(call)
            self._did(door, call)
            return answer
        except ServiceError as problem:
            return call.page("problem.html", 409, says=str(problem))
        except NoResultFound:
            return call.page("problem.html", 409, says="There is no such thing here any more.")

    def _did(self, door: Door, call: Call) -> None:
        """Writes down what somebody has done about a client or an alert: the door's last word."""
        whom = call.request.path_params.get("client_id") or call.request.path_params.get("alert")
        if door.method in SAFE or door.needs not in {Needs.CLIENT, Needs.ALERT}:
            return
        app, words = self.console.app, [each for each in door.path.split("/") if "{" not in each]
        what = words[-1].replace("-", "_")
        with app.db.write() as session:
            alert = access.alert_of(session, whom or "") if door.needs is Needs.ALERT else None
            told = alert.id if alert else whom
            audit.record(session, who=call.by, what=what, whom=told, now=app.clock())

    def _refused(self, door: Door, call: Call) -> Response | None:
        if call.me is None:
            if door.live:
                return Response("", 401)
            wanted = call.request.url.path if call.request.method in SAFE else "/"
            return call.go(f"/sign-in?next={quote(wanted)}")
        if door.needs is Needs.LEAD and not call.me.lead:
            return self._not_there(call, None)
        if door.needs is Needs.CLIENT:
            return self._unless_theirs(call, call.part("client_id"))
        if door.needs is Needs.ALERT:
            return self._unless_their_alert(call, call.part("alert"))
        return None

    def _unless_theirs(self, call: Call, client_id: str) -> Response | None:
        app = self.console.app
        with app.db.read() as session:
            if access.may_see(session, call.by, client_id, app.clock()):
                return None
            known = session.get(Client, client_id) is not None
        return self._not_there(call, client_id if known else None)

    def _unless_their_alert(self, call: Call, named: str) -> Response | None:
        app = self.console.app
        with app.db.read() as session:
            alert = access.alert_of(session, named)
            if alert is not None and access.may_see_alert(session, call.by, alert, app.clock()):
                return None
            whom = alert.id if alert is not None else None
        return self._not_there(call, whom)

    def _not_there(self, call: Call, whom: str | None) -> Response:
        app = self.console.app
        with app.db.write() as session:
            audit.record(session, who=call.by, what="refused", whom=whom, now=app.clock())
        # Like the page of one there is not: only who writes down a reason may find out.
        client_id = call.request.path_params.get("client_id")
        return call.page("not_there.html", 404, client_id=client_id)

    async def _form(self, call: Call, *, known: bool) -> dict[str, str]:
        """The fields of a form of ours. Raises NotFit for anybody else's."""
        request = call.request
        ours = request.headers.get("origin") in self.console.origins(request)
        from_here = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        if not (known and ours and from_here):
            raise NotFit(403)
        body = await _body(request)
        async with Request(request.scope, _once(body)).form(max_fields=MOST_FIELDS) as sent:
            form = {name: value for name, value in sent.items() if isinstance(value, str)}
        proof = form.get("proof", "")
        if not hmac.compare_digest(proof.encode(), self.console.proof(call.cookie).encode()):
            raise NotFit(403)
        return form


def set_cookie(console: Console, answer: Response, value: str) -> None:
    """Gives the browser its cookie: ours alone, seen by no script, and gone with the browser."""
    answer.set_cookie(
        console.cookie, value, secure=not console.demo, httponly=True, samesite="lax", path="/"
    )


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LONGEST_FORM:
            raise NotFit(413)
        parts.append(part)
    return b"".join(parts)


def _once(body: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
