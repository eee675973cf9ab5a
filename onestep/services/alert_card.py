"""What a coach sees of alerts: the list of those that need somebody, and the card of one.

Read-only. Whom a worry about us names sees nothing of it: to them it is not there.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from onestep.services.alert_access import may_see
from onestep.services.alert_words import must_be_rung
from onestep.services.app import App
from onestep.services.errors import UnknownAlert
from onestep.storage import alerts, clients, incidents, sealed, talk, what_helps
from onestep.storage.models import (
    Address,
    Alert,
    AlertMessage,
    Client,
    Coach,
    Incident,
    Message,
    SafeContact,
)

HELPS = ("noticing", "how", "who", "helped", "best_hopes", "small_step")  # kinds of entries
SHOWN_ENTRIES = 8
SHOWN_BEFORE = 3  # lines of the talk before the one that raised it


@dataclass(frozen=True)
class AlertLine:
    """One alert in the list of what needs a person. `has_it`: who took it, None while it rings."""

    id: str
    ref: str
    level: str
    category: str | None
    at: datetime
    client_id: str | None
    called: str | None  # or where it came from, while it is in nobody's record
    has_it: str | None
    state: str
    promised_at: datetime | None
    due_at: datetime | None
    must_be_rung: bool


@dataclass(frozen=True)
class Flagged:
    """One message of an alert: the words, and which of them the screen saw, by whom it was seen.

    `words` is None where they do not open. `seen`: the stretches of `words`, as [start, end).
    """

    message_id: str
    words: str | None
    at: datetime
    level: str
    by: str
    category: str | None
    seen: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Said:
    """One line of the talk before; `theirs`: the client wrote it."""

    text: str | None
    at: datetime
    theirs: bool


@dataclass(frozen=True)
class Rung:
    """One telling: who, when and why; or that somebody was passed."""

    who: str
    at: datetime
    because: str


@dataclass(frozen=True)
class Helps:
    """What helps and who matters, in the client's own words."""

    kind: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Reach:
    """How to reach them safely, as it was agreed; None where nothing was."""

    ways: tuple[str, ...]  # channel and value of each live address
    theirs_alone: bool | None = None
    safe_when: str | None = None
    if_someone_else: str | None = None
    phone: str | None = None
    emergency_contact: str | None = None


@dataclass(frozen=True)
class AlertCard:
    """All that whoever answers needs, on one page."""

    line: AlertLine
    flagged: tuple[Flagged, ...]
    before: tuple[Said, ...]
    told: tuple[Said, ...]  # what the client was told since
    rung: tuple[Rung, ...]
    reach: Reach
    helps: tuple[Helps, ...]
    people: tuple[str, ...]  # the names of who matters to them
    outcome: str | None
    acknowledged_at: datetime | None


def open_alerts(app: App, *, seen_by: str) -> tuple[AlertLine, ...]:
    """What needs a person, the loudest and then the oldest first; only what is theirs to see."""
    with app.db.read() as session:
        lines = [
            _line(session, alert)
            for alert in alerts.live(session)
            if may_see(session, alert, seen_by)
        ]
    louder = ("now", "soft", "unread")
    return tuple(sorted(lines, key=lambda line: (louder.index(line.level), line.id)))


def card(app: App, alert_id: str, *, seen_by: str) -> AlertCard:
    """The card of one alert. Raises UnknownAlert, also for one that is not theirs to see."""
    with app.db.read() as session:
        alert = session.get(Alert, alert_id)
        if alert is None or not may_see(session, alert, seen_by):
            raise UnknownAlert(UnknownAlert.__doc__)
        return _card(session, alert)


def _line(session: Session, alert: Alert) -> AlertLine:
    return AlertLine(
        id=alert.id,
        ref=alert.ref or "",
        level=alert.level,
        category=alert.category,
        at=alert.at,
        client_id=alert.client_id,
        called=_called(session, alert),
        has_it=_name(session, alert.acknowledged_by) if alert.state == "acknowledged" else None,
        state=alert.state,
        promised_at=alert.promised_at,
        due_at=alert.due_at,
        must_be_rung=must_be_rung(session, alert),
    )


def _card(session: Session, alert: Alert) -> AlertCard:
    about = alerts.messages(session, alert.id)
    talked = _talk(session, alert)
    first = about[0][1]
    return AlertCard(
        line=_line(session, alert),
        flagged=tuple(_flagged(session, seen, message) for seen, message in about),
        before=tuple(_said(session, one) for one in talked if one.id < first.id)[-SHOWN_BEFORE:],
        told=tuple(
            _said(session, one) for one in talked if one.direction == "out" and one.id > first.id
        ),
        rung=tuple(
            Rung(_name(session, row.coach_id) or "", row.at, row.because)
            for row in alerts.rings(session, alert.id)
        ),
        reach=_reach(session, alert),
        helps=_helps(session, alert),
        people=_people(session, alert),
        outcome=alert.outcome,
        acknowledged_at=alert.acknowledged_at,
    )


def _talk(session: Session, alert: Alert) -> list[Message]:
    if alert.client_id is not None:
        return talk.thread(session, alert.client_id)
    if alert.incident_id is None:
        return []
    return incidents.apart(session, session.get_one(Incident, alert.incident_id))


def _flagged(session: Session, seen: AlertMessage, message: Message) -> Flagged:
    return Flagged(
        message_id=message.id,
        words=sealed.readable(session, message),
        at=seen.at,
        level=seen.level,
        by=seen.by,
        category=seen.category,
        seen=tuple((int(start), int(end)) for start, end in seen.spans),
    )


def _said(session: Session, message: Message) -> Said:
    return Said(sealed.readable(session, message), message.at, message.direction == "in")


def _called(session: Session, alert: Alert) -> str | None:
    if alert.client_id is not None:
        return sealed.called_or_none(session, session.get_one(Client, alert.client_id))
    if alert.incident_id is None:
        return None
    incident = session.get_one(Incident, alert.incident_id)
    return sealed.address_value(session, session.get_one(Address, incident.address_id))


def _name(session: Session, coach_id: str | None) -> str | None:
    return sealed.coach_name(session, session.get_one(Coach, coach_id)) if coach_id else None


def _reach(session: Session, alert: Alert) -> Reach:
    if alert.client_id is None:
        incident = session.get(Incident, alert.incident_id) if alert.incident_id else None
        address = session.get_one(Address, incident.address_id) if incident else None
        return Reach((_way(session, address),) if address else ())
    ways = tuple(
        _way(session, each)
        for each in clients.addresses(session, alert.client_id)
        if each.state == "live"
    )
    kept = session.get(SafeContact, alert.client_id)
    if kept is None:
        return Reach(ways)
    agreed = sealed.safe_contact(session, kept)
    return Reach(ways, kept.theirs_alone, **agreed)


def _way(session: Session, address: Address) -> str:
    return f"{address.channel}: {sealed.address_value(session, address)}"


def _helps(session: Session, alert: Alert) -> tuple[Helps, ...]:
    if alert.client_id is None:
        return ()
    kept = what_helps.entries(session, alert.client_id, kinds=HELPS, limit=SHOWN_ENTRIES)
    return tuple(Helps(each.kind, sealed.entry_words(session, each), each.at) for each in kept)


def _people(session: Session, alert: Alert) -> tuple[str, ...]:
    return tuple(what_helps.people(session, alert.client_id)) if alert.client_id else ()
