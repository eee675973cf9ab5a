"""What the talk with a client is made of, as its coaches see it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Person:
    """A coach, by id and name."""

    id: str
    name: str


@dataclass(frozen=True)
class ThreadLine:
    """One line of the talk.

    `who`: client, coach or service. `state`: of a line out, its state in the outbox; `trouble`
    says in words what is wrong with it, if anything. `with_person`: said in a hand-off.
    `words` is None where they do not open. `thing`: what came with it, such as "a photo".
    `attachment_id`: where that is kept and can be looked at.
    """

    id: str
    who: str
    name: str | None
    words: str | None
    at: datetime
    channel: str
    with_person: bool = False
    edited: bool = False
    thing: str | None = None
    attachment_id: str | None = None
    state: str | None = None
    trouble: str = ""
    read_by: str | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class Stretch:
    """A hand-off: from when to when, because of what, who was in it, and who handed back."""

    id: str
    state: str
    because: str
    to: str
    requested_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    promised_at: datetime | None
    coaches: tuple[Person, ...]


@dataclass(frozen=True)
class NoteLine:
    """What one colleague wrote for the others."""

    id: str
    by: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Thread:
    """The talk with one client; oldest lines first, newest stretch and note last.

    `hand_off` is the one requested or open. `no_way`: why no text reaches them, empty where one
    does. `version` changes whenever any of it may have changed.
    """

    client_id: str
    called: str
    hand_off: Stretch | None
    held: str | None
    no_way: str
    lines: tuple[ThreadLine, ...]
    stretches: tuple[Stretch, ...]
    notes: tuple[NoteLine, ...]
    version: str
