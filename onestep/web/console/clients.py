"""A coach's clients, and one client's own page: their words, and what they asked for."""

from starlette.responses import Response

from onestep.services import access, accounts, hand_off, today
from onestep.services.caseload import caseload
from onestep.services.caseload import move as move_to
from onestep.services.errors import ReasonMissing, UnknownClient
from onestep.services.reading import opened
from onestep.services.record_page import record_page
from onestep.web.console.call import Call


def listed(call: Call) -> Response:
    """Whom this coach may see."""
    return call.page("clients.html", people=caseload(call.app, seen_by=call.by))


def one(call: Call) -> Response:
    """One client's page."""
    client_id = call.part("client_id")
    opened(call.app, "read_record", by=call.by, whom=client_id)
    shown = record_page(call.app, client_id, seen_by=call.by)
    lead = call.me is not None and call.me.lead
    there = [each for each in accounts.colleagues(call.app) if each.active] if lead else []
    return call.page("client.html", page=shown, coaches=there)


def move(call: Call) -> Response:
    """A lead gives a client another coach."""
    move_to(call.app, call.part("client_id"), call.said("coach"), by=call.by)
    return call.go(f"/clients/{call.part('client_id')}")


def let_go_on(call: Call) -> Response:
    """A person has set the next contact: check-ins go on."""
    hand_off.let_check_ins_go_on(call.app, call.part("client_id"), by=call.by)
    return call.go(f"/clients/{call.part('client_id')}")


def done(call: Call) -> Response:
    """What they asked for was seen to."""
    today.done(call.app, call.part("ask"), call.part("client_id"), by=call.by)
    return call.go("/")


def break_glass(call: Call) -> Response:
    """Opens a client who is not theirs, for an hour."""
    client_id = call.part("client_id")
    try:
        access.break_glass(call.app, client_id, call.said("why", 500), by=call.by)
    except UnknownClient:
        return call.page("not_there.html", 404, client_id=client_id)
    except ReasonMissing as missing:
        return call.page("problem.html", 409, says=str(missing))
    return call.go(f"/clients/{client_id}")
