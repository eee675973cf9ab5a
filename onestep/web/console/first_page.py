"""Today: what needs a person, in order, and nothing else."""

from starlette.responses import Response

from onestep.services import access, incidents, today
from onestep.web.console.call import Call
from onestep.web.console.live import stream


def page(call: Call) -> Response:
    """What needs this coach."""
    version = today.version(call.app)
    shown = today.today(call.app, seen_by=call.by)
    apart = incidents.kept_apart(call.app) if call.me is not None and call.me.lead else None
    ringing = access.open_alerts(call.app, seen_by=call.by)
    return call.page("today.html", today=shown, alerts=ringing, apart=apart, version=version)


def live(call: Call) -> Response:
    """Says when it may have changed."""
    return stream(call, lambda: today.version(call.app))


def theirs(call: Call) -> Response:
    """A lead has found out that an incident is the client's who was invited there."""
    incidents.check(call.app, call.part("incident"), theirs=True)
    return call.go("/")


def not_theirs(call: Call) -> Response:
    """A lead has found out that it was somebody else, or has seen to it."""
    incidents.check(call.app, call.part("incident"), theirs=False)
    return call.go("/")
