"""Signing in and out, and setting an account up by a link that works once."""

import segno
from starlette.responses import Response

from onestep.services import accounts, second_proof, sign_in
from onestep.services.accounts import Chosen
from onestep.services.errors import AccountRefused
from onestep.web.console.call import Call
from onestep.web.console.guard import set_cookie


def sign_in_page(call: Call) -> Response:
    """The form to sign in by; who is signed in goes on."""
    if call.me is not None:
        return call.go("/")
    return call.page("sign_in.html", wanted=_local(call.request.query_params.get("next", "/")))


def sign_in_now(call: Call) -> Response:
    """Lets in whoever brings name, password and digits; says no more than that they do not fit."""
    token = sign_in.sign_in(
        call.app,
        call.said("name"),
        call.form.get("password", ""),
        call.said("code", 12),
        browser=_browser(call),
        now=call.console.wall(),
    )
    wanted = _local(call.form.get("next", "/"))
    if token is None:
        return call.page("sign_in.html", 401, wanted=wanted, refused=True)
    return _in(call, token, wanted)


def sign_out(call: Call) -> Response:
    """Ends this browser's sign-in."""
    assert call.me is not None  # noqa: S101  # the guard lets nobody else come here
    sign_in.sign_out(call.app, call.me, now=call.console.wall())
    answer = call.go("/sign-in")
    answer.delete_cookie(call.console.cookie, secure=not call.console.demo, httponly=True)
    return answer


def set_up_page(call: Call) -> Response:
    """What a new coach fills in, with the picture for their authenticator app."""
    return _set_up(call, call.part("token"))


def set_up_now(call: Call) -> Response:
    """Sets the account up and lets its owner in."""
    token, now = call.part("token"), call.console.wall()
    chosen = Chosen(call.said("name", 200), call.form.get("password", ""), call.said("code", 12))
    if chosen.password != call.form.get("again", ""):
        wrong = "The two passwords are not the same."
        return _set_up(call, token, status=409, name=chosen.name, wrong=wrong)
    try:
        coach_id = accounts.set_up(call.app, token, chosen, now=now)
    except AccountRefused as why:
        return _set_up(call, token, status=409, name=chosen.name, wrong=str(why))
    return _in(call, sign_in.let_in(call.app, coach_id, browser=_browser(call), now=now), "/")


def _set_up(
    call: Call, token: str, *, status: int = 200, name: str = "", wrong: str = ""
) -> Response:
    begun = accounts.begun(call.app, token, now=call.console.wall())
    if begun is None:
        return call.page("link_over.html", 404)
    whole = second_proof.address(begun.secret, name or begun.name)
    picture = segno.make(whole, error="m").svg_data_uri(scale=5, border=3, light="#ffffff")
    letters = begun.secret
    spaced = " ".join(letters[i : i + 4] for i in range(0, len(letters), 4))
    return call.page(
        "set_up.html", status, begun=begun, picture=picture, secret=spaced, name=name, wrong=wrong
    )


def _in(call: Call, token: str, wanted: str) -> Response:
    answer = call.go(wanted)
    set_cookie(
        call.console, answer, token
    )  # another than before: what somebody planted opens none
    return answer


def _browser(call: Call) -> str | None:
    return call.request.headers.get("user-agent")


def _local(wanted: str) -> str:
    """A path of ours, or the first page: nobody is sent elsewhere from here."""
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours else "/"
