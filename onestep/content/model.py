"""What content is once it has been read: frozen values, no files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from pathlib import Path

from onestep.domain.office import Hours, Span

# Of a service that says nothing else.
OFFICE = Hours(tuple(Span(day, time(9), time(17)) for day in range(5)), "Europe/London")
VALUE = re.compile(r"\{([a-z_]+)\}")


class SmsLetters(StrEnum):
    """What a language does with letters that a text message has no room for."""

    GSM7 = "gsm7"
    DROP_ACCENTS = "drop_accents"
    UCS2 = "ucs2"


class Kind(StrEnum):
    """What an utterance does."""

    ASKS = "asks"
    TELLS = "tells"
    CLOSE = "close"
    CONCERN = "concern"


@dataclass(frozen=True)
class Wording:
    """One way to say something. Its id stays the same while its text does, wherever it stands."""

    text: str
    line: int = 0

    @property
    def id(self) -> str:
        """Eight hexadecimal digits made from the text."""
        return hashlib.blake2b(self.text.encode(), digest_size=4).hexdigest()

    @property
    def needs(self) -> frozenset[str]:
        """The names of the values in it."""
        return frozenset(VALUE.findall(self.text))


@dataclass(frozen=True)
class Utterance:
    """One thing that can be said, in all its wordings."""

    key: str
    wordings: tuple[Wording, ...]
    kind: Kind = Kind.TELLS
    sms: tuple[Wording, ...] = ()
    discreet: tuple[Wording, ...] = ()
    with_value: Mapping[str, tuple[Wording, ...]] = field(default_factory=dict)
    without: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    choices_from: str | None = None
    numbers_from: str | None = None
    own_message: bool = False
    fixed: bool = False
    file: str = ""
    line: int = 0

    def variants(self) -> dict[str, tuple[Wording, ...]]:
        """Every list of wordings under the name it has in the file."""
        named = {"wordings": self.wordings, "sms": self.sms, "discreet": self.discreet}
        named |= {f"with_{value}": said for value, said in self.with_value.items()}
        return {name: said for name, said in named.items() if said}


@dataclass(frozen=True)
class Stage:
    """One of the four places in an area: the client's sentence and the coaches' label."""

    key: str
    client: str
    staff: str


@dataclass(frozen=True)
class Area:
    """A part of life a client may place themselves in."""

    key: str
    label: str
    staff: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Route:
    """Somewhere to turn when it cannot wait."""

    key: str
    ring: str
    nations: tuple[str, ...]
    free: str
    verified: bool
    last_checked: date | None
    checked_by: str


@dataclass(frozen=True)
class Routes:
    """All routes, and which of them each kind of message gives."""

    by_key: Mapping[str, Route]
    lists: Mapping[str, tuple[str, ...]]
    stale_after: timedelta

    def numbers(self, name: str, *, nation: str) -> tuple[Route, ...]:
        """The verified routes of a list that hold for a nation, in order; 999 comes first."""
        named = (self.by_key[key] for key in self.lists.get(name, ("emergency",)))
        return tuple(r for r in named if r.verified and nation in r.nations)

    def stale(self, today: date) -> tuple[Route, ...]:
        """Verified routes nobody has checked within the agreed time; the lead is warned."""
        return tuple(
            route
            for route in self.by_key.values()
            if route.verified
            and (route.last_checked is None or today - route.last_checked > self.stale_after)
        )


@dataclass(frozen=True)
class Service:
    """The facts about this service that messages name."""

    name: str
    nation: str
    council_out_of_hours: str | None = None
    client_words: frozenset[str] = frozenset()
    hours: Hours = OFFICE  # of the office, and of every coach who keeps no others
    out_of_hours: str | None = None  # the plan for the hours in which nobody is on call


@dataclass(frozen=True)
class Menu:
    """What strangers read of the bot; {service} stands for the service's name."""

    description: str
    short_description: str
    commands: Mapping[str, str]  # each with its line, in the order they are shown
    line: int = 0

    def of(self, service: str) -> Menu:
        """The same, with the name of the service in it."""
        return Menu(
            self.description.replace("{service}", service),
            self.short_description.replace("{service}", service),
            {name: text.replace("{service}", service) for name, text in self.commands.items()},
            self.line,
        )

    def texts(self) -> dict[str, str]:
        """Each text under the name it has in the file."""
        texts = {"description": self.description, "short_description": self.short_description}
        return {**texts, **{f"menu of {name}": line for name, line in self.commands.items()}}


@dataclass(frozen=True)
class Language:
    """What holds for every message of a language."""

    code: str
    name: str
    sms_letters: SmsLetters
    sms_choices: str
    last_of_list: str
    stand_ins: Mapping[str, str]
    person_turns: Mapping[str, str]
    choices: Mapping[str, str]
    buttons_only: frozenset[str]


@dataclass(frozen=True)
class Content:
    """Everything a service says in one language."""

    folder: Path
    language: Language
    service: Service
    utterances: Mapping[str, Utterance]
    areas: tuple[Area, ...]
    routes: Routes
    menu: Menu

    def area(self, key: str) -> Area | None:
        """The area with this key, or None."""
        return next((area for area in self.areas if area.key == key), None)
