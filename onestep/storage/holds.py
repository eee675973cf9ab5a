"""What may not go on until it is put right: a channel, or all but alerts (R8)."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from onestep.storage.alone import alone_at
from onestep.storage.base import table_of
from onestep.storage.models import Address, ChannelPace, Hold, Inbox, Outbox

INBOX_WAITS = timedelta(minutes=5)  # longer than any lull, or a wait for the bot to come back
CLOCK = "clock"  # the hold of everything but alerts; any other is the name of a channel
# Asked with every send, so put together once: building a statement costs more than running it.
_HOLDS = table_of(Hold)
_PUT_OFF = (
    update(_HOLDS).where(_HOLDS.c.what == bindparam("channel")).values(probe_at=bindparam("until"))
)
_RELEASE = delete(_HOLDS).where(_HOLDS.c.what == bindparam("held")).returning(_HOLDS.c.what)


def find(session: Session, what: str) -> Hold | None:
    """The hold on `what`, if there is one."""
    return session.get(Hold, what)


def all_held(session: Session) -> list[Hold]:
    """Every hold, the oldest first."""
    return list(session.scalars(select(Hold).order_by(Hold.since)))


def put(
    session: Session,
    what: str,
    *,
    now: datetime,
    detail: str | None = None,
    probe_at: datetime | None = None,
) -> bool:
    """Holds `what`; false when it was held already: then only the next probe is moved."""
    alone_at(session, "hold", what)
    found = session.get(Hold, what)
    if found is not None:
        found.probe_at = probe_at
        return False
    session.add(Hold(what=what, since=now, detail=detail, probe_at=probe_at))
    session.flush()
    return True


def put_off_probe(session: Session, channel: str, *, until: datetime) -> None:
    """Where the channel is held, lets no other message try it before `until`."""
    session.execute(_PUT_OFF, {"channel": channel, "until": until})


def release(session: Session, what: str, *, now: datetime) -> bool:
    """Lets `what` go on; false when it was not held."""
    gone = session.scalar(_RELEASE, {"held": what})
    if gone == CLOCK:
        _forget_the_other_time(session, now)
    return gone is not None


def _forget_the_other_time(session: Session, now: datetime) -> None:
    """What came in while the clock was ahead must not wait for that hour to come again."""
    session.execute(delete(ChannelPace))
    session.execute(update(Address).values(not_before=None))
    ahead = Inbox.state == "waiting", Inbox.due_at > now + INBOX_WAITS
    session.execute(update(Inbox).where(*ahead).values(due_at=now))
    queued = Outbox.state == "ready", Outbox.queued_at > now
    session.execute(update(Outbox).where(*queued).values(due_at=now))
