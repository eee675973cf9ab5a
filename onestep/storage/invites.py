"""Invitations: the hash of a single-use code, and what was agreed about reaching them safely."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.base import new_id
from onestep.storage.models import Client, Invite, Joining, SafeContact

WORDS = ("safe_when", "if_someone_else", "quick_exit_word", "record_word")
KIND = "invite code"  # what the keyed hash of a code is made for, as a channel is for an address


def add(
    session: Session,
    *,
    client_id: str,
    code: str,
    expires_at: datetime,
    kind: str = "join",
    quietly: bool = False,
) -> None:
    """Keeps that this code lets this client join; of the code itself only a keyed hash.

    `kind`: join, relink (the new phone takes over from the old) or also (the old ones stay).
    `quietly`: nothing is said to the old phone.
    """
    hashed = sealed.keyring(session).address_hash(KIND, code)
    session.add(
        Invite(
            id=new_id(),
            client_id=client_id,
            code_hash=hashed,
            expires_at=expires_at,
            kind=kind,
            quietly=quietly,
        )
    )
    session.flush()


def end_all(session: Session, client_id: str, *, now: datetime) -> None:
    """No code that this client was given before is good any more."""
    session.execute(
        update(Invite)
        .where(Invite.client_id == client_id, Invite.used_at.is_(None), Invite.expires_at > now)
        .values(expires_at=now)
    )


def good(session: Session, code: str, *, now: datetime) -> Invite | None:
    """The invitation of this code, if it is neither used nor expired and its client is safe.

    Nobody may be written to before a safe-contact record exists (security page, S16), so without
    one no code is good.
    """
    hashed = sealed.keyring(session).address_hash(KIND, code)
    return session.scalar(
        select(Invite)
        .join(SafeContact, SafeContact.client_id == Invite.client_id)
        .join(Client, Client.id == Invite.client_id)
        .where(Client.enrolment != "erased")
        .where(Invite.code_hash == hashed, Invite.used_at.is_(None), Invite.expires_at > now)
    )


def use(session: Session, invite_id: str, *, now: datetime) -> Invite | None:
    """Uses the code up; nothing when another phone was quicker, or its time is over."""
    used = session.execute(
        update(Invite)
        .where(Invite.id == invite_id, Invite.used_at.is_(None), Invite.expires_at > now)
        .values(used_at=now)
        .returning(Invite.id)
    ).scalar()
    return session.get_one(Invite, used, populate_existing=True) if used else None


def joining(session: Session, address_id: str) -> Joining | None:
    """The code that this phone has brought, while it is asked whether that is for its owner."""
    return session.get(Joining, address_id)


def ask(
    session: Session, address_id: str, *, invite_id: str, prompt: str, asked: int, now: datetime
) -> None:
    """Keeps that the question was put to this phone for the time `asked`, with these buttons."""
    pending = Joining(
        address_id=address_id, invite_id=invite_id, prompt=prompt, asked=asked, asked_at=now
    )
    session.merge(pending)
    session.flush()


def ask_no_more(session: Session, address_id: str) -> None:
    """The question is answered, or let go."""
    session.execute(delete(Joining).where(Joining.address_id == address_id))


def agree_safe_contact(
    session: Session,
    *,
    client_id: str,
    theirs_alone: bool,
    now: datetime,
    safe_days: list[int] | None = None,
    safe_from: str | None = None,
    safe_until: str | None = None,
    **words: str | None,
) -> None:
    """Keeps what coach and client agreed about reaching them safely, their words sealed.

    Agreed again, it takes the place of what was agreed before; a word left out stays.
    """
    kept = session.get(SafeContact, client_id)
    if kept is None:
        kept = SafeContact(client_id=client_id, theirs_alone=theirs_alone, agreed_at=now)
        session.add(kept)
    kept.theirs_alone, kept.agreed_at, kept.reminded_at = theirs_alone, now, None
    kept.safe_days, kept.safe_from, kept.safe_until = safe_days, safe_from, safe_until
    for name in WORDS:
        if text := words.get(name):
            setattr(kept, name, sealed.seal(session, "safe_contact", name, client_id, text))
    session.flush()
