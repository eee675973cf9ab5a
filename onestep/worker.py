"""When we do it: loops of one shape (claim, do, record), woken by a bell or after a second."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from onestep.services.alert_clock import strike
from onestep.services.alert_senders import AT_ONCE
from onestep.services.app import App
from onestep.services.attachments import fetch_attachment
from onestep.services.clock_watch import may_go_on
from onestep.services.converse import converse
from onestep.services.daily import look
from onestep.services.deliver import deliver, deliver_alert
from onestep.services.deliver_look_up import look_up
from onestep.services.due import run_due
from onestep.services.hand_off_trouble import tell_of_trouble
from onestep.services.hand_off_waits import see_to_waiting
from onestep.services.heartbeat import beat
from onestep.services.missed import take_in_missed
from onestep.services.pass_on import pass_on
from onestep.services.take_in import empty_spool
from onestep.services.tidy import tidy

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0  # the safety net; correctness never depends on a bell
AFTER_A_FAULT = 1.0


@dataclass(frozen=True)
class Loop:
    """One kind of work: `step` does one piece of it and says whether there may be more.

    A number says that there is more in so many seconds, and nothing before.

    `bell` wakes one worker of this `kind`; who finds work wakes the next.

    `at_once` pieces run side by side, so that one slow turn or send delays nobody else.
    """

    kind: str
    bell: str
    step: Callable[[], Awaitable[bool | float]]
    at_once: int = 1


def loops(app: App) -> list[Loop]:
    """Every loop of the service; alerts have a lane, and on each channel senders, of their own."""
    ordinary = [
        Loop("schedule", "schedule", partial(asyncio.to_thread, run_due, app)),
        Loop("conversations", "inbox", partial(converse, app), at_once=4),
        Loop("deliveries", "outbox", partial(deliver, app), at_once=4),
        Loop("buttons", "outbox", partial(tidy, app)),
        Loop("pictures", "inbox", partial(fetch_attachment, app)),
        Loop("look-ups", "outbox", partial(look_up, app)),
        Loop("waiting", "hand_off", partial(asyncio.to_thread, see_to_waiting, app)),
        Loop("passing on", "hand_off", partial(asyncio.to_thread, pass_on, app)),
        Loop("trouble", "hand_off", partial(asyncio.to_thread, tell_of_trouble, app)),
    ]
    senders = AT_ONCE * max(len(app.channels), 1)
    danger = [
        Loop("spool", "spool", partial(empty_spool, app)),
        Loop("missed", "spool", partial(take_in_missed, app)),
        Loop("alerts", "outbox", partial(deliver_alert, app), at_once=senders),
        Loop("climbing", "alerts", partial(asyncio.to_thread, strike, app)),
        Loop("daily", "daily", partial(asyncio.to_thread, look, app)),
        Loop("heartbeat", "daily", partial(beat, app)),
    ]
    return [*danger, *(_with_the_clock(app, loop) for loop in ordinary)]


def _with_the_clock(app: App, loop: Loop) -> Loop:
    """The same loop, which does nothing while the machine's clock is not to be trusted (R8)."""

    async def step() -> bool | float:
        watch = app.watch
        if watch.at_ease:
            return await loop.step()
        trusted = await asyncio.to_thread(may_go_on, app.db, watch, now=app.clock())
        return trusted and await loop.step()

    return replace(loop, step=step)


async def work(app: App) -> None:
    """Runs every loop until cancelled."""
    async with asyncio.TaskGroup() as group:
        for loop in loops(app):
            for _ in range(loop.at_once):
                group.create_task(_run(app, loop))


async def until_idle(app: App) -> None:
    """Does all that is due, one piece after the other: for the terminal and for tests."""
    steps = [loop.step for loop in loops(app)]
    while any([(await step()) is True for step in steps]):
        pass


async def _run(app: App, loop: Loop) -> None:
    bell = app.bells.listen(loop.bell, loop.kind)
    while True:
        more: bool | float = False
        try:
            more = await loop.step()
        except Exception as fault:  # noqa: BLE001  # a loop outlives any row; its claim runs out
            # Only the kind of fault: its text may quote what a client wrote.
            log.error("loop %s: %s", loop.kind, type(fault).__name__)  # noqa: TRY400  # as above
            await asyncio.sleep(AFTER_A_FAULT)
        if more is True:
            app.bells.ring(loop.bell)
        else:
            await bell.rest(min(more or POLL_SECONDS, POLL_SECONDS))
