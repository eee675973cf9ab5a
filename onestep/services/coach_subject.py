"""Which client a coach's message is about, by what it answers, and the alert it takes."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.domain.words import plain
from onestep.services import alerts
from onestep.services.app import App
from onestep.services.errors import AlertClosed, AlertTaken, UnknownAlert
from onestep.services.ringing import MINE
from onestep.services.to_coach import WITH_WORDS
from onestep.storage import coach_lines
from onestep.storage.models import Alert, Message, Outbox, Ring

GOT_IT = {"got it", "i've got it", "ive got it", "i've got this", "ive got this", "got this"}
YOU_HAVE_IT = "You have it. Reply to this message, and it goes to them."


@dataclass(frozen=True)
class Subject:
    """Which client a coach's message is about, and the alert it takes, as far as one can tell."""

    client_id: str | None
    alert_id: str | None = None


def take_alert(app: App, inbound: Inbound) -> str | None:
    """Takes the alert that this message answers, if any; says what came of it.

    First and by itself: it may come twice without harm, and a message that was kept first would
    not be seen to again.
    """
    with app.db.read() as session:
        found = coach_lines.whose(session, channel=inbound.channel, value=inbound.sender)
        if found is None:
            return None
        coach_id = found[0].id
        subject = subject_of(session, coach_id, inbound)
        if subject is None or subject.alert_id is None:
            return None
        alert = session.get_one(Alert, subject.alert_id)
        pressed = inbound.kind == "choice" and inbound.key == MINE[0][0]
        said = app.words_to_coaches and inbound.channel == WITH_WORDS and inbound.kind == "text"
        waits = alert.state == "open" and alert.level == "now"
        if not pressed and not (said and (waits or plain(inbound.text) in GOT_IT)):
            return None
    try:
        alerts.acknowledge(app, subject.alert_id, by=coach_id)
    except AlertTaken as taken:
        return str(taken)
    except (AlertClosed, UnknownAlert) as fault:
        return str(fault)
    return YOU_HAVE_IT if subject.client_id and app.words_to_coaches else "You have it."


def subject_of(session: Session, coach_id: str, inbound: Inbound) -> Subject | None:
    """What the message that was replied to, or whose button was pressed, is about."""
    row = _answered(session, coach_id, inbound)
    if row is None:
        return None
    line = coach_lines.about(session, row.message_id)
    if line is not None:
        return Subject(line.client_id, line.alert_id)
    said = session.get_one(Message, row.message_id).said or []
    ring = next((session.get(Ring, each["ring"]) for each in said if "ring" in each), None)
    if ring is None:
        return None
    return Subject(session.get_one(Alert, ring.alert_id).client_id, ring.alert_id)


def _answered(session: Session, coach_id: str, inbound: Inbound) -> Outbox | None:
    if inbound.kind == "choice":
        return coach_lines.pressed(session, coach_id, inbound.prompt or "")
    if inbound.replies_to is None:
        return None
    return coach_lines.replied_to(
        session, coach_id, channel=inbound.channel, provider_id=inbound.replies_to
    )
