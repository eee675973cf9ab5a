"""What the concern screen takes and gives: plain values that others store and act on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much a message asks of us. UNREAD means that a person has to look."""

    NONE = "none"
    SOFT = "soft"
    NOW = "now"
    UNREAD = "unread"


class Category(StrEnum):
    """The kinds of concern, most urgent first: the order decides which one leads a reply."""

    OVERDOSE_MEDICAL = "overdose_medical"
    SUICIDE = "suicide"
    CHILD = "child"
    HARM_OTHERS = "harm_others"
    ABUSE = "abuse"
    SELF_HARM = "self_harm"
    THIRD_PARTY = "third_party"
    HOUSING = "housing"
    ABOUT_US = "about_us"
    HOPELESSNESS = "hopelessness"


class Request(StrEnum):
    """What a whole message asks for, in one of its exact plain wordings."""

    NONE = "none"
    HUMAN = "human"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    HELP = "help"


class Unread(StrEnum):
    """Why a text, or a part of it, was not read."""

    LANGUAGE_WITHOUT_RULES = "language_without_rules"
    UNREADABLE_SCRIPT = "unreadable_script"
    UNFAMILIAR_LANGUAGE = "unfamiliar_language"
    TOO_LONG = "too_long"
    RULES_FAILED = "rules_failed"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the raw text, in code points: text[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One rule that fired. `span` is None when the words lie wholly in an earlier message."""

    category: Category
    level: Level
    detail: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class ScreenContext:
    """What the screen may know beside the text.

    language: the client's language tag; one without rules of its own is unread.
    earlier: the client's own last texts, oldest first (never ours); the last three are used.
    noticed: whether the screen saw something in one of those; then this one counts for itself.
    """

    language: str = "en"
    earlier: tuple[str, ...] = ()
    noticed: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the screen says about one message.

    `matched` points into the raw text and goes to the coach, never to a log. `detail` is a key
    of ours, never the client's words. `hits` holds everything found, so that a worry about us
    is seen beside a louder one. `failed` is true only when the rules themselves broke.
    """

    level: Level = Level.NONE
    by: str | None = None
    category: Category | None = None
    detail: str | None = None
    matched: tuple[Span, ...] = ()
    request: Request = Request.NONE
    hits: tuple[Hit, ...] = ()
    flags: frozenset[str] = field(default_factory=frozenset)
    reason: Unread | None = None
    failed: bool = False

    def words(self, text: str) -> list[str]:
        """Give the words of `text` that caused the verdict, in the order they stand there."""
        return [text[span.start : span.end] for span in self.matched]
