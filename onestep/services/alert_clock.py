"""Strikes the clocks of alerts: nobody took it, nothing was entered, or a note is due.

Its state is the row (step, due_at), so a restart forgets nothing. Runs whatever the machine's
clock does (R8), and never asks the bot.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from onestep.services import ringing
from onestep.services.app import App
from onestep.storage import alerts
from onestep.storage.alone import alone_with
from onestep.storage.models import Alert


def strike(app: App) -> bool | float:
    """Goes on with what is due; else how many seconds until the next, false when there is none."""
    now = app.clock()
    with app.db.read() as session:  # most looks find nothing, and need no write lock for it
        due = [(alert.id, alert.client_id) for alert in alerts.due(session, now=now)]
        soonest = alerts.next_due(session) if not due else None
    for alert_id, client_id in due:
        with app.db.write() as session:
            if client_id is not None:
                alone_with(session, client_id)  # in the order in which a message takes them
            alert = alerts.take_due(session, alert_id, now=now)
            if alert is not None:
                _go_on(app, session, alert, now)
        app.bells.ring("outbox")
    if due:
        return True
    return False if soonest is None else max((soonest - now).total_seconds(), 0.0)


def _go_on(app: App, session: Session, alert: Alert, now: datetime) -> None:
    if alert.level != "now":
        ringing.note(app, session, alert, now=now)
    elif alert.state == "open":
        ringing.climb(app, session, alert, now=now)
    else:  # taken, and nothing was entered by the promised time
        ringing.begin(app, session, alert, now=now, because="late")
