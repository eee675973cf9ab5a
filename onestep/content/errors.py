"""What can go wrong with content, as one tree.

ContentError
├── ContentFaults       files that cannot be used: every fault with its file, line and reason
├── UnknownLanguage     a language that has no complete replies, or no conduct rules
└── RenderError         a reply that content cannot say
    ├── UnknownUtterance
    ├── UnknownChoice
    └── MissingValue
"""

from dataclasses import dataclass


class ContentError(Exception):
    """Something is wrong with the content of this service."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that stops a content file from being used, and where it is (line 0.

    The whole file).
    """

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.reason}"


class ContentFaults(ContentError):
    """Content that cannot be used; one line a fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UnknownLanguage(ContentError):
    """A language this installation cannot speak."""


class RenderError(ContentError):
    """A reply that content cannot say. Its text names keys only, never a client's words."""


class UnknownUtterance(RenderError):
    """No wording has this key."""


class UnknownChoice(RenderError):
    """A choice that has no label."""


class MissingValue(RenderError):
    """Every wording of an utterance needs a value that is not known."""
