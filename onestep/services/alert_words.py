"""What coaches are sent of an alert: reference, level and link; words only where a service allows.

On a phone that may lie on a table: without words there is nothing in it about anybody.
"""

from sqlalchemy.orm import Session

from onestep.services import where
from onestep.services.app import App
from onestep.storage import alerts, clients, sealed, waiting
from onestep.storage.models import Address, Alert, Incident, Message

LONGEST = 300  # letters of the client's words; all of them are on the card
RAISED = "Onestep: danger may have been said."
SAYS = {
    "raised": RAISED,
    "climbed": "Onestep: danger may have been said, and nobody has answered yet.",
    "again": "Onestep: danger may have been said, and still nobody has answered.",
    "late": "Onestep: this was taken, and nothing was written down of it. It is ringing again.",
    "note": "Onestep: something for you to look at today. It does not ring.",
}
ABOUT_US = "Onestep: somebody has written about us. It is for you, and not for who it is about."
RING_THEM = "A text cannot reach them: they have to be rung."
ANSWER = "Say that you have it, and it stops climbing."
HAS_IT = "Onestep: {name} has {ref}. You need do nothing."
DRILL = "Onestep: a drill. Nobody is in danger, and you need do nothing."


def notice(app: App, session: Session, alert: Alert, *, because: str) -> str:
    """The text of one ring; `because` as of a Ring."""
    if alert.by == alerts.DRILL:
        return f"{DRILL} Ref {alert.ref}"
    first = ABOUT_US if _about_us(alert) and because != "late" else SAYS[because]
    parts = [first, f"Ref {alert.ref}.", *_who(app, session, alert)]
    if must_be_rung(session, alert):
        parts.append(RING_THEM)
    if because != "note":
        parts.append(ANSWER)
    return "\n".join([" ".join(parts), *_words(app, session, alert), *_link(app, alert)])


def has_it(alert: Alert, name: str) -> str:
    """What the others who were rung are told once somebody has it."""
    return HAS_IT.format(name=name, ref=alert.ref)


def must_be_rung(session: Session, alert: Alert) -> bool:
    """Whether no text of ours reaches this client: they stopped, or nothing reaches them."""
    if alert.client_id is None:
        return False
    client = clients.client(session, alert.client_id)
    if client.contact in ("stopped", "unreachable"):
        return True
    stops = waiting.command_waits(session, client.id, "stop")
    return stops or clients.preferred_address(session, client.id) is None


def _about_us(alert: Alert) -> bool:
    return alert.category == alerts.ABOUT_US


def _who(app: App, session: Session, alert: Alert) -> list[str]:
    """An unknown number is named, or nobody could ring it; a client only where words are on."""
    if alert.incident_id is not None and alert.client_id is None:
        incident = session.get_one(Incident, alert.incident_id)
        address = session.get_one(Address, incident.address_id)
        value = sealed.address_value(session, address)
        return [f"From {value} ({address.channel}), in no client's record yet."]
    if not app.words_to_coaches or alert.client_id is None:
        return []
    called = sealed.called_or_none(session, clients.client(session, alert.client_id))
    return [f"From {called}."] if called else []


def _words(app: App, session: Session, alert: Alert) -> list[str]:
    """The newest words, where the service allows them; never those about one of us."""
    if not app.words_to_coaches or _about_us(alert):
        return []
    newest = alerts.messages(session, alert.id)[-1][1]
    text = sealed.readable(session, session.get_one(Message, newest.id))
    if not text:
        return []
    return [f"“{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}”"]


def _link(app: App, alert: Alert) -> list[str]:
    link = where.alert(app, alert.ref or alert.id)
    return [link] if link else []
