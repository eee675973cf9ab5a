"""The coach's own phone in the demo: notices and relayed words arrive on it, replies leave it.

It is a phone like any other: what is typed on it goes in by `receive`, as it would from Telegram.
"""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from ulid import ULID

from channels.base import Inbound
from channels.ledger import Ledger
from onestep.services.app import App
from onestep.services.made_up_staff import PHONES
from onestep.services.receive import receive
from onestep.storage import sealed
from onestep.storage.models import Address, Coach
from onestep.web.demo_asked import LONGEST_TEXT, fields_of, found, told_of_changes
from onestep.web.phone import on_phone, staff_typing, staff_version


class CoachPhones:
    """The views of the phones of made-up coaches."""

    def __init__(self, app: App, ledger: Ledger) -> None:
        self.app = app
        self.ledger = ledger

    def who(self) -> list[dict[str, str]]:
        """Every coach with a phone, the clients' own coach first."""
        with self.app.db.read() as session:
            rows = session.execute(
                select(Coach, Address)
                .join(Address, Address.coach_id == Coach.id)
                .where(Coach.active, Address.channel == "telegram", Address.state == "live")
                .order_by(Coach.id)
            ).tuples()
            return [_shown(session, coach, address) for coach, address in rows]

    async def lines(self, request: Request) -> Response:
        """Everything on one coach's phone."""
        typing = await run_in_threadpool(self._typing, request.path_params["coach_id"])
        shown = await run_in_threadpool(self._lines, request.path_params["coach_id"])
        return JSONResponse({"lines": [asdict(bubble) for bubble in shown], "typing": typing})

    async def changes(self, request: Request) -> Response:
        """Tells a page that something has changed on it."""
        coach_id = request.path_params["coach_id"]
        await run_in_threadpool(self._version, coach_id)  # a 404 now, not in mid-stream
        return told_of_changes(request, lambda: self._version(coach_id))

    async def say(self, request: Request) -> Response:
        """Something typed on it, perhaps in reply to one message."""
        body = await fields_of(request)
        text = body.get("text", "")[:LONGEST_TEXT]
        await self._receive(request, text=text, replies_to=body.get("replies_to") or None)
        return Response(status_code=204)

    async def press(self, request: Request) -> Response:
        """A button pressed on it."""
        body = await fields_of(request)
        pressed = {"prompt": body.get("prompt", ""), "key": body.get("key", "")}
        await self._receive(request, kind="choice", **pressed)
        return Response(status_code=204)

    def _lines(self, coach_id: str) -> list[Any]:
        with self.app.db.read() as session:
            return on_phone(session, self.ledger, _phone(session, coach_id))

    def _typing(self, coach_id: str) -> bool:
        with self.app.db.read() as session:
            return staff_typing(session, _phone(session, coach_id), self.app.clock())

    def _version(self, coach_id: str) -> str:
        with self.app.db.read() as session:
            return staff_version(session, _phone(session, coach_id), self.app.clock())

    async def _receive(self, request: Request, **fields: Any) -> None:
        sender = await run_in_threadpool(self._sender, request.path_params["coach_id"])
        inbound = Inbound("telegram", str(ULID()), sender, **fields)
        await run_in_threadpool(receive, self.app, inbound)

    def _sender(self, coach_id: str) -> str:
        with self.app.db.read() as session:
            return sealed.address_value(session, _phone(session, coach_id))


def _phone(session: Session, coach_id: str) -> Address:
    """The phone of one coach. Raises NoResultFound."""
    theirs = select(Address).where(Address.coach_id == coach_id, Address.channel == "telegram")
    return session.scalars(theirs.order_by(Address.id).limit(1)).one()


def _shown(session: Session, coach: Coach, address: Address) -> dict[str, str]:
    value = sealed.address_value(session, address)
    about = next((each.about for each in PHONES if each.phone == value), "a coach")
    return {"id": coach.id, "called": sealed.coach_name(session, coach), "about": about}


def coach_routes(phones: CoachPhones) -> list[Route]:
    """The routes of the coaches' phones; demo mode alone has them."""
    one = "/demo/coaches/{coach_id}"
    return [
        Route(f"{one}/lines", found(phones.lines)),
        Route(f"{one}/changes", found(phones.changes)),
        Route(f"{one}/say", found(phones.say), methods=["POST"]),
        Route(f"{one}/press", found(phones.press), methods=["POST"]),
    ]
