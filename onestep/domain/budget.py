"""How many questions a conversation may hold, and which ratings are due in it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from onestep.domain.words import Channel

# Conversation page: every 12 weeks an area, from the third check-in.
RATING_EVERY = timedelta(weeks=12)
RATING_FROM_CHECK_IN = 3
RATINGS_APART = 2  # check-ins from one rating to the next, docs/decisions/0040


class Length(StrEnum):
    """How long a check-in the client agreed to."""

    ORDINARY = "ordinary"
    SHORT = "short"


class ConversationKind(StrEnum):
    """What a conversation began as."""

    FIRST_CONTACT = "first_contact"
    CHECK_IN = "check_in"
    UNPROMPTED = "unprompted"


ASKS = {
    (ConversationKind.FIRST_CONTACT, Length.ORDINARY): 2,
    (ConversationKind.FIRST_CONTACT, Length.SHORT): 2,
    (ConversationKind.CHECK_IN, Length.ORDINARY): 5,
    (ConversationKind.CHECK_IN, Length.SHORT): 2,
    (ConversationKind.UNPROMPTED, Length.ORDINARY): 1,
    (ConversationKind.UNPROMPTED, Length.SHORT): 1,
}


def default_length(channel: Channel | str) -> Length:
    """Return the length of check-in where nothing was agreed: short by SMS, credit costs."""
    return Length.SHORT if Channel(channel) is Channel.SMS else Length.ORDINARY


def asks_allowed(kind: ConversationKind, length: Length) -> int:
    """Return how many questions this conversation may hold in all."""
    return ASKS[kind, length]


def asks_left(kind: ConversationKind, length: Length, *, asked: int) -> int:
    """Return how many questions may still be asked after `asked`; never below zero."""
    return max(asks_allowed(kind, length) - asked, 0)


def ratings_due(
    areas: Sequence[str],
    last_rated: Mapping[str, datetime],
    *,
    check_in_number: int,
    now: datetime,
    hard: bool,
    together: bool,
    check_ins_since: int | None = None,
) -> tuple[str, ...]:
    """Return the areas that may be rated now, longest ago first; the client picks one.

    `check_in_number` counts this check-in, from 1; `check_ins_since` how many have begun since
    anything was rated, this one included, None when nothing ever was. None in a hard
    conversation, none when coach and client rate together. An area never rated is due from the
    third, and never two check-ins running: five areas would crowd out every other question.
    """
    too_soon = check_ins_since is not None and check_ins_since < RATINGS_APART
    if hard or together or too_soon or check_in_number < RATING_FROM_CHECK_IN:
        return ()
    never = datetime.min.replace(tzinfo=UTC)
    since = {area: last_rated.get(area, never) for area in areas}
    due = [area for area in areas if now.astimezone(UTC) - since[area] >= RATING_EVERY]
    return tuple(sorted(due, key=lambda area: since[area]))
