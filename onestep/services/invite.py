"""Invites a client: terms and safe contact as coach and client agreed them, and a code to join by.

Nothing is sent: the invited person makes the first move, by the link or by texting the code.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.domain.errors import TermsInvalid
from onestep.services.errors import NoSuchCoach, TermsRefused
from onestep.services.joining import LETTERS, LONG
from onestep.services.times import agreed
from onestep.storage import clients, invites, sealed
from onestep.storage.clients import NewTerms
from onestep.storage.database import Database
from onestep.storage.models import Coach, ContactTerms

GOOD_FOR = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class SafelyReached:
    """What coach and client agreed, talking: is this phone theirs alone, when may we write."""

    theirs_alone: bool
    safe_when: str
    if_someone_else: str
    quick_exit_word: str | None = None
    record_word: str | None = None


@dataclass(frozen=True)
class Invited:
    """A client who may join; `code` is shown once and kept nowhere."""

    client_id: str
    code: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Whom:
    """Who is invited, by which coach, and what was agreed; `new_coach` may add the coach."""

    called: str
    coach: str
    terms: NewTerms
    safe: SafelyReached
    new_coach: bool = False


def invite(db: Database, whom: Whom, *, now: datetime, good_for: timedelta = GOOD_FOR) -> Invited:
    """Adds a client who may join with a fresh single-use code.

    Raises NoSuchCoach, and TermsRefused for terms that nobody could keep.
    """
    _can_be_kept(whom.terms)
    with db.write() as session:
        coach = _coach(session, whom.coach, now, new=whom.new_coach)
        client = clients.add_client(
            session, called=whom.called, coach_id=coach.id, terms=whom.terms, now=now
        )
        invites.add_safe_contact(session, client_id=client.id, now=now, **vars(whom.safe))
        code, until = new_code(), now + good_for
        invites.add(session, client_id=client.id, code=code, expires_at=until)
        return Invited(client.id, code, until)


def new_code() -> str:
    """A code nobody can guess, of letters that nobody takes for another: 38 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(LONG))


def _coach(session: Session, name: str, now: datetime, *, new: bool) -> Coach:
    for coach in session.scalars(select(Coach).where(Coach.active)):
        if sealed.coach_name(session, coach).casefold() == name.casefold():
            return coach
    if not new:
        raise NoSuchCoach(NoSuchCoach.__doc__)
    return clients.add_coach(session, name=name, now=now)


def _can_be_kept(terms: NewTerms) -> None:
    try:
        agreed(ContactTerms(**{**vars(terms), "weekdays": list(terms.weekdays)}))
    except (TermsInvalid, ValueError) as fault:
        raise TermsRefused(f"These terms cannot be kept: {fault}") from None
