"""Read one field of a raw command: its type, its range, and that what it points at exists."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from onestep.domain.command_values import Span
from onestep.domain.errors import RefusedBecause as Why

LONGEST_NAME = 64
SCALE_TOP = 10.0


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a command may point at.

    `lengths`: code points of each message of this conversation that the bot was ever shown, by
    its reference. `areas`: the stages of each area of this service.
    """

    lengths: Mapping[str, int]
    entries: Collection[str] = ()
    areas: Mapping[str, Sequence[str]]


class UnreadableError(Exception):
    """A field cannot be read; `check_command` turns it into CommandRefused."""

    def __init__(self, why: Why) -> None:
        """Keep the reason alone: a value may hold a client's words."""
        self.why = why
        super().__init__(why.value)


Reader = Callable[[object, Known], object]


def optional(read: Reader) -> Reader:
    """Return a reader that takes null as well."""
    return lambda value, known: None if value is None else read(value, known)


def one_of(values: type[StrEnum]) -> Reader:
    """Return a reader of one value of a closed set."""

    def read(value: object, _known: Known) -> StrEnum:
        try:
            return values(_text(value))
        except ValueError:
            raise UnreadableError(Why.NOT_ONE_OF) from None

    return read


def flag(value: object, _known: Known) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise UnreadableError(Why.WRONG_TYPE)
    return value


def words(value: object, known: Known) -> tuple[str, ...]:
    """Read references to messages, at least one, in order, none twice."""
    refs = maybe_words(value, known)
    if not refs:
        raise UnreadableError(Why.NOTHING_SAID)
    return refs


def maybe_words(value: object, known: Known) -> tuple[str, ...]:
    """Read references to messages, perhaps none."""
    if not isinstance(value, list):
        raise UnreadableError(Why.WRONG_TYPE)
    refs = tuple(dict.fromkeys(_text(ref) for ref in value))
    if any(ref not in known.lengths for ref in refs):
        raise UnreadableError(Why.UNKNOWN_REF)
    return refs


def span(value: object, known: Known) -> Span:
    """Read a span that lies within its message and holds at least one code point."""
    if not isinstance(value, Mapping) or set(value) != {"ref", "start", "end"}:
        raise UnreadableError(Why.WRONG_TYPE)
    start, end = (_whole(value[key]) for key in ("start", "end"))
    ref = _text(value["ref"])
    if ref not in known.lengths:
        raise UnreadableError(Why.UNKNOWN_REF)
    if not 0 <= start < end <= known.lengths[ref]:
        raise UnreadableError(Why.BAD_SPAN)
    return Span(ref, start, end)


def scale(value: object, _known: Known) -> float:
    """Read a place on the scale: 0 to 10, halves and the like included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableError(Why.WRONG_TYPE)
    if not 0 <= value <= SCALE_TOP:
        raise UnreadableError(Why.OUT_OF_RANGE)
    return float(value)


def entry(value: object, known: Known) -> str:
    """Read a reference to an entry of this client's record."""
    ref = _text(value)
    if ref not in known.entries:
        raise UnreadableError(Why.UNKNOWN_ENTRY)
    return ref


def area(value: object, known: Known) -> str:
    """Read the key of an outcome area of this service."""
    key = _text(value)
    if key not in known.areas:
        raise UnreadableError(Why.UNKNOWN_AREA)
    return key


def stage(value: object, known: Known) -> str:
    """Read the key of a stage; that it is one of the area's is checked with the area."""
    key = _text(value)
    if not any(key in stages for stages in known.areas.values()):
        raise UnreadableError(Why.UNKNOWN_STAGE)
    return key


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise UnreadableError(Why.WRONG_TYPE)
    if not 0 < len(value) <= LONGEST_NAME:
        raise UnreadableError(Why.OUT_OF_RANGE)
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnreadableError(Why.WRONG_TYPE)
    return value
