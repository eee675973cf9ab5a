"""What waits for a person and is in nobody's record: incidents, and what unknown numbers wrote."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from onestep.services.app import App
from onestep.services.errors import NobodyKnown
from onestep.storage import clients, incidents, sealed
from onestep.storage.models import Address, Incident, Message

SHOWN_FOR = timedelta(days=7)  # a line of an unknown number that asks nothing of anybody


@dataclass(frozen=True)
class Shown:
    """One thing that came in: where from, when, and the words; None where they do not open."""

    channel: str
    sender: str
    words: str | None
    at: datetime


@dataclass(frozen=True)
class Unchecked:
    """An incident; `perhaps` is what someone invited at this address is called."""

    id: str
    level: str
    category: str | None
    perhaps: str | None
    lines: tuple[Shown, ...]


@dataclass(frozen=True)
class Apart:
    """What is in nobody's record, newest first; `spoiled` messages of the spool do not open."""

    incidents: tuple[Unchecked, ...]
    others: tuple[Shown, ...]
    spoiled: int


def kept_apart(app: App) -> Apart:
    """Reads what a person has to look at."""
    with app.db.read() as session:
        waiting = incidents.unchecked(session)
        others = incidents.from_unknown(session, since=app.clock() - SHOWN_FOR)
        ringing = {each.incident.address_id for each in waiting if each.incident.level == "now"}
        return Apart(
            incidents=tuple(_unchecked(session, each) for each in waiting),
            others=tuple(
                _shown(session, each.address, each.message)
                for each in others
                if each.address.id not in ringing  # they stand with their incident
            ),
            spoiled=app.spool.set_aside(),
        )


def check(app: App, incident_id: str, *, theirs: bool) -> None:
    """A person has found out who wrote: the client of this address, or somebody else.

    Theirs: the words and the alert join that client's record, and check-ins wait for a person.
    No hand-off opens: who has not said yes is not texted by a coach, but rung. Raises NobodyKnown
    when this is no client's address.
    """
    with app.db.write() as session:
        incident = session.get_one(Incident, incident_id)
        address = session.get_one(Address, incident.address_id)
        incident.closed_at = app.clock()
        if theirs:
            if address.client_id is None:
                raise NobodyKnown(NobodyKnown.__doc__)
            _join(session, incident, address.client_id)
        elif (alert := incidents.alert_of(session, incident)) is not None:
            alert.state, alert.closed_at = "closed", app.clock()


def _join(session: Session, incident: Incident, client_id: str) -> None:
    client = clients.client(session, client_id)
    for message in incidents.apart(session, incident):
        message.client_id = client_id
    alert = incidents.alert_of(session, incident)
    if alert is not None:
        alert.client_id, alert.to_coach_id = client_id, client.coach_id
        client.held = "concern"


def _unchecked(session: Session, each: incidents.Unchecked) -> Unchecked:
    incident, address = each.incident, each.address
    client = clients.client(session, address.client_id) if address.client_id else None
    said = incidents.apart(session, incident) if incident.level == "now" else [each.message]
    return Unchecked(
        id=incident.id,
        level=incident.level,
        category=incident.category,
        perhaps=sealed.called_or_none(session, client) if client else None,
        lines=tuple(_shown(session, address, one) for one in said if one.direction == "in"),
    )


def _shown(session: Session, address: Address, message: Message) -> Shown:
    return Shown(
        channel=address.channel,
        sender=sealed.address_value(session, address),
        words=sealed.readable(session, message),
        at=message.at,
    )
