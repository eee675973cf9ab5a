"""Finds a request that is the whole message, in one of its exact plain wordings."""

from __future__ import annotations

from onestep.safety.reading import Reading
from onestep.safety.rules import RuleBook
from onestep.safety.verdict import Request

_LONGEST = 14  # words


def request_in(readings: tuple[Reading, ...], book: RuleBook) -> Request:
    """Return what the message asks for when, courtesies aside, it says just that.

    "I stopped drinking" and "got the coach to Swansea" say something else, so they are NONE.
    """
    if len(readings) != 1 or not 0 < len(readings[0].words) <= _LONGEST:
        return Request.NONE
    words = list(readings[0].words)
    if found := book.requests.get(" ".join(words)):
        return found
    polite = book.slot("polite")
    while words and words[0] in polite:
        del words[0]
    while words and words[-1] in polite:
        del words[-1]
    return book.requests.get(" ".join(words), Request.NONE)
