"""Checks what a conversation gives back: words (conduct lines 4 and 5), numbers (line 10)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from onestep.content.conduct import Breach, breach
from onestep.content.conduct_rules import Conduct, rules
from onestep.content.gsm import straighten
from onestep.content.transcript import CLIENT, QUOTED, Line, same_day

SILENT_AT_MOST = timedelta(days=30)
_NUMBER = re.compile(r"(?<![\d:])\b(10|\d)(\.5)?\b(?![\d:])")
# Numbered choices, and a scale from 0 to 10, are our own numbers.
_SCALE = re.compile(r"^\d{1,2} .*$|\b0\b.{0,80}\b10\b|\b10\b.{0,80}\b0\b", re.MULTILINE)
# A number put to somebody, and not a date, a time or a telephone number.
_HELD_UP = re.compile(
    r"\b(?:at|a|an|your|gave|said|put|was|were|from|to) (?:a |an )?"
    r"(?P<number>(?:10|\d)(?:\.5)?)(?=[ .,?]|$)"
    r"(?! (?:\d|[A-Z]|am\b|pm\b|o.clock|days?\b|weeks?\b))"
)


def words_given_back(
    earlier: Sequence[Line], line: Line, people: Sequence[str], language: str
) -> Iterator[Breach]:
    """Rules 4 and 5: whose words, from when, and whether they may come back at all."""
    given = {straighten(q) for q in line.quoted if f'"{straighten(q)}"' in straighten(line.text)}
    given |= set(QUOTED.findall(straighten(line.text)))
    written = [past for past in earlier if past.who == CLIENT]
    for quote in given:
        sources = [past for past in written if quote in straighten(past.text)]
        if not sources:
            yield breach(Conduct.OWN_WORDS, "gives back words the client did not write")
            continue
        if any(past.flagged for past in sources):
            yield breach(Conduct.OWN_WORDS, "gives back words the screen flagged")
        today = [past for past in sources if same_day(past, line)]
        if not today:
            yield from _from_earlier(written, line, quote, people)
        elif written[-1] not in sources and rules(language).nothing_said.match(written[-1].text):
            yield breach(
                Conduct.OWN_WORDS, "mirrors older words after an answer that said nothing"
            )


def _from_earlier(
    written: Sequence[Line], line: Line, quote: str, people: Sequence[str]
) -> Iterator[Breach]:
    today = [past for past in written if same_day(past, line)]
    if line.started or not today:
        yield breach(
            Conduct.EARLIER_WORDS, "earlier words come back before the client has written that day"
        )
    if line.discreet:
        yield breach(Conduct.EARLIER_WORDS, "earlier words come back on a discreet phone")
    if any(re.search(rf"\b{re.escape(person)}\b", quote, re.IGNORECASE) for person in people):
        yield breach(Conduct.EARLIER_WORDS, "earlier words name somebody else")
    if today and _silence(written, today[0]) > SILENT_AT_MOST:
        yield breach(Conduct.EARLIER_WORDS, "earlier words come back after 30 silent days")


def _silence(written: Sequence[Line], first_today: Line) -> timedelta:
    """How long the client was silent before the first line of that day."""
    before = [
        past.at for past in written if past.at and first_today.at and past.at < first_today.at
    ]
    if not before or first_today.at is None:
        return timedelta(0)
    return first_today.at - max(before)


def number_given_back(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 10: a number the client once gave is not held up to them on another day."""
    ours = _SCALE.sub("", line.text)
    given = {
        found[0] for past in _other_days(earlier, line) for found in _NUMBER.finditer(past.text)
    }
    for found in _HELD_UP.finditer(ours):
        if found["number"] in given:
            yield breach(
                Conduct.NUMBERS, f"holds an earlier number up to the client: {found['number']}"
            )


def _other_days(earlier: Iterable[Line], line: Line) -> Iterator[Line]:
    return (past for past in earlier if past.who == CLIENT and not same_day(past, line))
