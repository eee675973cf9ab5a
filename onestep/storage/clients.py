"""Queries about who there is: coaches, clients, addresses and terms."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.base import new_id
from onestep.storage.models import Address, Client, Coach, Consent, ContactTerms

# Asked with every message, so put together once: building a statement costs more than running it.
_FOUND = select(Address).where(
    Address.channel == bindparam("channel"), Address.value_hash == bindparam("hashed")
)
_PREFERRED = (
    select(Address)
    .where(Address.client_id == bindparam("client_id"), Address.state == "live")
    .order_by(Address.preferred.desc(), Address.created_at.desc())
    .limit(1)
)


@dataclass(frozen=True)
class NewTerms:
    """The terms coach and client agreed; times are local HH:MM."""

    rhythm: str = "every_n_days"
    every_days: int = 7
    weekdays: tuple[int, ...] = ()
    window_start: str = "10:00"
    window_end: str = "18:00"
    quiet_start: str = "21:00"
    quiet_end: str = "09:00"
    zone: str = "Europe/London"
    language: str = "en"
    length: str = "ordinary"
    discreet: bool = True


def add_coach(session: Session, *, name: str, now: datetime, role: str = "coach") -> Coach:
    """Adds a coach; `name` is what clients will read."""
    id = new_id()
    sealed_name = sealed.seal(session, "coach", "name", id, name)
    coach = Coach(id=id, name=sealed_name, role=role, created_at=now)
    session.add(coach)
    session.flush()
    return coach


def add_client(
    session: Session,
    *,
    called: str,
    coach_id: str,
    terms: NewTerms,
    now: datetime,
    enrolment: str = "invited",
    made_up: bool = False,
) -> Client:
    """Adds a client with the terms that were agreed; nothing is sent."""
    id = new_id()
    client = Client(
        id=id,
        called=sealed.seal(session, "client", "called", id, called),
        coach_id=coach_id,
        enrolment=enrolment,
        contact="active",
        contact_since=now,
        made_up=made_up,
        created_at=now,
    )
    session.add(client)
    session.flush()
    fields = {**vars(terms), "weekdays": list(terms.weekdays)}
    session.add(ContactTerms(client_id=id, agreed_at=now, **fields))
    session.flush()
    return client


def add_address(
    session: Session, *, client_id: str | None, channel: str, value: str, now: datetime
) -> Address:
    """Adds a way to reach a client (or, with no client, someone unknown)."""
    id = new_id()
    address = Address(
        id=id,
        client_id=client_id,
        channel=channel,
        created_at=now,
        value=sealed.seal(session, "address", "value", id, value),
        value_hash=sealed.keyring(session).address_hash(channel, value),
    )
    session.add(address)
    session.flush()
    return address


def find_address(session: Session, *, channel: str, value: str) -> Address | None:
    """The address with this value, found by its keyed hash."""
    hashed = sealed.keyring(session).address_hash(channel, value)
    return session.scalar(_FOUND, {"channel": channel, "hashed": hashed})


def preferred_address(session: Session, client_id: str) -> Address | None:
    """Where the client is written to: the preferred live address."""
    return session.scalar(_PREFERRED, {"client_id": client_id})


def client(session: Session, client_id: str) -> Client:
    """The client, who must exist."""
    return session.get_one(Client, client_id)


def terms(session: Session, client_id: str) -> ContactTerms:
    """The client's terms, which every client has from the first row on."""
    return session.get_one(ContactTerms, client_id)


def coach_of(session: Session, person: Client) -> Coach:
    """The client's coach."""
    return session.get_one(Coach, person.coach_id)


def add_consent(
    session: Session,
    *,
    client_id: str,
    answer: str,
    version: str,
    channel: str,
    wording: str,
    now: datetime,
) -> None:
    """Keeps one answer to being texted, with the wording's id."""
    session.add(
        Consent(
            id=new_id(),
            client_id=client_id,
            answer=answer,
            version=version,
            channel=channel,
            wording=wording,
            at=now,
        )
    )
    session.flush()
