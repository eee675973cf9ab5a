"""Every door of the console: its address, what comes through it, and who may.

tests/web/test_doors.py tries each of them as everybody; a door that is not tried fails there.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from onestep.web.console import (
    account,
    alerts,
    clients,
    demo_entrance,
    entrance,
    first_page,
    service,
    threads,
)
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
    Door("/", first_page.page, Needs.COACH),
    Door("/live", first_page.live, Needs.COACH, live=True),
    Door("/clients", clients.listed, Needs.COACH),
    Door("/clients/{client_id}/break-glass", clients.break_glass, Needs.COACH, "POST"),
    Door("/sign-out", entrance.sign_out, Needs.COACH, "POST"),
    Door("/account", account.page, Needs.COACH),
    Door("/account/telegram", account.bind_telegram, Needs.COACH, "POST"),
    Door("/account/browsers/{browser}/end", account.end_browser, Needs.COACH, "POST"),
)

OF_LEADS = (
    Door("/service", service.page, Needs.LEAD),
    Door("/service/audit", service.audit_log, Needs.LEAD),
    Door("/service/coaches", service.invite, Needs.LEAD, "POST"),
    Door("/clients/{client_id}/coach", clients.move, Needs.LEAD, "POST"),
    Door("/service/coaches/{coach}/link", service.link_again, Needs.LEAD, "POST"),
    Door("/service/coaches/{coach}/end", service.end, Needs.LEAD, "POST"),
    Door("/service/coaches/{coach}/cover", service.set_cover, Needs.LEAD, "POST"),
    Door("/service/on-call", service.put_on_call, Needs.LEAD, "POST"),
    Door("/service/on-call/{shift}/remove", service.take_off_call, Needs.LEAD, "POST"),
    Door("/apart/{incident}/theirs", first_page.theirs, Needs.LEAD, "POST"),
    Door("/apart/{incident}/not-theirs", first_page.not_theirs, Needs.LEAD, "POST"),
)
ONE = "/clients/{client_id}"
OF_A_CLIENT = (
    Door(ONE, clients.one, Needs.CLIENT),
    Door(f"{ONE}/go-on", clients.let_go_on, Needs.CLIENT, "POST"),
    Door(f"{ONE}/asks/{{ask}}/done", clients.done, Needs.CLIENT, "POST"),
    Door(f"{ONE}/thread", threads.page, Needs.CLIENT),
    Door(f"{ONE}/thread/live", threads.live, Needs.CLIENT, live=True),
    Door(f"{ONE}/thread/join", threads.join, Needs.CLIENT, "POST"),
    Door(f"{ONE}/thread/say", threads.say, Needs.CLIENT, "POST"),
    Door(f"{ONE}/thread/note", threads.note, Needs.CLIENT, "POST"),
    Door(f"{ONE}/thread/read/{{message}}", threads.mark_read, Needs.CLIENT, "POST"),
    Door(f"{ONE}/thread/read-all", threads.mark_all_read, Needs.CLIENT, "POST"),
    Door(f"{ONE}/thread/hand-back", threads.hand_back, Needs.CLIENT, "POST"),
)

OF_AN_ALERT = (
    Door("/alerts/{alert}", alerts.page, Needs.ALERT),
    Door("/alerts/{alert}/take", alerts.take, Needs.ALERT, "POST"),
    Door("/alerts/{alert}/settle", alerts.settle, Needs.ALERT, "POST"),
    Door("/alerts/{alert}/not-a-concern", alerts.not_a_concern, Needs.ALERT, "POST"),
)


def doors(*, demo: bool = False) -> tuple[Door, ...]:
    """The doors there are; a demo's sign-in is another, and nowhere else is there such a one."""
    return (
        *OPEN,
        *(OF_A_DEMO if demo else OF_SIGN_IN),
        *OF_COACHES,
        *OF_A_CLIENT,
        *OF_AN_ALERT,
        *OF_LEADS,
    )


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
