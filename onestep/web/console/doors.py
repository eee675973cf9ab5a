"""Every door of the console: its address, what comes through it, and who may.

tests/web/test_doors.py tries each of them as everybody; a door that is not tried fails there.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from onestep.web.console import account, demo_entrance, entrance
from onestep.web.console.call import Console
from onestep.web.console.guard import Door, Guard, Needs

OPEN = (
    Door("/begin/{token}", entrance.set_up_page, Needs.NOTHING),
    Door("/begin/{token}", entrance.set_up_now, Needs.NOTHING, "POST", password=True),
)
OF_SIGN_IN = (
    Door("/sign-in", entrance.sign_in_page, Needs.NOTHING),
    Door("/sign-in", entrance.sign_in_now, Needs.NOTHING, "POST", password=True),
)
OF_A_DEMO = (
    Door("/sign-in", demo_entrance.demo_page, Needs.NOTHING),
    Door("/sign-in", demo_entrance.be_somebody, Needs.NOTHING, "POST"),
)
OF_COACHES = (
    Door("/sign-out", entrance.sign_out, Needs.COACH, "POST"),
    Door("/account", account.page, Needs.COACH),
    Door("/account/browsers/{browser}/end", account.end_browser, Needs.COACH, "POST"),
)


def doors(*, demo: bool = False) -> tuple[Door, ...]:
    """The doors there are; a demo's sign-in is another, and nowhere else is there such a one."""
    return (*OPEN, *(OF_A_DEMO if demo else OF_SIGN_IN), *OF_COACHES)


def console_routes(console: Console) -> list[Route]:
    """A route for each door."""
    guard = Guard(console)
    return [
        Route(door.path, _through(guard, door), methods=[door.method])
        for door in doors(demo=console.demo)
    ]


def _through(guard: Guard, door: Door) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await guard.answer(door, request)

    return answer
