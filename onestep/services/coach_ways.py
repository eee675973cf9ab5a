"""The ways by which a coach is told: numbers and mailboxes, added and taken away by a person.

A coach's Telegram is not typed in: whoever holds the phone binds it, by a code that works once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult
from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.services.errors import NoSuchCoach, WayRefused
from onestep.storage import audit, clients, sealed
from onestep.storage.database import Database
from onestep.storage.models import Address, Coach

REGION = "GB"  # whose own spelling of a number is understood: 07700 900123
KINDS = ("telegram", "sms", "email")


@dataclass(frozen=True)
class Way:
    """One way to a coach; a `dead` one takes no more messages."""

    channel: str
    value: str
    dead: bool


@dataclass(frozen=True)
class Told:
    """One coach, and every way that reaches them."""

    coach_id: str
    name: str
    ways: tuple[Way, ...]


def everybody(db: Database) -> Sequence[Told]:
    """Each coach who is here, in the order they came."""
    with db.read() as session:
        rows = session.scalars(select(Coach).where(Coach.active).order_by(Coach.id)).all()
        return [
            Told(coach.id, sealed.coach_name(session, coach), _ways(session, coach.id))
            for coach in rows
        ]


def ways(db: Database, coach_id: str) -> tuple[Way, ...]:
    """Every way that reaches this coach, or did until its provider said that it is gone."""
    with db.read() as session:
        return _ways(session, coach_id)


def add_way(
    db: Database, coach_id: str, *, channel: str, value: str, by: str, now: datetime
) -> Way:
    """From now on this coach is told here too. `by` is who says so, as the audit log has it.

    Raises NoSuchCoach, and WayRefused with what to do for what is no number, no mailbox, or
    somebody else's.
    """
    kept = as_kept(channel, value)
    with db.write() as session:
        coach = session.get(Coach, coach_id)
        if coach is None or not coach.active:
            raise NoSuchCoach("There is no such coach here.")
        address = clients.known_or_new(session, channel=channel, value=kept, now=now)
        _is_free(address, coach_id)
        address.coach_id, address.state = coach_id, "live"
        audit.record(session, who=by, what=f"added_{channel}", whom=coach_id, now=now)
    return Way(channel, kept, dead=False)


def remove_way(
    db: Database, coach_id: str, *, channel: str, value: str, by: str, now: datetime
) -> None:
    """This coach is not told here any more; what still waited for this way is not sent.

    Raises WayRefused where it is none of theirs.
    """
    kept = value if channel == "telegram" else as_kept(channel, value)
    with db.write() as session:
        address = clients.find_address(session, channel=channel, value=kept)
        if address is None or address.coach_id != coach_id:
            raise WayRefused(f"This coach is not told by {channel} at this address.")
        address.coach_id, address.state = None, "moved"  # whoever joins with it makes it live
        audit.record(session, who=by, what=f"removed_{channel}", whom=coach_id, now=now)


def as_kept(channel: str, value: str) -> str:
    """The value in the one spelling it is kept in. Raises WayRefused."""
    if channel == "sms":
        return _number(value)
    if channel == "email":
        return _mailbox(value)
    if channel == "telegram":
        raise WayRefused("A coach's Telegram is bound from the phone itself, by a code.")
    raise WayRefused(f"A coach is told by {', '.join(KINDS)}: there is no {channel}.")


def _number(value: str) -> str:
    try:
        number = phonenumbers.parse(value, REGION)
    except NumberParseException:
        number = None
    possible = ValidationResult.IS_POSSIBLE
    if number is None or phonenumbers.is_possible_number_with_reason(number) != possible:
        raise WayRefused("This is no number that takes a text: write it like +447700900123.")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _mailbox(value: str) -> str:
    """Only how it is written is judged: no server is asked whether there is such a mailbox."""
    try:
        found = validate_email(value.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        found = None
    if found is None or found.ascii_email is None:
        raise WayRefused("This is no e-mail address: write it like ana@example.org.")
    return found.ascii_email


def _is_free(address: Address, coach_id: str) -> None:
    if address.client_id is not None:
        raise WayRefused("This is a client's address: a notice there would be read by them.")
    if address.coach_id not in {None, coach_id}:
        raise WayRefused("This is another coach's address: take it away from them first.")


def _ways(session: Session, coach_id: str) -> tuple[Way, ...]:
    theirs = select(Address).where(Address.coach_id == coach_id).order_by(Address.id)
    return tuple(
        Way(each.channel, sealed.address_value(session, each), dead=each.state != "live")
        for each in session.scalars(theirs)
    )
