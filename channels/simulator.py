"""A phone network of our own, for the demo, the terminal and the tests.

Like the real ones it takes no idempotency key: sending twice shows twice.
"""

from dataclasses import dataclass

from channels.base import Outbound, Receipt
from channels.ledger import Ledger


@dataclass(frozen=True)
class Simulator:
    """A channel that delivers into the ledger, under the name of the channel it plays."""

    name: str
    ledger: Ledger

    async def send(self, message: Outbound) -> Receipt:
        """Delivers at once."""
        return Receipt(f"{self.name}-{self.ledger.add(self.name, message)}")
