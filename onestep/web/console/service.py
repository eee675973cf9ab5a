"""The service's own page, for leads: coaches, cover, on call, and the audit log."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from onestep.services import accounts, audit_view, rota
from onestep.services.errors import RotaRefused
from onestep.services.unread_long import unread_long
from onestep.web.console.call import Call


def page(call: Call) -> Response:
    """Everybody who works here, who stands in, who is on call."""
    return _page(call)


def invite(call: Call) -> Response:
    """A link for a new coach, shown once."""
    token = accounts.invite_coach(
        call.app,
        call.said("name", 200),
        lead=call.said("role") == "lead",
        by=call.by,
        now=call.console.wall(),
    )
    return _linked(call, token, call.said("name", 200))


def link_again(call: Call) -> Response:
    """A fresh link for a coach who lost phone or password."""
    token = accounts.link_again(call.app, call.part("coach"), by=call.by, now=call.console.wall())
    return _linked(call, token, None)


def end(call: Call) -> Response:
    """Ends the account of somebody who has left."""
    accounts.end(call.app, call.part("coach"), by=call.by, now=call.console.wall())
    return call.go("/service")


def set_cover(call: Call) -> Response:
    """Who stands in for a coach, first and second."""
    deputies = [each for each in (call.said("first"), call.said("second")) if each]
    rota.set_cover(call.app, call.part("coach"), deputies, by=call.by)
    return call.go("/service")


def put_on_call(call: Call) -> Response:
    """One more stretch of on call."""
    rota.put_on_call(
        call.app,
        call.said("coach"),
        begins_at=_moment(call, "begins"),
        ends_at=_moment(call, "ends"),
        by=call.by,
    )
    return call.go("/service")


def take_off_call(call: Call) -> Response:
    """A stretch less."""
    rota.take_off_call(call.app, call.part("shift"), by=call.by)
    return call.go("/service")


def audit_log(call: Call) -> Response:
    """Who did or read what."""
    asked = call.request.query_params.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 15 else None  # noqa: PLR2004  # digits
    lines = audit_view.newest(call.app, before=before)
    return call.page("audit.html", lines=lines, whole=audit_view.whole(call.app))


def _page(call: Call, **more: Any) -> Response:
    return call.page(
        "service.html",
        people=accounts.colleagues(call.app),
        covered=rota.covered(call.app),
        shifts=rota.shifts(call.app),
        gaps=rota.gaps(call.app),
        unread=unread_long(call.app),
        **more,
    )


def _linked(call: Call, token: str, name: str | None) -> Response:
    link = call.console.link(f"/begin/{token}", call.request)
    return _page(call, link=link, days=accounts.GOOD_FOR.days, new_name=name)


def _moment(call: Call, name: str) -> datetime:
    """A moment as a browser's field gives it, on the clock of the service."""
    try:
        said = datetime.fromisoformat(call.said(name, 20))
    except ValueError:
        raise RotaRefused("Give a day and a time, such as 1 December 2026, 18:00.") from None
    return said.replace(tzinfo=ZoneInfo(call.console.zone)) if said.tzinfo is None else said
