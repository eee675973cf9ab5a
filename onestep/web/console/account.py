"""A coach's own account: where they are signed in, and how Telegram reaches them."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from onestep.services import coach_phone, coach_ways, sign_in
from onestep.web.console.call import Call


def page(call: Call) -> Response:
    """Where they are signed in."""
    return _page(call)


def bind_telegram(call: Call) -> Response:
    """A code, shown once, by which this coach's own Telegram is bound."""
    code = coach_phone.binding_code(call.app, call.by, now=call.app.clock())
    return _page(call, code=code)


def end_browser(call: Call) -> Response:
    """Signs one of their browsers out; of another's nothing happens."""
    assert call.me is not None  # noqa: S101  # the guard lets nobody else come here
    ended = call.part("browser")
    sign_in.sign_out(call.app, call.me, now=call.console.wall(), browser_id=ended)
    return call.go("/sign-in" if ended == call.me.browser_id else "/account")


def _page(call: Call, **more: Any) -> Response:
    where = sign_in.browsers(call.app, call.by, now=call.console.wall())
    ways = coach_ways.ways(call.app.db, call.by)
    return call.page(
        "account.html",
        where=where,
        ways=ways,
        can_bind=coach_phone.TELEGRAM in call.app.channels,
        minutes=coach_phone.GOOD_FOR // timedelta(minutes=1),
        words_on=call.app.words_to_coaches,
        **more,
    )
