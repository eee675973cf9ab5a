"""Puts aside, sealed, what a provider brought and nobody could take in; and shows it."""

import logging
from collections.abc import Sequence
from enum import StrEnum

from onestep.services.app import App
from onestep.services.errors import NotAside
from onestep.storage import aside
from onestep.storage.database import Database
from onestep.storage.models import Aside

log = logging.getLogger(__name__)


class Why(StrEnum):
    """Why something was put aside."""

    UNREADABLE = "unreadable"  # the provider's, and not what its documents promise
    NO_PLACE = "no_place"  # read, and of a kind that nothing is done about yet
    FAILED = "failed"  # read, and a fault of ours met it on its way


def set_aside(app: App, *, channel: str, body: bytes, why: Why) -> None:
    """Keeps the bytes for a person; the same bytes again have no effect.

    Blocking: call it from a thread. Raises one of DATABASE_AWAY: the provider must bring it again.
    """
    with app.db.write() as session:
        new = aside.put(session, channel=channel, reason=why, body=body, now=app.clock())
    if new:
        log.error(
            "something from %s could not be taken in (%s): it is kept aside, and a person should "
            "look at it with `onestep aside`",
            channel,
            why.value,
        )


def kept_aside(db: Database, *, limit: int) -> Sequence[Aside]:
    """The latest things that were put aside, none of them opened."""
    with db.read() as session:
        return aside.latest(session, limit=limit)


def opened(db: Database, id: str) -> bytes:
    """One of them as it came. Raises NotAside, and Unreadable when it does not open."""
    with db.read() as session:
        row = session.get(Aside, id)
        if row is None:
            raise NotAside(NotAside.__doc__)
        return aside.body(session, row)


def throw_away(db: Database, id: str) -> None:
    """Forgets one that a person has seen to. Raises NotAside."""
    with db.write() as session:
        row = session.get(Aside, id)
        if row is None:
            raise NotAside(NotAside.__doc__)
        session.delete(row)
