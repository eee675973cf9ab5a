"""How many senders of alerts each channel has: one that hangs never has those of another (R9)."""

import asyncio
from collections import Counter

AT_ONCE = 2  # on one channel: behind one message that hangs the next still goes out


class AlertSenders:
    """Where this process is sending alerts just now; asked and told from one event loop."""

    def __init__(self) -> None:
        self.taking = asyncio.Lock()  # one looks at a time, so that the count holds
        self._busy: Counter[str] = Counter()

    def all_busy(self) -> list[str]:
        """The channels that have no sender left."""
        return [channel for channel, count in self._busy.items() if count >= AT_ONCE]

    def begin(self, channel: str) -> None:
        """A sender of this channel is taken, until `end`."""
        self._busy[channel] += 1

    def end(self, channel: str) -> None:
        """It is free again."""
        self._busy[channel] -= 1
