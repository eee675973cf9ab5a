"""Binds a coach's Telegram to them, by a code that works once (security page, S11).

A wrong, used or expired code is a message of an unknown number like any other: nobody can tell
from the answer whether there ever was such a code, or such a coach.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.domain.permission import SendKind
from onestep.services import apart
from onestep.services.app import App
from onestep.services.errors import NoSuchCoach
from onestep.services.invite import new_code
from onestep.services.joining import CODE, TRIES, TRIES_IN, read_code
from onestep.storage import audit, sealed
from onestep.storage.models import Address, Coach, Message, OneTimeLink

TELEGRAM = "telegram"  # the kind of the link, and the channel it is good on
KIND = "coach code"  # what the keyed hash of a code is made for
GOOD_FOR = timedelta(hours=1)
WELCOME = (
    "This phone now gets Onestep's messages for {name}. Write list to see the conversations you "
    "are in. Nothing you write here goes to anybody unless you reply to one of their messages."
)
WELCOME_WITHOUT_WORDS = (
    "This phone now gets Onestep's messages for {name}. They say no more than a reference and "
    "where to look: what you write here goes to nobody."
)


def binding_code(app: App, coach_id: str, *, now: datetime) -> str:
    """A fresh code by which this coach's Telegram becomes theirs; those before it end.

    Good once, for an hour: sent to the bot as it is, or as `/start <code>`. It is shown once and
    only a keyed hash of it is kept. Raises NoSuchCoach for one who is not here.
    """
    code = new_code()
    with app.db.write() as session:
        coach = session.get(Coach, coach_id)
        if coach is None or not coach.active:
            raise NoSuchCoach(NoSuchCoach.__doc__)
        session.execute(
            update(OneTimeLink)
            .where(OneTimeLink.coach_id == coach_id, OneTimeLink.kind == TELEGRAM)
            .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
            .values(expires_at=now)
        )
        session.add(
            OneTimeLink(
                token_hash=_hashed(session, code),
                coach_id=coach_id,
                kind=TELEGRAM,
                expires_at=now + GOOD_FOR,
            )
        )
    return code


def binds(
    app: App,
    session: Session,
    address: Address,
    inbound: Inbound,
    message: Message,
    *,
    now: datetime,
) -> bool:
    """Makes the address the coach's whose code it brings; false, and nothing done, for any other.

    An address that is or was a client's is never a coach's, nor one that tries code after code.
    Another Telegram that was theirs before gets nothing more.
    """
    if address.channel != TELEGRAM or address.client_id is not None:
        return False
    if apart.brought_since(session, address, CODE, now - TRIES_IN) > TRIES:
        return False
    code = read_code(inbound.code or inbound.text)
    coach = _use(session, code, now) if code is not None else None
    if coach is None:
        return False
    for before in _theirs(session, coach.id):
        before.state = "moved"
    address.coach_id, address.state = coach.id, "live"
    message.coach_id, message.kind = coach.id, "coach"
    session.flush()
    audit.record(session, who=coach.id, what="telegram_bound", now=now)
    welcome = WELCOME if app.words_to_coaches else WELCOME_WITHOUT_WORDS
    said = apart.Line(welcome.format(name=sealed.coach_name(session, coach)))
    apart.say(session, address, said, kind=SendKind.ALERT, now=now)
    return True


def unbind(app: App, coach_id: str, *, now: datetime) -> None:
    """This coach's Telegram gets nothing more, such as when the phone is lost."""
    with app.db.write() as session:
        for address in _theirs(session, coach_id):
            address.state = "moved"
        audit.record(session, who=coach_id, what="telegram_unbound", now=now)


def _use(session: Session, code: str, now: datetime) -> Coach | None:
    used = session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.token_hash == _hashed(session, code), OneTimeLink.kind == TELEGRAM)
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .values(used_at=now)
        .returning(OneTimeLink.coach_id)
    ).scalar()
    coach = session.get_one(Coach, used) if used else None
    return coach if coach is not None and coach.active else None


def _theirs(session: Session, coach_id: str) -> list[Address]:
    query = select(Address).where(Address.coach_id == coach_id, Address.channel == TELEGRAM)
    return list(session.scalars(query.where(Address.state.in_(("live", "dead")))))


def _hashed(session: Session, code: str) -> str:
    return sealed.keyring(session).address_hash(KIND, code)
