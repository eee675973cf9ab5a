"""LESS and MORE: one step rarer or more often, on a ladder a person can foresee."""

from dataclasses import replace

from onestep.domain.contact import By
from onestep.domain.errors import NotAllowed, TransitionRefused
from onestep.domain.terms import Rhythm, Terms

# Days between check-ins, most often first. Past the last: only when asked.
LADDER = (1, 2, 3, 7, 14, 28)


def less(terms: Terms) -> Terms:
    """Return terms one step rarer; the same where nothing comes unasked already.

    Anybody who may lessen, may: client, or a coach for a client who said so aloud.
    """
    if terms.rhythm is Rhythm.ONLY_WHEN_ASKED:
        return terms
    if terms.rhythm is Rhythm.WEEKDAYS:
        return _fewer_weekdays(terms)
    rarer = [days for days in LADDER if days > terms.every_days]
    if rarer:
        return replace(terms, every_days=rarer[0])
    return replace(terms, rhythm=Rhythm.ONLY_WHEN_ASKED)


def more(terms: Terms, *, by: By) -> Terms:
    """Return terms one step more often; the same at once a day, which is the most.

    Raises TransitionRefused unless it is the client's own act: a coach may lessen, never the
    reverse. Chosen weekdays go to every second day, not to days that nobody chose.
    """
    if by is not By.CLIENT:
        raise TransitionRefused(NotAllowed.NOT_THEIRS)
    if terms.rhythm is Rhythm.ONLY_WHEN_ASKED:
        return replace(terms, rhythm=Rhythm.EVERY_N_DAYS, every_days=LADDER[-1])
    gap = terms.every_days
    if terms.rhythm is Rhythm.WEEKDAYS:
        gap = -(-7 // len(terms.weekdays))
    oftener = [days for days in LADDER if days < gap]
    if not oftener:
        return terms
    return replace(terms, rhythm=Rhythm.EVERY_N_DAYS, every_days=oftener[-1], weekdays=frozenset())


def _fewer_weekdays(terms: Terms) -> Terms:
    """Leave out every other chosen weekday; from one a week to one a fortnight."""
    days = sorted(terms.weekdays)
    if len(days) == 1:
        return replace(terms, rhythm=Rhythm.EVERY_N_DAYS, every_days=14, weekdays=frozenset())
    return replace(terms, weekdays=frozenset(days[::2]))
