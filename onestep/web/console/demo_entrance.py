"""Sign-in by one press, for the made-up coach and lead of the demo; nowhere else."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from onestep.services import accounts, sign_in
from onestep.web.console.call import Call
from onestep.web.console.guard import set_cookie


def demo_page(call: Call) -> Response:
    """Who there is to be, and the way to the phones."""
    if call.me is not None:
        return call.go("/")
    there = [each for each in accounts.colleagues(call.app) if each.active]
    return call.page(
        "demo_sign_in.html", people=there, wanted=call.request.query_params.get("next")
    )


def be_somebody(call: Call) -> Response:
    """Signs in as one of the made-up people."""
    wanted = call.form.get("coach", "")
    if wanted not in {each.id for each in accounts.colleagues(call.app) if each.active}:
        raise HTTPException(404)
    now = call.console.wall()
    browser = call.request.headers.get("user-agent")
    answer = call.go("/")
    set_cookie(call.console, answer, sign_in.let_in(call.app, wanted, browser=browser, now=now))
    return answer
