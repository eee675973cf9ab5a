"""What every channel speaks: what came in, what goes out, and how a send can fail.

SendError
├── NotSent     it certainly did not go: try again later
├── Unknown     it may have gone: never blindly repeated
├── Refused     this message cannot go as it is: failed, and shown to a person
├── Gone        this address is blocked, dead or opted out: the contact state changes
└── OurFault    our token, account or quota: the channel pauses and its queue is held

A channel only says which of these it was; what follows is decided in one place (deliver).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Inbound:
    """One thing a phone sent, as its channel read it."""

    channel: str
    provider_id: str  # unique on its channel; the same id twice is the same message
    sender: str
    text: str = ""
    kind: str = "text"  # text | choice | edit | attachment
    prompt: str | None = None  # of a choice: the prompt its button belonged to
    key: str | None = None  # of a choice: which button
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Choice:
    """One thing a person may press or answer by number."""

    key: str
    label: str


@dataclass(frozen=True)
class Outbound:
    """One message for one phone, ready to be shown as it is."""

    to: str
    text: str
    choices: tuple[Choice, ...] = field(default=())
    prompt: str | None = None
    reference: str = ""  # our id, for channels that can carry one


@dataclass(frozen=True)
class Receipt:
    """The provider took the message over."""

    provider_id: str


@dataclass(frozen=True)
class DeliveryReport:
    """What became of a message after the provider took it over."""

    channel: str
    provider_id: str
    state: str  # delivered | failed
    code: str | None = None


class SendError(Exception):
    """A message could not be handed to its provider."""


class NotSent(SendError):
    """The message certainly did not go; it may be tried again."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__(NotSent.__doc__)
        self.retry_after = retry_after


class Unknown(SendError):
    """The message may have gone; sending it again could say it twice."""


class Refused(SendError):
    """The provider will not take this message as it is."""


class Gone(SendError):
    """This address takes no more messages from us."""


class OurFault(SendError):
    """The provider refuses our account, token or sender."""


class Channel(Protocol):
    """The sending half of a channel; the receiving half differs by provider."""

    @property
    def name(self) -> str:
        """The channel as addresses name it."""
        ...

    async def send(self, message: Outbound) -> Receipt:
        """Hands one message to the provider. Raises SendError."""
        ...
