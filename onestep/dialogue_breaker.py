"""Leave a bot that keeps failing alone for a moment, then try it once."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from onestep.dialogue_errors import BreakerOpen

AFTER = 5  # different turns that failed, none answered between them
FIRST_REST = 2.0  # seconds; doubles with each failed try
LONGEST_REST = 30.0


@dataclass(slots=True)
class Breaker:
    """Counts the turns that failed in a row; open: do not ask before `_until` (monotonic seconds).

    One turn that fails each time it is tried counts once: it says nothing of the bot's health, and
    nobody else's turn is kept waiting for it.
    """

    clock: Callable[[], float] = time.monotonic
    _failed: set[str] = field(default_factory=set, init=False)
    _rest: float = field(default=0.0, init=False)
    _until: float = field(default=0.0, init=False)

    def admit(self) -> None:
        """Raise BreakerOpen while the bot is left alone.

        The one that is let through when the rest is over keeps the others out until it is told.
        """
        left = self._until - self.clock()
        if left > 0:
            raise BreakerOpen("the bot failed several times in a row", retry_after=left)
        if self._rest:
            self._until = self.clock() + self._rest

    def succeeded(self) -> None:
        """Close the breaker."""
        self._failed.clear()
        self._rest, self._until = 0.0, 0.0

    def failed(self, turn_id: str) -> None:
        """Count this turn; open after AFTER different ones, for twice as long each time."""
        if len(self._failed) < AFTER:
            self._failed.add(turn_id)
        if len(self._failed) >= AFTER:
            self._rest = min(LONGEST_REST, self._rest * 2 or FIRST_REST)
            self._until = self.clock() + self._rest
