"""What some providers can be asked afterwards: what became of a send, and what came in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from channels.base import Event, Outbound, Receipt
from channels.errors import SendError


@runtime_checkable
class LooksUp(Protocol):
    """A channel that can say what became of a send nobody knows the end of."""

    async def look_up(self, message: Outbound, *, since: datetime) -> Receipt | None:
        """The receipt when the message did go since then; None when it certainly did not.

        Raises SendError when that cannot be said now.
        """
        ...


@runtime_checkable
class Explains(Protocol):
    """A channel whose provider reports later, by a code of its own, why a message failed."""

    def meaning(self, code: str) -> SendError | None:
        """What `send` would have raised for it; None for a code it does not know."""
        ...


@runtime_checkable
class Reconciles(Protocol):
    """A channel that can list what came in while nobody answered its webhook."""

    async def arrived(self, *, since: datetime) -> Sequence[Event]:
        """Everything received since then, as its posts would say it, oldest first.

        What else a message tells comes right behind it. Raises SendError.
        """
        ...
