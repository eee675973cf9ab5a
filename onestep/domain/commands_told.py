"""Commands that keep what a client told: pointing at words, never holding them.

`words` are references to stored messages of this conversation; a Span is a piece of one.
"""

from dataclasses import dataclass
from typing import ClassVar

from onestep.domain.command_values import (
    Doer,
    Part,
    ScalePart,
    Shown,
    Span,
    StepKind,
    StepSize,
    TurnCommand,
)

Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RecordBestHopes(TurnCommand):
    """What the client hopes will be different for them."""

    name: ClassVar[str] = "record_best_hopes"
    words: Words


@dataclass(frozen=True, kw_only=True)
class RecordNoticing(TurnCommand):
    """Something that went well, was noticed, done, or happened."""

    name: ClassVar[str] = "record_noticing"
    words: Words
    by: Doer | None = None
    loss: bool = False


@dataclass(frozen=True, kw_only=True)
class AddToNoticing(TurnCommand):
    """More about a noticing: how, what helped, who noticed, what difference."""

    name: ClassVar[str] = "add_to_noticing"
    words: Words
    part: Part
    entry: str | None = None  # None: this conversation's latest


@dataclass(frozen=True, kw_only=True)
class RecordCoping(TurnCommand):
    """How they have been getting through."""

    name: ClassVar[str] = "record_coping"
    words: Words


@dataclass(frozen=True, kw_only=True)
class RecordHard(TurnCommand):
    """A hard answer, kept as it was said."""

    name: ClassVar[str] = "record_hard"
    words: Words
    loss: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordSmallStep(TurnCommand):
    """New words make a new step; without words, size or help change the latest one."""

    name: ClassVar[str] = "record_small_step"
    words: Words = ()
    kind: StepKind | None = None
    size: StepSize | None = None
    help_wanted: bool | None = None


@dataclass(frozen=True, kw_only=True)
class RecordStepOutcome(TurnCommand):
    """Whether the small sign or step has shown up."""

    name: ClassVar[str] = "record_step_outcome"
    words: Words
    shown: Shown | None = None


@dataclass(frozen=True, kw_only=True)
class RecordRating(TurnCommand):
    """The client's own placing in one outcome area."""

    name: ClassVar[str] = "record_rating"
    area: str
    stage: str
    words: Words = ()


@dataclass(frozen=True, kw_only=True)
class RecordScale(TurnCommand):
    """A place on the scale of best hopes, or words about it."""

    name: ClassVar[str] = "record_scale"
    words: Words
    part: ScalePart
    number: float | None = None


@dataclass(frozen=True, kw_only=True)
class NamePerson(TurnCommand):
    """A person the client named, who may be asked about by name."""

    name: ClassVar[str] = "name_person"
    span: Span


@dataclass(frozen=True, kw_only=True)
class CorrectEntry(TurnCommand):
    """A corrected version beside the first."""

    name: ClassVar[str] = "correct_entry"
    entry: str
    words: Words


@dataclass(frozen=True, kw_only=True)
class StrikeEntry(TurnCommand):
    """An entry the coach is not to see."""

    name: ClassVar[str] = "strike_entry"
    entry: str
