"""The facts about a client that every permission is asked with, as they are at this moment."""

from sqlalchemy.orm import Session

from onestep.domain.contact import ContactState
from onestep.domain.enrolment import Enrolment, HandOff
from onestep.domain.permission import Standing
from onestep.services import hand_off, quick_exit
from onestep.services.concern import silenced
from onestep.storage import waiting
from onestep.storage.models import Client, SafeContact


def standing(session: Session, client: Client) -> Standing:
    """How the client stands now; what asks for quiet and is still in the queue counts as done."""
    contact, asked = ContactState(client.contact), waiting.quiet_asked(session, client.id)
    if contact is ContactState.ACTIVE and asked:
        contact = ContactState.PAUSED
    found = hand_off.current(session, client.id)
    return Standing(
        enrolment=Enrolment(client.enrolment),
        contact=contact,
        hand_off=HandOff(found.state) if found else None,
        outreach_held=client.held is not None or client.waiting_for_them,
        paused_until=client.paused_until,
        safe_contact=session.get(SafeContact, client.id) is not None,
        exited=quick_exit.said(session, client, asked=asked),
        concern_waits=found is None and silenced(session, client),
    )
