"""What every channel speaks: what came in and what goes out; how either fails is in `errors`.

Every channel sends. What else it can do it says by having the methods of one of the narrow
protocols at the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Attachment:
    """Something that came with a message and is fetched after the message is kept."""

    kind: str  # photo | voice | video | document | sticker | location | contact
    reference: str = ""  # what its provider calls it; empty for what cannot be fetched
    content_type: str | None = None
    size: int | None = None  # bytes, where the provider says


@dataclass(frozen=True)
class Inbound:
    """One thing a phone sent, as its channel read it."""

    channel: str
    provider_id: str  # unique on its channel; the same id twice is the same message
    sender: str
    text: str = ""
    kind: str = "text"  # text | choice | edit | attachment | join | call
    prompt: str | None = None  # of a choice: the prompt its button belonged to
    key: str | None = None  # of a choice: which button
    sent_at: datetime | None = None
    edits: str | None = None  # of an edit: the provider_id of the message it changes
    code: str | None = None  # of a join: the invite's code; empty where none was given
    attachments: tuple[Attachment, ...] = ()
    callback: str | None = None  # of a choice: what `acknowledge` wants back
    replies_to: str | None = None  # the provider_id of the message it was written in answer to
    to: str | None = None  # our own number or name that it was sent to, where there are several
    answerable: bool = True  # false of a short code or a name: a machine, or it costs the client
    stop_confirmed: bool = False  # its provider took it for a STOP, and has said so to the phone
    late: bool = False  # asked for afterwards: what was sent after it may be in already


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
    state: str  # sent | delivered | failed
    code: str | None = None
    gone: bool = False  # of a failure: the address takes no more messages
    reference: str | None = None  # our id, where the provider carries it back


@dataclass(frozen=True)
class ContactChange:
    """The provider says that this address was closed to us, or opened again, by its owner."""

    channel: str
    provider_id: str  # unique on its channel, like a message's
    sender: str
    change: str  # blocked | unblocked | opted_out | opted_in
    sent_at: datetime | None = None
    late: bool = False  # as of a message


# Everything a provider may tell us.
type Event = Inbound | DeliveryReport | ContactChange


@dataclass(frozen=True)
class Posted:
    """One request to a webhook, before anybody has believed it."""

    url: str  # the configured public address of this webhook, with the query as it came
    headers: Mapping[str, str]  # names in small letters
    body: bytes
    remote: str | None = None  # the address it came from


@dataclass(frozen=True)
class Answer:
    """What the provider gets once its post is kept."""

    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Pace:
    """How fast a provider lets us send; zero stands for no limit."""

    per_second: float = 0.0
    per_address_seconds: float = 0.0  # between two messages to one address


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in words for whoever runs the service."""

    fine: bool
    says: str


class Channel(Protocol):
    """What every channel does."""

    @property
    def name(self) -> str:
        """The channel as addresses name it: telegram or sms."""
        ...

    @property
    def pace(self) -> Pace:
        """How fast messages may be sent."""
        ...

    def parts(self, text: str) -> list[str]:
        """The text in pieces that each go as one message, split between words."""
        ...

    async def send(self, message: Outbound) -> Receipt:
        """Hands one message to the provider. Raises SendError."""
        ...


@runtime_checkable
class Posts(Protocol):
    """A channel whose provider posts to a webhook of ours."""

    @property
    def path(self) -> str:
        """Where its posts come in, from /webhooks/ on."""
        ...

    @property
    def limit(self) -> int:
        """The largest body taken, in bytes (security S3)."""
        ...

    def read(self, posted: Posted) -> Sequence[Event]:
        """What a post says, in order; nothing for what is not ours to answer.

        Raises Forged before anything is read, Unreadable when it cannot be read.
        """
        ...

    def answer(self, posted: Posted) -> Answer:
        """What the provider wants to hear once this post is kept."""
        ...


@runtime_checkable
class Polls(Protocol):
    """A channel that is asked for what came in."""

    async def poll(self, after: int) -> Sequence[tuple[int, bytes]]:
        """Numbered raw updates after number `after`, waiting a while for the first.

        What is at or before `after` is gone for good: pass a number only when that update is kept.
        Raises SendError.
        """
        ...

    def parse(self, raw: bytes) -> Sequence[Event]:
        """What one raw update says. Raises Unreadable."""
        ...


@runtime_checkable
class Fetches(Protocol):
    """A channel whose attachments can be fetched."""

    async def fetch(self, attachment: Attachment) -> bytes:
        """The attachment's bytes, at most 10 MB, from the provider's own host only.

        Raises Refused for what is too large or elsewhere, and any other SendError.
        """
        ...


@runtime_checkable
class Live(Protocol):
    """A channel where the other end sees more than messages."""

    async def typing(self, to: str) -> None:
        """Shows that an answer is being written. Raises SendError."""
        ...

    async def acknowledge(self, callback: str) -> None:
        """Tells the phone that its tap was heard. Raises SendError."""
        ...

    async def tidy(self, to: str, provider_id: str) -> None:
        """Takes the buttons off a message that has been answered. Raises SendError."""
        ...
