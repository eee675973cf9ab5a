"""Until when all that a provider lists was taken in; one worker asks it at a time."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.storage.alone import alone_at
from onestep.storage.models import Heard, Message


def is_due(session: Session, channel: str, *, now: datetime, every: timedelta) -> bool:
    """Whether the channel may be asked now; also when the clock was ahead at the last time."""
    row = session.get(Heard, channel)
    return row is None or not now < row.next_at <= now + every


def claim(session: Session, channel: str, *, now: datetime, every: timedelta) -> datetime | None:
    """From when on to ask; nobody else asks for so long. None where it is not due.

    The first time it is now: what came before this service was there is not ours to answer.
    """
    alone_at(session, "heard", channel)
    row = session.get(Heard, channel, with_for_update=True)
    if not is_due(session, channel, now=now, every=every):
        return None
    if row is None:
        row = Heard(channel=channel, until=now, next_at=now, failures=0)
        session.add(row)
    row.next_at = now + every
    session.flush()
    return row.until


def taken_in(session: Session, channel: str, *, until: datetime) -> int:
    """All that was listed up to then is taken in; how many failures there were before."""
    row = session.get_one(Heard, channel)
    before, row.until, row.failures = row.failures, until, 0
    return before


def failed(session: Session, channel: str) -> int:
    """It was asked in vain; how often in a row by now."""
    row = session.get_one(Heard, channel)
    row.failures += 1
    return row.failures


def learn_sent_at(session: Session, *, channel: str, provider_id: str, sent_at: datetime) -> None:
    """Keeps when a message was sent, where that was not known when it came."""
    came = select(Message).where(
        Message.channel == channel,
        Message.provider_id == provider_id,
        Message.sent_at.is_(None),
    )
    for message in session.scalars(came):
        message.sent_at = sent_at
