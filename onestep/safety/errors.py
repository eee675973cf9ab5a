"""What can go wrong in safety.

SafetyError
├── RulesError    a rule file is missing or cannot be used; stops the start
└── ModelError    the trained classifier is missing or not the one trained here; stops the start
"""

from __future__ import annotations


class SafetyError(Exception):
    """The concern screen cannot do its work."""


class RulesError(SafetyError):
    """A rule file is missing or wrong: the message names the file, the place and what to do."""

    def __init__(self, file: str, place: str, reason: str) -> None:
        super().__init__(f"{file}: {place}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason


class ModelError(SafetyError):
    """The trained classifier is not there as it was trained; the sentence says what to run."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(
            f"The classifier of the concern screen ({name}) {what}: run `make setup`, "
            "which trains it in a minute or two."
        )
