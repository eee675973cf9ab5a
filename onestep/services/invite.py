"""Invites a client, or gives one who has a new phone a fresh code to come back by.

Terms and safe contact are as coach and client agreed them. Nothing is sent: the person makes the
first move, by the link or by texting the code.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.domain.errors import TermsInvalid
from onestep.domain.terms import Rhythm, Terms
from onestep.domain.words import Channel, parse_command, plain, yes_or_no
from onestep.services.errors import NoSuchCoach, TermsRefused, UnknownClient
from onestep.services.joining import LETTERS, LONG, read_code
from onestep.services.times import agreed
from onestep.storage import clients, invites, sealed
from onestep.storage.clients import NewTerms
from onestep.storage.database import Database
from onestep.storage.models import Client, Coach, ContactTerms

GOOD_FOR = timedelta(days=14)
SHORTEST_WORD, LONGEST_WORD = 3, 30


@dataclass(frozen=True, kw_only=True)
class SafelyReached:
    """What coach and client agreed, talking: is this phone theirs alone, when may we write."""

    theirs_alone: bool
    safe_when: str
    if_someone_else: str
    quick_exit_word: str | None = None
    record_word: str | None = None
    safe_days: tuple[int, ...] = ()  # 0 is Monday; none is every day
    safe_from: str | None = None  # local HH:MM; None is any time
    safe_until: str | None = None


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


@dataclass(frozen=True, kw_only=True)
class Again:
    """A client with a new phone or account, and what was agreed with them about it.

    `keep_the_old`: it is one more way to reach them. `quietly`: nothing is said to the old phone,
    which may be in the wrong hands.
    """

    client_id: str
    safe: SafelyReached
    keep_the_old: bool = False
    quietly: bool = False


@dataclass(frozen=True)
class Known:
    """A client, as whoever invites them tells them apart."""

    client_id: str
    called: str
    coach: str


def invite(db: Database, whom: Whom, *, now: datetime, good_for: timedelta = GOOD_FOR) -> Invited:
    """Adds a client who may join with a fresh single-use code.

    Raises NoSuchCoach, and TermsRefused for terms that nobody could keep.
    """
    _can_be_kept(whom.terms)
    _is_safe(whom.safe, discreet=whom.terms.discreet)
    _fits(whom.safe, agreed(_as_kept(whom.terms)))
    with db.write() as session:
        coach = _coach(session, whom.coach, now, new=whom.new_coach)
        client = clients.add_client(
            session, called=whom.called, coach_id=coach.id, terms=whom.terms, now=now
        )
        _agree(session, client.id, whom.safe, now)
        code, until = new_code(), now + good_for
        invites.add(session, client_id=client.id, code=code, expires_at=until)
        return Invited(client.id, code, until)


def relink(
    db: Database,
    again: Again,
    *,
    now: datetime,
    good_for: timedelta = GOOD_FOR,
) -> Invited:
    """A fresh code for a client we have; every code they were given before ends.

    The phone that brings it takes over from the old one, or is one more. Raises UnknownClient,
    and TermsRefused for what would not be safe.
    """
    with db.write() as session:
        client = session.get(Client, again.client_id)
        if client is None or client.enrolment == "erased":
            raise UnknownClient(UnknownClient.__doc__)
        terms = clients.terms(session, client.id)
        _is_safe(again.safe, discreet=terms.discreet)
        _fits(again.safe, agreed(terms))
        _agree(session, client.id, again.safe, now)
        invites.end_all(session, client.id, now=now)
        code, until = new_code(), now + good_for
        invites.add(
            session,
            client_id=client.id,
            code=code,
            expires_at=until,
            kind="also" if again.keep_the_old else "relink",
            quietly=again.quietly,
        )
        return Invited(client.id, code, until)


def clients_called(db: Database, called: str, *, coach: str | None = None) -> list[Known]:
    """The clients who are called so, in any case of letters, of this coach or of any."""
    with db.read() as session:
        rows = session.execute(
            select(Client, Coach)
            .join(Coach, Coach.id == Client.coach_id)
            .where(Client.enrolment != "erased")
            .order_by(Client.id)
        ).all()
        found = [
            Known(each.id, sealed.client_called(session, each), sealed.coach_name(session, whose))
            for each, whose in rows
        ]
    return [
        each
        for each in found
        if each.called.casefold() == called.casefold()
        and (coach is None or each.coach.casefold() == coach.casefold())
    ]


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


def _agree(session: Session, client_id: str, safe: SafelyReached, now: datetime) -> None:
    fields = {**vars(safe), "safe_days": list(safe.safe_days) or None}
    invites.agree_safe_contact(session, client_id=client_id, now=now, **fields)


def _is_safe(safe: SafelyReached, *, discreet: bool) -> None:
    if not safe.theirs_alone and not discreet:
        raise TermsRefused("On a shared phone the wording has to be discreet: leave out --plain.")
    if (safe.safe_from is None) != (safe.safe_until is None):
        raise TermsRefused("Safe hours want a beginning and an end.")
    words = [word for word in (safe.quick_exit_word, safe.record_word) if word is not None]
    for word in words:
        said = plain(word)
        if not SHORTEST_WORD <= len(said) <= LONGEST_WORD or not has_no_other_meaning(said):
            raise TermsRefused(
                f"A word of theirs has {SHORTEST_WORD} to {LONGEST_WORD} letters, and is none "
                "that means something here already, such as stop, yes or help."
            )
    if len({plain(word) for word in words}) < len(words):
        raise TermsRefused("The quick-exit word and the record word have to be two words.")


def has_no_other_meaning(said: str) -> bool:
    """Whether a word of a client's own would not be taken for a command, a number or a yes."""
    commands = (parse_command(said, channel) for channel in Channel)
    plainly = said.isdecimal() or yes_or_no(said) is not None or read_code(said) is not None
    return not plainly and not any(commands)


def _as_kept(terms: NewTerms) -> ContactTerms:
    return ContactTerms(**{**vars(terms), "weekdays": list(terms.weekdays)})


def _fits(safe: SafelyReached, terms: Terms) -> None:
    """Refuses check-ins at times that are not safe: none of them would ever come."""
    if terms.rhythm is Rhythm.ONLY_WHEN_ASKED:
        return
    days = set(safe.safe_days)
    if days and (terms.rhythm is not Rhythm.WEEKDAYS or not terms.weekdays <= days):
        raise TermsRefused("Check-ins have to be on the safe days: say which with --on.")
    if safe.safe_from is None or safe.safe_until is None:
        return
    start, end = time.fromisoformat(safe.safe_from), time.fromisoformat(safe.safe_until)
    if start < end and not start <= terms.window_start <= terms.window_end <= end:
        raise TermsRefused("Check-ins have to come at the safe hours: say which with --hours.")


def _can_be_kept(terms: NewTerms) -> None:
    try:
        agreed(_as_kept(terms))
    except (TermsInvalid, ValueError) as fault:
        raise TermsRefused(f"These terms cannot be kept: {fault}") from None
