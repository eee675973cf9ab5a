"""The demo: two phones anyone can pick up, and beside them the record as a coach would see it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates
from ulid import ULID

from channels.base import Inbound
from channels.ledger import Ledger
from onestep.services import by_hand, hand_off, incidents
from onestep.services.app import App
from onestep.services.enrol import first_contact, invite
from onestep.services.errors import ServiceError
from onestep.services.made_up import STORIES
from onestep.services.receive import receive
from onestep.services.record_page import record_page
from onestep.storage import clients, sealed
from onestep.storage.clients import NewTerms
from onestep.storage.models import Client
from onestep.web.demo_asked import LONGEST_TEXT, fields_of, found, told_of_changes
from onestep.web.demo_coach import CoachPhones, coach_routes
from onestep.web.phone import bubbles, is_typing, version

TEMPLATES = Jinja2Templates(directory=Path(__file__).parent / "templates")
MOVES = {"an_hour": timedelta(hours=1), "a_day": timedelta(days=1), "a_week": timedelta(days=7)}


class Demo:
    """The demo's views; each reads a request, calls one use case, and answers."""

    def __init__(self, app: App, ledger: Ledger) -> None:
        self.app = app
        self.ledger = ledger

    async def page(self, request: Request) -> Response:
        """The whole page: two phones and the record."""
        people = await run_in_threadpool(self._people)
        coaches = await run_in_threadpool(CoachPhones(self.app, self.ledger).who)
        context = {"people": people, "coaches": coaches, "now": self.app.clock().isoformat()}
        return TEMPLATES.TemplateResponse(request, "demo.html", context)

    async def people(self, request: Request) -> Response:  # noqa: ARG002  # Starlette's shape
        """Who there is to be."""
        return JSONResponse(await run_in_threadpool(self._people))

    async def join(self, request: Request) -> Response:
        """Someone new: invited, with first contact begun."""
        body = await fields_of(request)
        called = body.get("called", "").strip()[:40] or "Friend"
        channel = "sms" if body.get("channel") == "sms" else "telegram"
        client_id = await run_in_threadpool(self._join, called, channel)
        return JSONResponse({"id": client_id}, status_code=201)

    async def lines(self, request: Request) -> Response:
        """Everything on one phone, and whether an answer is on its way."""
        client_id = request.path_params["client_id"]
        # Asked first: when nothing more is on its way, every line is among those read after it.
        typing = await run_in_threadpool(is_typing, self.app, client_id)
        shown = await run_in_threadpool(bubbles, self.app, self.ledger, client_id)
        return JSONResponse({"lines": [asdict(bubble) for bubble in shown], "typing": typing})

    async def say(self, request: Request) -> Response:
        """Something typed on a phone."""
        body = await fields_of(request)
        await self._receive(request, text=body.get("text", "")[:LONGEST_TEXT])
        return Response(status_code=204)

    async def press(self, request: Request) -> Response:
        """A button pressed on a phone."""
        body = await fields_of(request)
        await self._receive(
            request, kind="choice", prompt=body.get("prompt", ""), key=body.get("key", "")
        )
        return Response(status_code=204)

    async def act(self, request: Request) -> Response:
        """Something done beside the phone: a check-in made due, a hand-off taken or given back."""
        body = await fields_of(request)
        acts: dict[str, Callable[[], None]] = {
            "check_in_due": lambda: by_hand.make_check_in_due(self.app, client_id),
            "take_over": lambda: hand_off.open_by_coach(self.app, client_id),
            "say": lambda: hand_off.say_as_coach(self.app, client_id, body.get("text", "")),
            "hand_back": lambda: hand_off.close(self.app, client_id),
            "go_on": lambda: hand_off.let_check_ins_go_on(self.app, client_id),
            "theirs": lambda: incidents.check(self.app, body.get("incident", ""), theirs=True),
            "not_theirs": lambda: incidents.check(
                self.app, body.get("incident", ""), theirs=False
            ),
        }
        client_id = request.path_params["client_id"]
        if body.get("act") not in acts:
            raise HTTPException(400, "there is no such act")
        try:
            await run_in_threadpool(acts[body["act"]])
        except ServiceError as problem:
            raise HTTPException(409, str(problem)) from None
        return Response(status_code=204)

    async def clock(self, request: Request) -> Response:
        """Moves service time on, for everybody; what falls due then, happens."""
        body = await fields_of(request)
        if body.get("move") not in MOVES:
            raise HTTPException(400, f"move by one of: {', '.join(MOVES)}")
        self.app.clock.move(MOVES[body["move"]])
        for bell in ("schedule", "inbox", "outbox"):
            self.app.bells.ring(bell)
        return JSONResponse({"now": self.app.clock().isoformat()})

    async def record(self, request: Request) -> Response:
        """One client's record, as a fragment of the page."""
        page = await run_in_threadpool(record_page, self.app, request.path_params["client_id"])
        apart = await run_in_threadpool(incidents.kept_apart, self.app)
        context = {"page": page, "apart": apart, "now": self.app.clock()}
        return TEMPLATES.TemplateResponse(request, "record.html", context)

    async def changes(self, request: Request) -> Response:
        """Tells a page, as server-sent events, that something has changed."""
        client_id = request.path_params["client_id"]
        await run_in_threadpool(version, self.app, client_id)  # a 404 now, not in mid-stream
        return told_of_changes(request, lambda: version(self.app, client_id))

    async def _receive(self, request: Request, **fields: Any) -> None:
        client_id = request.path_params["client_id"]
        channel, phone = await run_in_threadpool(self._address, client_id)
        inbound = Inbound(channel=channel, provider_id=str(ULID()), sender=phone, **fields)
        await run_in_threadpool(receive, self.app, inbound)

    def _address(self, client_id: str) -> tuple[str, str]:
        with self.app.db.read() as session:
            address = clients.preferred_address(session, client_id)
            if address is None:
                raise HTTPException(409, "this phone is cut off: its number was not theirs")
            return address.channel, sealed.address_value(session, address)

    def _people(self) -> list[dict[str, str]]:
        about = {story.called: story.about for story in STORIES}
        with self.app.db.read() as session:
            rows = session.scalars(select(Client).order_by(Client.id)).all()
            return [_person(session, row, about) for row in rows]

    def _join(self, called: str, channel: str) -> str:
        with self.app.db.read() as session:
            coach_id = session.scalars(select(Client.coach_id).limit(1)).one()
        terms = NewTerms(length="short" if channel == "sms" else "ordinary", discreet=False)
        client_id = invite(
            self.app,
            called=called,
            coach_id=coach_id,
            channel=channel,
            value=f"new-{ULID()}",
            terms=terms,
        )
        first_contact(self.app, client_id)
        return client_id


def _person(session: Any, row: Client, about: dict[str, str]) -> dict[str, str]:
    called = sealed.client_called(session, row)
    address = clients.preferred_address(session, row.id)
    known = about.get(called) if row.made_up else None
    channel = address.channel if address else "cut off"
    return {
        "id": row.id,
        "called": called,
        "channel": channel,
        "about": known or "someone new",
    }


def demo_routes(app: App, ledger: Ledger) -> list[Route]:
    """The demo's routes. Only demo mode has them: they let anyone be anyone."""
    demo = Demo(app, ledger)
    one = "/demo/clients/{client_id}"
    return [
        Route("/demo", demo.page),
        Route("/demo/clients", demo.people),
        Route("/demo/clients", demo.join, methods=["POST"]),
        Route("/demo/clock", demo.clock, methods=["POST"]),
        Route(f"{one}/lines", found(demo.lines)),
        Route(f"{one}/record", found(demo.record)),
        Route(f"{one}/changes", found(demo.changes)),
        Route(f"{one}/say", found(demo.say), methods=["POST"]),
        Route(f"{one}/press", found(demo.press), methods=["POST"]),
        Route(f"{one}/act", found(demo.act), methods=["POST"]),
        *coach_routes(CoachPhones(app, ledger)),
    ]
