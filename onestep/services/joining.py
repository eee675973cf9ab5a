"""Lets in who was invited: a good code is asked about first, and only a yes links the phone.

A link may have been forwarded, so nothing is linked, and nobody named, before the person has said
that the code is for them. A wrong, used or expired code is a message of an unknown number like any
other: nobody can tell from the answer whether there ever was such a code.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.content import Content
from onestep.domain.choices import Choice, choose
from onestep.domain.permission import SendKind
from onestep.domain.words import yes_or_no
from onestep.services import apart
from onestep.services.app import App
from onestep.services.let_in import let_in, tell_of_stray_code
from onestep.storage import incidents, invites
from onestep.storage.models import Address, Invite, Joining, Message

LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"  # no vowels, so no words; none that looks like another
LONG = 8
_CODE = re.compile(rf"[{LETTERS}]{{{LONG}}}")
_BETWEEN = re.compile(r"[\s.\-_\"'“”]+")  # how people break a code up, and end it
_LONGEST = 40  # characters of a text that may be a code
CODE = "code"  # the kind of a message that brought one, good or not
# Who guesses is let guess this often; of 28 letters 8 times that finds nothing in any lifetime.
TRIES, TRIES_IN = 5, timedelta(days=1)
ASKED_AT_MOST = 3


@dataclass(frozen=True)
class Asked:
    """This phone is being asked; whatever it wrote, it needs no other answer."""


class Joined(NamedTuple):
    """Somebody has joined, with this message."""

    client_id: str
    message_id: str


def read_code(text: str) -> str | None:
    """The code that the whole of `text` is, however it was spaced; None for anything else."""
    if len(text) > _LONGEST:
        return None
    whole = _BETWEEN.sub("", text).upper()
    return whole if _CODE.fullmatch(whole) else None


def join(
    app: App,
    session: Session,
    address: Address,
    inbound: Inbound,
    message: Message,
    *,
    now: datetime,
) -> Joined | Asked | None:
    """Asks who brought a good code whether it is theirs, and links the phone when they say so.

    None where there is nothing to join by. Nor is anyone let in who is in danger: a person sees
    to that first, and the code stays good.
    """
    if address.coach_id is not None or message.screen_level != "none":
        return None
    if incidents.ringing(session, address.id) is not None:
        return None
    content = app.content(app.language)
    if (code := read_code(inbound.code or inbound.text)) is not None:
        invitation = _good(session, address, code, now)
        return _ask(session, content, address, invitation, now) if invitation else None
    pending = invites.joining(session, address.id)
    return None if pending is None else _answer(app, session, address, pending, inbound, message)


def _good(session: Session, address: Address, code: str, now: datetime) -> Invite | None:
    """The invitation of this code; nothing for a phone that has tried too many (security page)."""
    if apart.brought_since(session, address, CODE, now - TRIES_IN) > TRIES:
        return None
    return invites.good(session, code, now=now)


def _ask(
    session: Session, content: Content, address: Address, invitation: Invite, now: datetime
) -> Asked:
    pending = invites.joining(session, address.id)
    before = pending.asked if pending and pending.invite_id == invitation.id else 0
    if before < ASKED_AT_MOST:
        _put_question(session, content, address, invitation.id, before, now)
    return Asked()


def _put_question(
    session: Session,
    content: Content,
    address: Address,
    invite_id: str,
    before: int,
    now: datetime,
) -> None:
    said = apart.line(content, "join_who", address, seed=f"{invite_id}{before}")
    row = apart.say(session, address, said, kind=SendKind.CONFIRMATION, now=now)
    invites.ask(session, address.id, invite_id=invite_id, prompt=row.id, asked=before + 1, now=now)


def _answer(
    app: App,
    session: Session,
    address: Address,
    pending: Joining,
    inbound: Inbound,
    message: Message,
) -> Joined | Asked | None:
    """Takes their answer; words that are none are met with the question again, and then with none.

    All of it is kept for a person to see.
    """
    now, content = message.at, app.content(app.language)
    if inbound.kind == "choice" and inbound.prompt != pending.prompt:
        return Asked()  # a button of an earlier question
    said = _said(inbound, content)
    if said is None:
        if pending.asked < ASKED_AT_MOST:
            _put_question(session, content, address, pending.invite_id, pending.asked, now)
        return Asked()
    invites.ask_no_more(session, address.id)
    invitation = invites.use(session, pending.invite_id, now=now)
    if invitation is None:
        return None  # another phone was quicker, or its time is over
    if said is False:
        tell_of_stray_code(session, invitation.client_id, now=now)
        sorry = apart.line(content, "join_not_me", address, seed=message.id)
        apart.say(session, address, sorry, kind=SendKind.CONFIRMATION, now=now)
        return Asked()
    let_in(app, session, invitation, address, message)
    return Joined(invitation.client_id, message.id)


def _said(inbound: Inbound, content: Content) -> bool | None:
    """Whether they said that it is theirs; None for anything that is neither yes nor no."""
    labels = content.utterances["join_who"].choices
    offered = [Choice(key, label) for key, label in labels.items()]
    key = inbound.key if inbound.kind == "choice" else choose(inbound.text, offered)
    return yes_or_no(inbound.text) if key is None else key == "mine"
