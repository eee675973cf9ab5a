"""Watches the machine's clock: after a jump nothing but alerts goes on until it is trusted (R8).

Service time may be moved on purpose, by the demo and by tests; it is not watched. What is watched
is the wall clock against the steady one, which nobody sets. See docs/decisions/0070.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from onestep.storage import holds
from onestep.storage.database import Database

log = logging.getLogger(__name__)

LIMIT = 300.0  # seconds, R8
AGREES_FOR = 300.0  # seconds for which a clock that came back must stay right


def steady_seconds() -> float:
    """Seconds that only ever go on, also while the machine sleeps where the system can tell."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; elsewhere a sleep looks like a jump
    return time.monotonic() if boot is None else time.clock_gettime(boot)


@dataclass
class ClockWatch:
    """What this process knows of the machine's clock since it began to watch."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = steady_seconds
    held: bool | None = None  # null: the database has not been asked yet
    jumped: bool = False  # the jump was seen by this very process
    right_since: float | None = None  # by the steady clock
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """The time is right as it is now."""
        self.offset = self.wall() - self.steady()
        self.jumped, self.right_since = False, None

    def seconds_off(self) -> float:
        """How far the wall clock has moved against the steady one; below zero: put back."""
        return self.wall() - self.steady() - self.offset

    @property
    def at_ease(self) -> bool:
        """Whether there is nothing to ask the database about: so it is nearly always."""
        return self.held is False and abs(self.seconds_off()) <= LIMIT


def may_go_on(db: Database, watch: ClockWatch, *, now: datetime) -> bool:
    """Whether ordinary work may go on. Alerts never ask.

    Blocking: call it from a thread. A jump is kept as a hold, so that it stands over a restart.
    `now` is service time.
    """
    with watch.lock:
        if watch.at_ease:
            return True
        off = watch.seconds_off()
        with db.read() as session:
            held = holds.find(session, holds.CLOCK) is not None
        if held:
            watch.held = True
            return _right_again(db, watch, off, now)
        if watch.held:  # somebody has said that the time is right
            watch.begin_anew()
        elif abs(off) > LIMIT:
            _hold(db, watch, off)
            return False
        watch.held = False
        return True


def _hold(db: Database, watch: ClockWatch, off: float) -> None:
    watch.held, watch.jumped, watch.right_since = True, True, None
    now = datetime.fromtimestamp(watch.wall(), UTC)
    by = f"{timedelta(seconds=round(abs(off)))} {'forward' if off > 0 else 'back'}"
    with db.write() as session:
        new = holds.put(session, holds.CLOCK, now=now, detail=by)
    if new:
        log.error(
            "the clock of this machine jumped (%s): nothing but alerts goes out. Put the clock "
            "right and the rest goes on after five minutes; or, when the time it shows now is "
            "right, say so with `onestep outbox resume clock`",
            by,
        )


def _right_again(db: Database, watch: ClockWatch, off: float, now: datetime) -> bool:
    """True once a clock that was seen to jump has been back, and right, for a while."""
    steady = watch.steady()
    if not watch.jumped or abs(off) > LIMIT:  # who did not see it jump cannot say that it is back
        watch.right_since = None
        return False
    watch.right_since = steady if watch.right_since is None else watch.right_since
    if steady - watch.right_since < AGREES_FOR:
        return False
    with db.write() as session:
        holds.release(session, holds.CLOCK, now=now)
    watch.held, watch.jumped, watch.right_since = False, False, None
    log.warning("the clock of this machine is right again: everything goes on")
    return True
