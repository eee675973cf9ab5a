"""The card of one alert: all that whoever answers needs, and what they write down of it."""

from collections.abc import Iterator, Sequence

from starlette.responses import Response

from onestep.services import access, alerts, today
from onestep.services.alert_card import AlertCard, card
from onestep.services.alerts import Outcome
from onestep.services.errors import OutcomeIncomplete
from onestep.services.reading import opened
from onestep.storage.models import Alert
from onestep.web.console.call import Call
from onestep.web.console.threads import closing_words

OUTCOMES = {
    Outcome.SPOKE: "I spoke with them",
    Outcome.TRIED: "I tried, and there was no answer",
    Outcome.EMERGENCY: "999 was called",
    Outcome.PASSED: "Passed to somebody else: say below to whom",
    Outcome.PLAN: "We have a plan",
}


def page(call: Call) -> Response:
    """The card."""
    alert_id = _alert(call).id
    opened(call.app, "read_alert", by=call.by, whom=alert_id)
    return _page(call, card(call.app, alert_id, seen_by=call.by))


def take(call: Call) -> Response:
    """I've got this."""
    alert = _alert(call)
    alerts.acknowledge(call.app, alert.id, by=call.by)
    return call.go(f"/alerts/{call.part('alert')}")


def settle(call: Call) -> Response:
    """What came of it."""
    alert = _alert(call)
    if call.said("outcome") not in set(Outcome):
        raise OutcomeIncomplete("Say what came of it: pick one of the lines.")
    outcome = Outcome(call.said("outcome"))
    alerts.settle(call.app, alert.id, by=call.by, outcome=outcome, closing=closing_words(call))
    return call.go(_on(alert))


def not_a_concern(call: Call) -> Response:
    """A person has read it, and it was none."""
    alert = _alert(call)
    alerts.not_a_concern(call.app, alert.id, by=call.by)
    return call.go(_on(alert))


def _page(call: Call, shown: AlertCard) -> Response:
    marked = [(each, list(_parts(each.words or "", each.seen))) for each in shown.flagged]
    return call.page(
        "alert.html",
        card=shown,
        marked=marked,
        outcomes=OUTCOMES,
        version=today.version(call.app),
    )


def _parts(words: str, seen: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """The words in order, and of each part whether it is why this was flagged."""
    at = 0
    for start, end in sorted(seen):
        if start < at:
            continue
        yield words[at:start], False
        yield words[start:end], True
        at = end
    yield words[at:], False


def _alert(call: Call) -> Alert:
    """The alert in the address, which the guard has found."""
    with call.app.db.read() as session:
        found = access.alert_of(session, call.part("alert"))
    assert found is not None  # noqa: S101  # the guard answers for one there is not
    return found


def _on(alert: Alert) -> str:
    return f"/clients/{alert.client_id}/thread" if alert.client_id else "/"
