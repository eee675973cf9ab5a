"""Sends each thing that a provider tells on its way: what is done about which kind stands here."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict

from channels.base import ContactChange, DeliveryReport, Event, Inbound
from channels.errors import Forged, Unreadable
from onestep.domain.enrolment import Enrolment
from onestep.services.app import App
from onestep.services.attachments import wanted
from onestep.services.contact_change import contact_change
from onestep.services.delivery_report import delivery_report
from onestep.services.edits import receive_edit
from onestep.services.park import park_wordless
from onestep.services.receive import receive
from onestep.services.ring_me import receive_call
from onestep.services.set_aside import Why, set_aside
from onestep.storage import clients
from onestep.storage.database import DATABASE_AWAY

log = logging.getLogger(__name__)

# The provider must bring it again: neither the database nor the spool could take it.
NOT_KEPT = (OSError, *DATABASE_AWAY)


def take_in(app: App, channel: str, raw: bytes, read: Callable[[], Sequence[Event]]) -> Why | None:
    """Keeps what one post or update says before its provider is answered.

    What nobody can read, or what meets a fault of ours, is put aside whole and never stands in
    the way of the next: then why is returned. The same again has no effect.

    Blocking: call it from a thread. Raises Forged, and one of NOT_KEPT.
    """
    why = Why.FAILED
    try:
        for event in read():
            take_in_event(app, event)
        return None
    except (Forged, *NOT_KEPT):
        raise
    except Unreadable:
        why = Why.UNREADABLE
    except Exception as fault:  # noqa: BLE001  # one thing must not hold up all others
        log.error("%s not taken in: %s", channel, type(fault).__name__)  # noqa: TRY400  # may quote
    set_aside(app, channel=channel, body=raw, why=why)
    return why


def take_in_event(app: App, event: Event) -> None:
    """Keeps what one event says, or does what it asks. The same event again has no effect.

    Blocking: call it from a thread. Raises one of NOT_KEPT.
    """
    match event:
        case Inbound():
            BY_KIND.get(event.kind, _any_other)(app, event)
        case DeliveryReport():
            delivery_report(app, event)
        case ContactChange():
            _wordless(app, event)


def _message(app: App, inbound: Inbound) -> None:
    receive(app, inbound)


def _attachment(app: App, inbound: Inbound) -> None:
    """Its words are a message; a thing that is not fetched waits whole, sealed, for a person."""
    # First, because with the database away the words are parked all the same, and danger answered.
    if not receive(app, inbound).parked:
        keep_things_aside(app, inbound)


def keep_things_aside(app: App, inbound: Inbound) -> None:
    """Keeps what came with a message and is not fetched. The same again has no effect.

    Raises one of DATABASE_AWAY.
    """
    if inbound.kind == "attachment" and not _comes_with_it(app, inbound):
        _keep_aside(app, inbound)


def _comes_with_it(app: App, inbound: Inbound) -> bool:
    """Whether all that came is kept with the message: nothing to fetch, or fetched after it."""
    things = [each for each in inbound.attachments if each.reference]
    if not things:
        return bool(inbound.text)
    with app.db.read() as session:
        theirs = clients.whose(session, channel=inbound.channel, value=inbound.sender)
    joined = theirs is not None and theirs.client.enrolment == Enrolment.ENROLLED
    return joined and wanted(app, things) == things


def _wordless(app: App, event: Inbound | ContactChange) -> None:
    """A call or a change of contact waits in the spool like a message, in its turn among them."""
    if not app.spool.holds_any():
        try:
            keep_wordless(app, event)
        except DATABASE_AWAY as away:
            log.error("database away: %s", type(away).__name__)  # noqa: TRY400  # may quote
        else:
            return
    park_wordless(app, event, now=app.clock())


def keep_wordless(app: App, event: Inbound | ContactChange) -> None:
    """Does what a change of contact asks, or passes a call on.

    A client's call is a wish to be rung; a stranger's waits for a person. The same again has no
    effect. Raises one of DATABASE_AWAY.
    """
    if isinstance(event, ContactChange):
        contact_change(app, event)
    elif not receive_call(app, event):
        _keep_aside(app, event)


def _any_other(app: App, inbound: Inbound) -> None:
    """What says something is screened and answered as a message; the rest waits for a person."""
    if inbound.text:
        receive(app, inbound)
    else:
        _keep_aside(app, inbound)


def _keep_aside(app: App, event: Inbound) -> None:
    body = json.dumps(asdict(event), default=str, sort_keys=True).encode()
    set_aside(app, channel=event.channel, body=body, why=Why.NO_PLACE)


# Each kind of channels.base.Inbound has its line. _any_other is where something of its own is
# still to be written; nothing is lost by it, and a concern in its words is heard.
BY_KIND: dict[str, Callable[[App, Inbound], None]] = {
    "text": _message,
    "choice": _message,
    "edit": receive_edit,
    "attachment": _attachment,
    "join": _message,
    "call": _wordless,
}
