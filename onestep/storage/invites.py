"""Invitations: the hash of a single-use code, and what was agreed about reaching them safely."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.base import new_id
from onestep.storage.models import Invite, SafeContact

KIND = "invite code"  # what the keyed hash of a code is made for, as a channel is for an address


def add(session: Session, *, client_id: str, code: str, expires_at: datetime) -> None:
    """Keeps that this code lets this client join; of the code itself only a keyed hash."""
    hashed = sealed.keyring(session).address_hash(KIND, code)
    session.add(Invite(id=new_id(), client_id=client_id, code_hash=hashed, expires_at=expires_at))
    session.flush()


def good(session: Session, code: str, *, now: datetime) -> Invite | None:
    """The invitation of this code, if it is neither used nor expired and its client is safe.

    Nobody may be written to before a safe-contact record exists (security page, S16), so without
    one no code is good.
    """
    hashed = sealed.keyring(session).address_hash(KIND, code)
    return session.scalar(
        select(Invite)
        .join(SafeContact, SafeContact.client_id == Invite.client_id)
        .where(Invite.code_hash == hashed, Invite.used_at.is_(None), Invite.expires_at > now)
    )


def add_safe_contact(
    session: Session,
    *,
    client_id: str,
    theirs_alone: bool,
    now: datetime,
    safe_when: str | None = None,
    if_someone_else: str | None = None,
    quick_exit_word: str | None = None,
    record_word: str | None = None,
) -> None:
    """Keeps what coach and client agreed about reaching them safely, their words sealed."""
    words = {
        "safe_when": safe_when,
        "if_someone_else": if_someone_else,
        "quick_exit_word": quick_exit_word,
        "record_word": record_word,
    }
    closed = {
        name: sealed.seal(session, "safe_contact", name, client_id, text)
        for name, text in words.items()
        if text
    }
    session.add(
        SafeContact(client_id=client_id, theirs_alone=theirs_alone, agreed_at=now, **closed)
    )
    session.flush()
