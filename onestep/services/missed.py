"""Asks a provider for what came in while nobody answered its webhook, and takes that in.

Twilio tries a post for 15 seconds and forgets it, but its list still has every message. What is
listed goes the way of a post: screened, kept once by its id, at the hour it was written.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from channels.afterwards import Reconciles
from channels.base import DeliveryReport, Event, Inbound
from channels.errors import OurFault, SendError
from onestep.services.app import App, Clock
from onestep.services.provider_events import NOT_KEPT, take_in
from onestep.storage import heard, talk

log = logging.getLogger(__name__)

ASK_EACH = timedelta(minutes=2)
OVERLAP = timedelta(minutes=15)  # a list lags, and two clocks differ
ANSWER_WITHIN = 120.0  # seconds: after a week away the list has many pages
TELL_AFTER = 3  # failures in a row; a refused account is told of at once


async def take_in_missed(app: App) -> bool:
    """Asks each channel that is due; false, for nothing is left to do before the next time."""
    if app.spool.holds_any():
        return False  # what waits there came first, and the database may be away
    for name, channel in app.channels.items():
        if isinstance(channel, Reconciles):
            await _ask(app, name, channel)
    return False


async def _ask(app: App, name: str, channel: Reconciles) -> None:
    now = app.clock()
    since = await asyncio.to_thread(_claim, app, name, now)
    if since is None:
        return
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            listed = await channel.arrived(since=since - OVERLAP)
        await asyncio.to_thread(_take_in, app, name, listed, now)
    except Exception as fault:  # noqa: BLE001  # the next time may be another
        await asyncio.to_thread(_failed, app, name, fault)


def _claim(app: App, name: str, now: datetime) -> datetime | None:
    with app.db.read() as session:  # most looks find that it is not time yet
        if not heard.is_due(session, name, now=now, every=ASK_EACH):
            return None
    with app.db.write() as session:
        return heard.claim(session, name, now=now, every=ASK_EACH)


def _take_in(app: App, name: str, listed: Sequence[Event], now: datetime) -> None:
    """Takes in, in their order, what no post brought; what else one of them tells goes with it."""
    missed = {
        event.provider_id
        for event in listed
        if isinstance(event, Inbound) and not _is_in(app, event)
    }
    if missed:
        _learn_hours(app, listed)
    new, at = False, now
    for event in listed:
        if isinstance(event, Inbound):
            new, at = event.provider_id in missed, min(event.sent_at or now, now)
        if new:
            _take_one(app, name, event, at)
    with app.db.write() as session:
        failures = heard.taken_in(session, name, until=now)
    if failures >= TELL_AFTER:
        log.warning("%s answers again when asked for what was missed", name)
    if missed:
        log.warning(
            "%s: %d messages came while nobody answered; they are taken in", name, len(missed)
        )


def _learn_hours(app: App, listed: Sequence[Event]) -> None:
    """A post does not say when its text was sent; beside one that was missed, it matters."""
    with app.db.write() as session:
        for event in listed:
            if not isinstance(event, DeliveryReport) and event.sent_at is not None:
                heard.learn_sent_at(
                    session,
                    channel=event.channel,
                    provider_id=event.provider_id,
                    sent_at=event.sent_at,
                )


def _is_in(app: App, inbound: Inbound) -> bool:
    with app.db.read() as session:
        return talk.already_in(session, channel=inbound.channel, provider_id=inbound.provider_id)


def _take_one(app: App, name: str, event: Event, at: datetime) -> None:
    """As if it had come in at its own hour. Raises one of NOT_KEPT: then all are listed again."""
    then = replace(app, clock=Clock(fixed=at))
    raw = json.dumps(asdict(event), default=str, sort_keys=True).encode()
    take_in(then, name, raw, lambda: [event])


def _failed(app: App, name: str, fault: Exception) -> None:
    if isinstance(fault, NOT_KEPT) and not isinstance(fault, TimeoutError):
        raise fault  # ours, and told by others
    with app.db.write() as session:
        failures = heard.failed(session, name)
    if not isinstance(fault, SendError | TimeoutError):
        log.error("%s not taken in: %s", name, type(fault).__name__)  # its text may quote words
    if failures == (1 if isinstance(fault, OurFault) else TELL_AFTER):
        log.error(
            "%s cannot be asked for what came in while nobody answered: what its posts do not "
            "bring is not heard. Check the account (`onestep twilio`) and the way to the internet",
            name,
        )
