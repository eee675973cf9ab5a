"""Queries about hand-offs: which is open, who is in it, and what was carried in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, literal_column, or_, select, update
from sqlalchemy.orm import Session

from onestep.storage.base import new_id
from onestep.storage.gone_out import MAY_BE_LOOKED_UP
from onestep.storage.models import (
    Address,
    Client,
    HandOff,
    HandOffCoach,
    Message,
    Outbox,
    Relay,
)
from onestep.storage.outbox import HELD

# How long what a second coach writes down on handing back is kept with what the first did.
JUST = timedelta(hours=24)
OUT_OF_REACH = ("stopped", "unreachable")
# Asked in every turn, so put together once: building a statement costs more than running it.
GOING_ON = (
    HandOff.client_id == bindparam("client_id"),
    HandOff.state != literal_column("'closed'"),  # as its index says it, or SQLite does not use it
)
_CURRENT = select(HandOff).where(*GOING_ON)


def current(session: Session, client_id: str) -> HandOff | None:
    """The hand-off that is requested or open for this client."""
    return session.scalar(_CURRENT, {"client_id": client_id})


def just_closed(session: Session, client_id: str, now: datetime) -> HandOff | None:
    """The one that another coach may have closed while this one was writing."""
    return session.scalar(
        select(HandOff)
        .where(HandOff.client_id == client_id, HandOff.closed_at >= now - JUST)
        .order_by(HandOff.closed_at.desc())
        .limit(1)
    )


def put_in(session: Session, found: HandOff, coach_id: str, *, now: datetime) -> None:
    """The coach is in it from now on, and what was said in it before is passed on to them too."""
    if session.get(HandOffCoach, (found.id, coach_id)) is None:
        session.add(HandOffCoach(hand_off_id=found.id, coach_id=coach_id, joined_at=now))
        session.execute(update(Relay).where(Relay.hand_off_id == found.id).values(passed_on=False))


def carry(session: Session, found: HandOff, message: Message, direction: str) -> None:
    """Keeps that this message is carried, to_coach or to_client; it is passed on after that."""
    message.relayed = True
    session.add(
        Relay(
            id=new_id(),
            hand_off_id=found.id,
            message_id=message.id,
            direction=direction,
            at=message.at,
        )
    )
    session.flush()


def next_due(session: Session) -> datetime | None:
    """When somebody is to be seen to who waits for a person."""
    return session.scalar(
        select(HandOff.due_at)
        .where(HandOff.state != literal_column("'closed'"), HandOff.due_at.is_not(None))
        .order_by(HandOff.due_at)
        .limit(1)
    )


def due(session: Session, now: datetime) -> HandOff | None:
    """One whose client waits for a person, and whose time has come; the longest due first."""
    return session.scalar(
        select(HandOff)
        .where(HandOff.state != literal_column("'closed'"), HandOff.due_at <= now)
        .order_by(HandOff.due_at)
        .limit(1)
    )


@dataclass(frozen=True)
class Troubled:
    """A coach's line that is in trouble, and the hand-off it was said in."""

    row: Outbox
    relay: Relay
    message: Message
    found: HandOff


# What keeps a coach's words from a client; those that wait for a safe hour are told of, too.
_IN_TROUBLE = or_(
    Outbox.state.in_(("failed", "uncertain", "cancelled")),
    (Outbox.state == "ready") & (Outbox.reason == HELD),
)


def troubled(session: Session, *, looked_up: Collection[str], now: datetime) -> list[Troubled]:
    """Lines of the last day whose coach has not heard that they are in trouble.

    On the channels `looked_up` what may have gone is asked for first, and told when that gave
    nothing.
    """
    asked_for = (
        (Outbox.state == "uncertain")
        & Outbox.reason.in_(MAY_BE_LOOKED_UP)
        & Address.channel.in_(looked_up)
    )
    rows = session.execute(
        select(Outbox, Relay, Message, HandOff)
        .join(Address, Address.id == Outbox.address_id)
        .join(Relay, Relay.message_id == Outbox.message_id)
        .join(Message, Message.id == Outbox.message_id)
        .join(HandOff, HandOff.id == Relay.hand_off_id)
        .where(_IN_TROUBLE, ~asked_for)
        .where(Outbox.due_at > now - JUST, Outbox.kind == "relay")
        .where(or_(Relay.told.is_(None), Relay.told != Outbox.state))
        .order_by(Outbox.seq)
    )
    return [Troubled(*row) for row in rows]


def out_of_reach(session: Session) -> list[HandOff]:
    """Those that are open with a client whom no text reaches, of which nobody was told."""
    return list(
        session.scalars(
            select(HandOff)
            .join(Client, Client.id == HandOff.client_id)
            .where(HandOff.state != literal_column("'closed'"))
            .where(Client.contact.in_(OUT_OF_REACH), HandOff.no_way_told_at.is_(None))
        )
    )


def within_reach_again(session: Session) -> list[HandOff]:
    """Those whose coaches were told so, of a client who can be written to again."""
    return list(
        session.scalars(
            select(HandOff)
            .join(Client, Client.id == HandOff.client_id)
            .where(HandOff.state != literal_column("'closed'"))
            .where(Client.contact.not_in(OUT_OF_REACH), HandOff.no_way_told_at.is_not(None))
        )
    )
