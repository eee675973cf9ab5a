"""What was said to coaches' phones, and about whom, so that a reply finds its client."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.models import Address, Coach, CoachLine, Outbox

# A coach's address: one that is dead and writes is live again; another took the place of a moved.
OF_A_COACH = ("live", "dead")


def note(
    session: Session,
    message_id: str,
    *,
    coach_id: str,
    now: datetime,
    client_id: str | None = None,
    alert_id: str | None = None,
    hand_off_id: str | None = None,
    carries: str | None = None,
    asks_about: str | None = None,
) -> None:
    """Keeps what the message to this coach is about.

    `carries`: the client's message whose words it brings; `asks_about`: the coach's own words
    that it asks the client of. Both are ids of messages.
    """
    session.add(
        CoachLine(
            message_id=message_id,
            coach_id=coach_id,
            client_id=client_id,
            alert_id=alert_id,
            hand_off_id=hand_off_id,
            carries=carries,
            asks_about=asks_about,
            at=now,
        )
    )
    session.flush()


def replied_to(
    session: Session, coach_id: str, *, channel: str, provider_id: str
) -> Outbox | None:
    """The message of ours that this coach replied to, by its provider's id of it."""
    return session.scalar(
        select(Outbox)
        .join(Address, Address.id == Outbox.address_id)
        .where(Outbox.provider_id == provider_id, Address.channel == channel)
        .where(Address.coach_id == coach_id)
    )


def pressed(session: Session, coach_id: str, outbox_id: str) -> Outbox | None:
    """The message of ours to this coach whose button was pressed."""
    return session.scalar(
        select(Outbox)
        .join(Address, Address.id == Outbox.address_id)
        .where(Outbox.id == outbox_id, Address.coach_id == coach_id)
    )


def about(session: Session, message_id: str) -> CoachLine | None:
    """What a message to a coach is about, where that was noted."""
    return session.get(CoachLine, message_id)


def whose(session: Session, *, channel: str, value: str) -> tuple[Coach, Address] | None:
    """The coach who works here and has this address; nothing where it is none's, or not now."""
    hashed = sealed.keyring(session).address_hash(channel, value)
    found = session.execute(
        select(Coach, Address)
        .join(Address, Address.coach_id == Coach.id)
        .where(Address.channel == channel, Address.value_hash == hashed)
        .where(Address.client_id.is_(None), Address.state.in_(OF_A_COACH), Coach.active)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def carried(session: Session, coach_id: str, hand_off_id: str) -> set[str]:
    """The client's messages of this hand-off that this coach's phone was sent already."""
    rows = session.scalars(
        select(CoachLine.carries).where(
            CoachLine.coach_id == coach_id,
            CoachLine.hand_off_id == hand_off_id,
            CoachLine.carries.is_not(None),
        )
    )
    return {each for each in rows if each is not None}
