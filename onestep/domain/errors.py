"""Everything the domain refuses, in one tree.

DomainError
├── CommandRefused       a command from the bot that is not applied; the message stays kept
├── TransitionRefused    a change of state that nobody, or not this person, may cause
├── TermsInvalid         contact terms that cannot be kept
└── HoursInvalid         hours of an office or a coach that are none

No error here ever holds a client's words: reasons are enums and names are ours.
"""

from enum import StrEnum


class RefusedBecause(StrEnum):
    """Why a command of the bot was not applied."""

    NOT_AN_OBJECT = "not_an_object"
    UNKNOWN_COMMAND = "unknown_command"
    NOT_YET = "not_yet"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    NOT_ONE_OF = "not_one_of"
    UNKNOWN_REF = "unknown_ref"
    UNKNOWN_ENTRY = "unknown_entry"
    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_STAGE = "unknown_stage"
    BAD_SPAN = "bad_span"
    NOTHING_SAID = "nothing_said"


class NotAllowed(StrEnum):
    """Why a change of state was not made."""

    NO_SUCH_STEP = "no_such_step"
    NOT_THEIRS = "not_theirs"
    STAYS_STOPPED = "stays_stopped"
    NOT_STOPPED = "not_stopped"
    ALREADY_ENDED = "already_ended"
    ERASED = "erased"


class DomainError(Exception):
    """The domain refused."""


class CommandRefused(DomainError):
    """A command from the bot was refused."""

    def __init__(self, reason: RefusedBecause, command: str, field: str = "") -> None:
        """Name the reason, the command and, where one field is at fault, that field."""
        self.reason = reason
        self.command = command
        self.field = field
        super().__init__(" ".join(part for part in (command, field, reason.value) if part))


class TransitionRefused(DomainError):
    """A change of state was refused."""

    def __init__(self, reason: NotAllowed) -> None:
        """Keep the reason as a value, so that callers never compare texts."""
        self.reason = reason
        super().__init__(reason.value)


class HoursInvalid(DomainError):
    """Hours of an office or of a coach that are none."""


class TermsInvalid(DomainError):
    """Contact terms cannot be kept."""

    def __init__(self, what: str) -> None:
        """Say in our words which of the terms is wrong."""
        self.what = what
        super().__init__(what)
