"""When a channel and an address may be written to next, kept so that all workers share it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from onestep.domain.pace import next_free
from onestep.storage.alone import alone_at
from onestep.storage.models import Address, ChannelPace


def alone_on(session: Session, address_id: str, *, wait: bool) -> bool:
    """Until this transaction ends, nobody else books room at this address or on its channel.

    False when somebody is changing the address now and we do not `wait`: they may wait for us.
    What was read before may have changed since. For a database with many writers (`alone.py`).
    """
    alone_at(session, "pace", session.get_one(Address, address_id).channel)
    held = select(Address).where(Address.id == address_id)
    held = held.with_for_update(key_share=True, skip_locked=not wait)
    return session.scalar(held.execution_options(populate_existing=True)) is not None


def take(
    session: Session,
    address: Address,
    *,
    now: datetime,
    per_second: float,
    per_address_seconds: float,
) -> None:
    """Books the room that one message to `address` takes up; zero stands for no limit.

    Whoever calls is alone on that way: `outbox.claim` sees to it.
    """
    if per_second:
        row = session.get(ChannelPace, address.channel, with_for_update=True)
        free = next_free(row.next_at if row else None, now=now, seconds=1 / per_second)
        session.merge(ChannelPace(channel=address.channel, next_at=free))
    if per_address_seconds:
        free = next_free(address.not_before, now=now, seconds=per_address_seconds)
        address.not_before = free
    session.flush()


def rest_until(session: Session, *, now: datetime) -> datetime | None:
    """The next moment at which a channel or an address that had to wait is free."""
    channel = select(func.min(ChannelPace.next_at)).where(ChannelPace.next_at > now)
    address = select(func.min(Address.not_before)).where(Address.not_before > now)
    moments = [session.scalar(channel), session.scalar(address)]
    return min((moment for moment in moments if moment is not None), default=None)
