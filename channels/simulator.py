"""A phone network of our own, for the demo, the terminal and the tests.

Like the real ones it takes no idempotency key: sending twice shows twice.
"""

from dataclasses import dataclass

from channels.base import Outbound, Pace, Receipt
from channels.ledger import Ledger


@dataclass(frozen=True)
class Simulator:
    """A channel that delivers into the ledger, under the name of the channel it plays."""

    name: str
    ledger: Ledger

    @property
    def pace(self) -> Pace:
        """Nobody waits in a made-up network."""
        return Pace()

    def parts(self, text: str) -> list[str]:
        """A simulated phone shows a text of any length."""
        return [text]

    async def send(self, message: Outbound) -> Receipt:
        """Delivers at once."""
        return Receipt(f"{self.name}-{self.ledger.add(self.name, message)}")
