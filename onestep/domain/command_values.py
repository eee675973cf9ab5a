"""What a command is, the closed sets its fields are taken from, and a span of words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class TurnCommand:
    """What every command of the bot has: the name it comes under."""

    name: ClassVar[str]


@dataclass(frozen=True)
class Span:
    """A piece of one message: code points from `start` up to, not including, `end`."""

    ref: str
    start: int
    end: int


class Doer(StrEnum):
    """Whether the client did it or it happened to them (luck, a gift)."""

    SELF = "self"
    HAPPENED = "happened"


class Part(StrEnum):
    """Which part of a noticing the words tell."""

    HOW = "how"
    HELPED = "helped"
    WHO = "who"
    DIFFERENCE = "difference"
    ELSE = "else"
    INSTEAD = "instead"
    KEEP = "keep"
    NOTICED = "noticed"


class ScalePart(StrEnum):
    """The number itself, what is already in it, or one up."""

    NUMBER = "number"
    IN_IT = "in_it"
    ONE_UP = "one_up"


class StepKind(StrEnum):
    """Something to look out for, or something they chose to try."""

    NOTICE = "notice"
    TRY = "try"


class StepSize(StrEnum):
    """How the chosen step feels."""

    TOO_EASY = "too_easy"
    ABOUT_RIGHT = "about_right"
    TOO_MUCH = "too_much"


class Shown(StrEnum):
    """Whether a small sign or step has shown up."""

    YES = "yes"
    SOME = "some"
    NO = "no"


class HandOffTo(StrEnum):
    """Whom the client wants to talk to."""

    COACH = "coach"
    SOMEONE_ELSE = "someone_else"


class WorryWhen(StrEnum):
    """When the coach should hear of a worry."""

    UNDECIDED = "undecided"
    NOW = "now"
    SESSION = "session"


class About(StrEnum):
    """What a person is asked for."""

    PRACTICAL = "practical"
    QUESTION = "question"
    DELETE = "delete"
    RECORD = "record"
    PLAN = "plan"
    WHO_SAW = "who_saw"
    OTHER = "other"


class SessionChange(StrEnum):
    """What is wanted about the session."""

    CANNOT_COME = "cannot_come"
    SWAP = "swap"
    WHERE = "where"
    OTHER = "other"


class ConsentAnswer(StrEnum):
    """The answer to being texted."""

    YES = "yes"
    DECLINED = "declined"


class FrequencyStep(StrEnum):
    """One step rarer or oftener."""

    LESS = "less"
    MORE = "more"


class EndHow(StrEnum):
    """How a check-in came to its end."""

    COMPLETED = "completed"
    LEFT_OPEN = "left_open"
    DECLINED = "declined"
