"""The shapes of a record page: what a template is handed, and nothing that is sealed."""

from dataclasses import dataclass, field
from datetime import datetime

from onestep.services.thread_parts import Stretch


@dataclass(frozen=True)
class Line:
    """One entry: the client's words, when they wrote them, and what belongs to them."""

    kind: str
    words: str
    at: datetime
    number: float | None = None
    parts: tuple["Line", ...] = ()
    flagged: bool = False
    corrected: bool = False


@dataclass(frozen=True)
class Placing:
    """Where the client placed themselves, with what told them so."""

    area: str
    stage: str
    at: datetime
    words: str | None = None


@dataclass(frozen=True)
class Step:
    """A small sign or step, its size, and what became of it."""

    words: str
    kind: str
    at: datetime
    size: str | None
    help_wanted: bool | None
    outcome: str | None


@dataclass(frozen=True)
class ForPerson:
    """Something for a person to act on."""

    about: str
    detail: str | None
    words: str
    date_words: str | None
    at: datetime
    done: bool


@dataclass(frozen=True)
class Concern:
    """An alert, with the words that caused it."""

    id: str
    level: str
    category: str | None
    words: tuple[str, ...]
    state: str
    at: datetime


@dataclass(frozen=True)
class Said:
    """One line of the thread; no text where it is damaged and does not open."""

    who: str  # client | bot | coach
    text: str | None
    at: datetime
    with_person: bool
    edited: bool = False  # a later wording of a line above
    name: str | None = None  # of the coach who wrote it


@dataclass(frozen=True)
class Kept:
    """A picture or sound that came: whether it is kept, and why not."""

    kind: str  # photo | voice
    state: str  # waiting | kept | not_kept
    reason: str | None
    size: int | None  # bytes
    at: datetime


@dataclass(frozen=True)
class RecordPage:
    """Everything on the page, times in the client's own zone."""

    client_id: str
    called: str
    coach: str
    contact: str
    contact_said: str
    enrolment: str
    channel: str
    hand_off: str | None
    held: str | None
    next_check_in: str | None
    hopes: tuple[Line, ...] = ()
    noticings: tuple[Line, ...] = ()
    others: tuple[Line, ...] = ()
    pictures: tuple[Kept, ...] = ()
    steps: tuple[Step, ...] = ()
    placings: tuple[Placing, ...] = ()
    for_person: tuple[ForPerson, ...] = ()
    concerns: tuple[Concern, ...] = ()
    thread: tuple[Said, ...] = field(default=())
    stretches: tuple[Stretch, ...] = field(default=())  # hand-offs: who, from when to when
