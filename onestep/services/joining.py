"""Lets an invited client in: by the link's code, or by the short code sent as a text.

A wrong, used or expired code is a message of an unknown number like any other: nobody can tell
from the answer whether there ever was such a code.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.safety import Level, Verdict
from onestep.services.enrol import begin
from onestep.storage import clients, incidents, invites, talk
from onestep.storage.models import Address

LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"  # no vowels, so no words; none that looks like another
LONG = 8
_CODE = re.compile(rf"[{LETTERS}]{{{LONG}}}")
_BETWEEN = re.compile(r"[\s.\-_\"'“”]+")  # how people break a code up, and end it
_LONGEST = 40  # characters of a text that may be a code


@dataclass(frozen=True)
class Joined:
    """Somebody has joined, with this message."""

    client_id: str
    message_id: str


def join(session: Session, inbound: Inbound, verdict: Verdict, *, now: datetime) -> Joined | None:
    """Links an unknown address to the client whose code it brought, and begins first contact.

    None where it brought no good code. Nor is anyone let in who is in danger: a person sees to
    that first, and the code stays good.
    """
    code = read_code(inbound.code or inbound.text)
    if code is None or verdict.level is not Level.NONE:
        return None
    invitation = invites.good(session, code, now=now)
    if invitation is None:
        return None
    address = clients.find_address(session, channel=inbound.channel, value=inbound.sender)
    if address is not None and incidents.ringing(session, address.id) is not None:
        return None
    invitation.used_at = now
    return _let_in(session, invitation.client_id, address, inbound, now)


def read_code(text: str) -> str | None:
    """The code that the whole of `text` is, however it was spaced; None for anything else."""
    if len(text) > _LONGEST:
        return None
    whole = _BETWEEN.sub("", text).upper()
    return whole if _CODE.fullmatch(whole) else None


def _let_in(
    session: Session, client_id: str, address: Address | None, inbound: Inbound, now: datetime
) -> Joined:
    if address is None:
        address = clients.add_address(
            session, client_id=client_id, channel=inbound.channel, value=inbound.sender, now=now
        )
    else:  # they had written before, as somebody nobody knew: that stays apart
        address.client_id, address.state = client_id, "live"
    message = talk.add_message(
        session,
        text=inbound.text,
        direction="in",
        channel=inbound.channel,
        kind="join",
        at=now,
        zone=clients.terms(session, client_id).zone,
        client_id=client_id,
        address_id=address.id,
        provider_id=inbound.provider_id,
    )
    begin(session, client_id, now=now, message_id=message.id)
    return Joined(client_id, message.id)
