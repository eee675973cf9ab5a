"""What a person does with an alert: takes it, and writes down what came of it."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from onestep.domain.enrolment import Enrolment
from onestep.services import hand_off, ringing, staff
from onestep.services.alert_access import may_see
from onestep.services.alert_card import AlertCard, AlertLine, card, open_alerts
from onestep.services.alert_words import has_it
from onestep.services.app import App
from onestep.services.closing import ClosingWords, keep
from onestep.services.errors import AlertClosed, AlertTaken, OutcomeIncomplete, UnknownAlert
from onestep.services.scope import new_turn_id, open_scope
from onestep.storage import alerts, clients, inbox, sealed, talk
from onestep.storage.alone import alone_with
from onestep.storage.models import Alert, Coach, Incident

__all__ = [
    "AlertCard",
    "AlertLine",
    "Outcome",
    "acknowledge",
    "card",
    "not_a_concern",
    "open_alerts",
    "settle",
]

# Whoever took it late before the promised time still has this long to write down what came of it.
OUTCOME_WITHIN = timedelta(minutes=15)
# Where no time was promised, and after a promise that is long past.
NO_PROMISE = timedelta(hours=1)


class Outcome(StrEnum):
    """What came of an alert; any of them ends it."""

    SPOKE = "spoke"
    TRIED = "tried"  # no answer
    EMERGENCY = "emergency"  # 999
    PASSED = "passed"  # to whom stands in the closing
    PLAN = "plan"


def acknowledge(app: App, alert_id: str, *, by: str) -> None:
    """A person has this: it climbs no more, and the second clock begins (safety page).

    A *now* that has no hand-off gets one. The others who were rung are told who has it. By the
    same person twice, nothing. Raises AlertTaken for whoever was second, AlertClosed,
    UnknownAlert.
    """
    now = app.clock()
    with app.db.write() as session:
        alert = _of_theirs(session, alert_id, by)
        _refuse_taken(session, alert, by)
        if alert.state == "open":
            told = ringing.told_since_it_began(alerts.rings(session, alert.id)) - {by}
            alert.state, alert.acknowledged_at, alert.acknowledged_by = "acknowledged", now, by
            alert.due_at = _second_clock(alert, now) if alert.level == "now" else None
            name = sealed.coach_name(session, session.get_one(Coach, by))
            for each in sorted(told):
                staff.tell(session, each, has_it(alert, name), now=now)
            _open_hand_off(app, session, alert, by=by, now=now)
    _wake(app)


def settle(app: App, alert_id: str, *, by: str, outcome: Outcome, closing: ClosingWords) -> None:
    """A person writes down what came of it: the alert ends. Check-ins wait for them (terms page).

    Whoever settles has it, taken or not. Raises OutcomeIncomplete, AlertClosed, UnknownAlert.
    """
    if outcome is Outcome.PASSED and not closing.told.strip():
        raise OutcomeIncomplete(OutcomeIncomplete.__doc__)
    now = app.clock()
    with app.db.write() as session:
        alert = _of_theirs(session, alert_id, by)
        _close(alert, "closed", by=by, now=now)
        alert.outcome = outcome.value
        keep(session, closing, by=by, now=now, alert_id=alert.id, outcome=outcome.value)
        _close_incident(session, alert, now)
    _wake(app)


def not_a_concern(app: App, alert_id: str, *, by: str) -> None:
    """A person has read it, and it was none: the client is told so, and check-ins go on.

    Raises AlertClosed, UnknownAlert.
    """
    now = app.clock()
    with app.db.write() as session:
        alert = _of_theirs(session, alert_id, by)
        rang = alert.level == "now"
        _close(alert, "not_a_concern", by=by, now=now)
        _close_incident(session, alert, now)
        if alert.client_id is not None and rang:
            _carry_on(session, alert.client_id, now)
    _wake(app)


def _of_theirs(session: Session, alert_id: str, by: str) -> Alert:
    """The alert, held till the commit, where this person may see it. Raises UnknownAlert."""
    found = session.get(Alert, alert_id)
    if found is not None and found.client_id is not None:
        alone_with(session, found.client_id)  # in the order in which a message takes them
    found = alerts.locked(session, alert_id)
    if found is None or not may_see(session, found, by):
        raise UnknownAlert(UnknownAlert.__doc__)
    return found


def _refuse_taken(session: Session, alert: Alert, by: str) -> None:
    if alert.state not in alerts.LIVE:
        raise AlertClosed(AlertClosed.__doc__)
    if alert.state == "acknowledged" and alert.acknowledged_by not in (None, by):
        raise AlertTaken(sealed.coach_name(session, session.get_one(Coach, alert.acknowledged_by)))


def _second_clock(alert: Alert, now: datetime) -> datetime:
    promised = alert.promised_at or now + NO_PROMISE
    return max(promised, now + OUTCOME_WITHIN)


def _close(alert: Alert, state: str, *, by: str, now: datetime) -> None:
    if alert.state not in alerts.LIVE:
        raise AlertClosed(AlertClosed.__doc__)
    alert.state, alert.closed_at, alert.closed_by, alert.due_at = state, now, by, None
    if alert.acknowledged_by is None:
        alert.acknowledged_at, alert.acknowledged_by = now, by


def _close_incident(session: Session, alert: Alert, now: datetime) -> None:
    if alert.incident_id is not None:
        incident = session.get_one(Incident, alert.incident_id)
        incident.closed_at = incident.closed_at or now


def _open_hand_off(app: App, session: Session, alert: Alert, *, by: str, now: datetime) -> None:
    """From now on this person has the talk; who has not said yes is rung, not texted."""
    if alert.level != "now" or alert.client_id is None:
        return
    client = clients.client(session, alert.client_id)
    if client.enrolment != Enrolment.ENROLLED:
        return
    ids = [message.id for _, message in alerts.messages(session, alert.id)]
    scope = open_scope(
        session,
        app.content,
        client_id=client.id,
        turn_id=new_turn_id(),
        now=now,
        message_ids=ids,
    )
    talk.add_turn(session, id=scope.turn_id, client_id=client.id, by="relay", now=now)
    begun = hand_off.current(session, client.id) is not None
    found = hand_off.request(scope, because="concern", to="coach", alert_id=alert.id)
    if not begun:
        found.coach_id = by
    hand_off.join(scope, by=by)


def _carry_on(session: Session, client_id: str, now: datetime) -> None:
    """One line to the client, and check-ins go on; with a person in the talk, after it."""
    client = clients.client(session, client_id)
    if client.held != "concern" or alerts.now_of(session, client_id) is not None:
        return
    client.held = None
    found = hand_off.current(session, client_id)
    if found is not None:
        found.alert_id = None  # nothing is held for it any more when the talk is handed back
        return
    inbox.put_event(session, client_id, "not_a_concern", now=now)


def _wake(app: App) -> None:
    for bell in ("alerts", "outbox", "inbox", "schedule"):
        app.bells.ring(bell)
