"""Queries about who there is: coaches, clients, addresses and terms."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.base import new_id, one_of
from onestep.storage.hand_offs import GOING_ON
from onestep.storage.models import (
    Address,
    Client,
    Coach,
    Consent,
    ContactTerms,
    Conversation,
    Dialogue,
    Outbox,
    SafeContact,
)
from onestep.storage.outbox import HELD

# Of an address: its client's; a dead one that writes is live again. One that was left, or is a
# wrong number, is a stranger's.
OF_THEIRS = ("live", "dead")
# Asked with every message, so put together once: building a statement costs more than running it.
_CLIENT: BindParameter[str] = bindparam("client_id")
_FOUND = select(Address).where(
    Address.channel == bindparam("channel"), Address.value_hash == bindparam("hashed")
)
_THEIRS = (
    select(Address, Client, ContactTerms, SafeContact)
    .join(Client, Client.id == Address.client_id)
    .join(ContactTerms, ContactTerms.client_id == Address.client_id)
    .outerjoin(SafeContact, SafeContact.client_id == Address.client_id)
    .where(Address.channel == bindparam("channel"), Address.value_hash == bindparam("hashed"))
    .where(one_of(Address.state, OF_THEIRS))
)
# A preferred address that is dead is not silently replaced by another (terms page).
_PREFERRED = (
    select(Address)
    .where(Address.client_id == _CLIENT, Address.preferred, Address.state == "live")
    .order_by(Address.created_at.desc())
    .limit(1)
)
_TALKING = (
    select(Conversation.id)
    .where(Conversation.client_id == _CLIENT, Conversation.state == "open")
    .order_by(Conversation.id.desc())
    .limit(1)
)
_LEFT_HANGING = exists().where(
    Outbox.client_id == _CLIENT,
    one_of(Outbox.state, ("uncertain", "ready")),  # so that the index finds them
    or_(Outbox.state == "uncertain", Outbox.reason == HELD),
)
_WITH_A_PERSON = exists().where(*GOING_ON)
# One statement where nine would do: a turn asks it twice.
_ABOUT = (
    select(
        Client,
        ContactTerms,
        SafeContact,
        Coach,
        Address,
        Conversation,
        Dialogue,
        _LEFT_HANGING,
        _WITH_A_PERSON,
    )
    .join(ContactTerms, ContactTerms.client_id == Client.id)
    .join(Coach, Coach.id == Client.coach_id)
    .outerjoin(Address, Address.id == _PREFERRED.with_only_columns(Address.id).scalar_subquery())
    .outerjoin(Conversation, Conversation.id == _TALKING.scalar_subquery())
    .outerjoin(Dialogue, Dialogue.client_id == Client.id)
    .outerjoin(SafeContact, SafeContact.client_id == Client.id)
    .where(Client.id == _CLIENT)
)


@dataclass(frozen=True)
class Theirs:
    """A client, with the address they wrote from and their terms."""

    address: Address
    client: Client
    terms: ContactTerms
    safe: SafeContact | None


@dataclass(frozen=True)
class About:
    """What every turn needs to know of its client."""

    client: Client
    terms: ContactTerms
    safe: SafeContact | None  # as in Theirs
    coach: Coach
    address: Address | None  # where they are written to: the preferred live one
    conversation: Conversation | None  # the one that is going on
    dialogue: Dialogue | None
    left_hanging: bool  # something said to them waits for the morning, or may not have come
    with_a_person: bool  # a hand-off is requested or open


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
    session.add(Dialogue(client_id=id, state={}, wordings={}, updated_at=now))
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


def known_or_new(session: Session, *, channel: str, value: str, now: datetime) -> Address:
    """The address with this value, locked till the transaction ends; added where it is new.

    Two messages of one phone then follow one another, on every database.
    """
    found = find_address(session, channel=channel, value=value)
    if found is None:
        with suppress(IntegrityError), session.begin_nested():  # another was quicker
            return add_address(session, client_id=None, channel=channel, value=value, now=now)
        found = find_address(session, channel=channel, value=value)
        assert found is not None  # noqa: S101  # or it would not have been in the way
    session.refresh(found, with_for_update=True)
    return found


def find_address(session: Session, *, channel: str, value: str) -> Address | None:
    """The address with this value, found by its keyed hash."""
    hashed = sealed.keyring(session).address_hash(channel, value)
    return session.scalar(_FOUND, {"channel": channel, "hashed": hashed})


def whose(session: Session, *, channel: str, value: str) -> Theirs | None:
    """The client with this address; nothing where it is no client's, or not any more."""
    hashed = sealed.keyring(session).address_hash(channel, value)
    found = session.execute(_THEIRS, {"channel": channel, "hashed": hashed}).one_or_none()
    return Theirs(*found) if found else None


def about(session: Session, client_id: str) -> About:
    """The client, who must exist, with all that a turn begins with."""
    return About(*session.execute(_ABOUT, {"client_id": client_id}).one())


def addresses(session: Session, client_id: str) -> list[Address]:
    """Every address that is or was this client's."""
    return list(session.scalars(select(Address).where(Address.client_id == client_id)))


def prefer(session: Session, address: Address) -> None:
    """From now on its client is written to here, and at no other address unless they write."""
    assert address.client_id is not None  # noqa: S101  # nobody's address is preferred by nobody
    for each in addresses(session, address.client_id):
        each.preferred = each.id == address.id
    session.flush()


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
