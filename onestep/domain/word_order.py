"""Which of a client's words about contact stands when we learn of them out of order.

They count in the order in which the client sent them. Where nobody can say which came first, the
quieter of the two stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from onestep.domain.words_table import Word

# What a later word takes back of an earlier one; only START leaves a STOP (terms page).
UNDONE_BY: Mapping[Word, frozenset[Word]] = {
    Word.STOP: frozenset({Word.START}),
    Word.QUICK_EXIT: frozenset({Word.START, Word.RESUME}),
    Word.PAUSE: frozenset({Word.STOP, Word.PAUSE, Word.RESUME, Word.START}),
    Word.RESUME: frozenset({Word.STOP, Word.QUICK_EXIT, Word.PAUSE}),
    Word.START: frozenset({Word.STOP, Word.QUICK_EXIT, Word.PAUSE}),
}
_QUIET: Mapping[Word, int] = {
    Word.STOP: 2,
    Word.QUICK_EXIT: 2,
    Word.PAUSE: 1,
    Word.RESUME: 0,
    Word.START: 0,
}


@dataclass(frozen=True)
class Said:
    """One such word: when it came to us, and when it was sent, where its provider says so."""

    word: Word
    came_at: datetime
    sent_at: datetime | None = None


def overtaken(said: Said, known: Iterable[Said], *, late: bool) -> bool:
    """Say whether a word that comes now was taken back by one that is `known` already.

    `late`: it was asked for afterwards, so that its coming now says nothing of when it was sent.
    A word that just comes and has no time of its own is the client's last.
    """
    undone_by = UNDONE_BY[said.word]
    return any(_after(other, said, late=late) for other in known if other.word in undone_by)


def _after(other: Said, said: Said, *, late: bool) -> bool:
    """Whether the other one counts as sent after this one."""
    quieter = late and _QUIET[other.word] > _QUIET[said.word]
    if said.sent_at is None:
        return quieter
    if other.sent_at is None:  # by two clocks: good enough for silence, never against it
        return quieter and other.came_at >= said.sent_at
    return other.sent_at > said.sent_at or (quieter and other.sent_at == said.sent_at)
