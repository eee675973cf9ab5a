"""Puts aside, sealed, what a provider brought and nobody could take in; and shows it."""

import logging
from enum import StrEnum

from onestep.services.app import App
from onestep.storage import aside

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
