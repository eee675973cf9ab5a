"""Commands for what a client wants: a person, other terms, their record, an end to the talk.

`words` are references to stored messages of this conversation; a Span is a piece of one.
"""

from dataclasses import dataclass
from typing import ClassVar

from onestep.domain.command_values import (
    About,
    ConsentAnswer,
    EndHow,
    FrequencyStep,
    HandOffTo,
    SessionChange,
    Span,
    TurnCommand,
    WorryWhen,
)

Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RequestHandOff(TurnCommand):
    """The client wants a person."""

    name: ClassVar[str] = "request_hand_off"
    to: HandOffTo
    words: Words = ()


@dataclass(frozen=True, kw_only=True)
class RecordWorry(TurnCommand):
    """The same words again change only `when`."""

    name: ClassVar[str] = "record_worry"
    words: Words
    when: WorryWhen


@dataclass(frozen=True, kw_only=True)
class AskPerson(TurnCommand):
    """Something for a person to do or to answer, with any date as it was written."""

    name: ClassVar[str] = "ask_person"
    words: Words
    about: About
    date: Span | None = None


@dataclass(frozen=True, kw_only=True)
class RequestSessionChange(TurnCommand):
    """Something about the session with the coach; nothing is promised for them."""

    name: ClassVar[str] = "request_session_change"
    words: Words
    change: SessionChange
    date: Span | None = None


@dataclass(frozen=True, kw_only=True)
class MarkSender(TurnCommand):
    """Somebody else may hold this phone."""

    name: ClassVar[str] = "mark_sender"
    words: Words = ()


@dataclass(frozen=True, kw_only=True)
class RecordConsent(TurnCommand):
    """The client's answer to being texted."""

    name: ClassVar[str] = "record_consent"
    answer: ConsentAnswer


@dataclass(frozen=True, kw_only=True)
class Pause(TurnCommand):
    """Quiet until a date, or open."""

    name: ClassVar[str] = "pause"
    date: Span | None = None  # None: open


@dataclass(frozen=True, kw_only=True)
class Resume(TurnCommand):
    """Contact again, by the client's own act."""

    name: ClassVar[str] = "resume"


@dataclass(frozen=True, kw_only=True)
class Stop(TurnCommand):
    """No more messages."""

    name: ClassVar[str] = "stop"


@dataclass(frozen=True, kw_only=True)
class End(TurnCommand):
    """They have moved on; the words say what they have done."""

    name: ClassVar[str] = "end"
    words: Words = ()


@dataclass(frozen=True, kw_only=True)
class SetTerms(TurnCommand):
    """A step rarer or oftener, or words about days and hours; at least one of the two."""

    name: ClassVar[str] = "set_terms"
    frequency: FrequencyStep | None = None
    words: Words = ()


@dataclass(frozen=True, kw_only=True)
class Postpone(TurnCommand):
    """This check-in later; without a date, in a while."""

    name: ClassVar[str] = "postpone"
    date: Span | None = None


@dataclass(frozen=True, kw_only=True)
class NotMe(TurnCommand):
    """A wrong number."""

    name: ClassVar[str] = "not_me"


@dataclass(frozen=True, kw_only=True)
class ShowRecord(TurnCommand):
    """They ask what they have told us."""

    name: ClassVar[str] = "show_record"


@dataclass(frozen=True, kw_only=True)
class ShowPlan(TurnCommand):
    """They ask for their plan."""

    name: ClassVar[str] = "show_plan"


@dataclass(frozen=True, kw_only=True)
class WhoSaw(TurnCommand):
    """They ask who has read their words."""

    name: ClassVar[str] = "who_saw"


@dataclass(frozen=True, kw_only=True)
class DeleteRecord(TurnCommand):
    """They ask for everything to be deleted; done only when confirmed."""

    name: ClassVar[str] = "delete_record"
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class EndCheckIn(TurnCommand):
    """The check-in is over, left open, or not wanted."""

    name: ClassVar[str] = "end_check_in"
    how: EndHow
    until_they_write: bool = False


@dataclass(frozen=True, kw_only=True)
class StaySilent(TurnCommand):
    """Nothing is to be said: an emoji to a closing line."""

    name: ClassVar[str] = "stay_silent"
