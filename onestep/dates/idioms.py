"""British ways of saying a day, which date libraries read wrongly or not at all."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dateutil.easter import easter  # type: ignore[import-untyped,unused-ignore]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAY = "(?P<day>" + "|".join(_DAYS) + ")"
_MONTH = "(?P<month>" + "|".join(_MONTHS) + ")"
_MONDAY, _SATURDAY = 0, 5
_DECEMBER = 12
DAY, WEEK = timedelta(days=1), timedelta(days=7)


class Why(StrEnum):
    """Why date words are not one day."""

    OPEN_ENDED = "open_ended"
    WHICH_WEEK = "which_week"
    WHICH_DAY = "which_day"
    NO_SUCH_DAY = "no_such_day"
    PAST = "past"
    FAR = "far"
    VAGUE = "vague"


@dataclass(frozen=True)
class Unsure:
    """Date words that want one question; `choices` are the days they may mean."""

    why: Why
    choices: tuple[date, ...] = ()


Found = date | Unsure
Rule = Callable[[re.Match[str], date], Found]


def coming(weekday: int, today: date) -> date:
    """Return the first day after `today` that is `weekday` (0 is Monday)."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def month_after(day: date) -> date:
    """Return the first day of the month after `day`'s."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _weekday(found: re.Match[str], today: date) -> date:
    return coming(_DAYS.index(found["day"]), today)


def _next_weekday(found: re.Match[str], today: date) -> Found:
    """Said on a Wednesday, "next Friday" is this week's to some and next week's to others."""
    first = _weekday(found, today)
    if first >= coming(_MONDAY, today):
        return first
    return Unsure(Why.WHICH_WEEK, (first, first + WEEK))


def _weekday_and_number(found: re.Match[str], today: date) -> Found:
    """Return the day of "monday 30th", if the 30th is a Monday."""
    day = _numbered(int(found["number"]), today)
    if isinstance(day, date) and day.weekday() != _DAYS.index(found["day"]):
        return Unsure(Why.WHICH_DAY, (_weekday(found, today), day))
    return day


def _number(found: re.Match[str], today: date) -> Found:
    return _numbered(int(found["number"]), today)


def _numbered(number: int, today: date) -> Found:
    """Return the next day of that number, in this month or the first that has it."""
    month = today.replace(day=1)
    for _ in range(3):
        try:
            day = month.replace(day=number)
        except ValueError:
            day = today
        if day > today:
            return day
        month = month_after(month)
    return Unsure(Why.NO_SUCH_DAY)


def _month(found: re.Match[str], today: date) -> date:
    number = _MONTHS.index(found["month"]) + 1
    first = date(today.year, number, 1)
    return first if first > today else first.replace(year=today.year + 1)


def _yearly(found: date, today: date) -> date:
    return found if found > today else found.replace(year=found.year + 1)


def _easter(today: date) -> date:
    this: date = easter(today.year)
    following: date = easter(today.year + 1)
    return this if this > today else following


# The whole of what is left when the time of day and "till", "for", "on" are gone. `after_…`
# is what "after christmas" means: not Boxing Day but the day everybody is back.
RULES: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (rf"(?:(?:this|coming|this coming) )?{_DAY}", _weekday),
        (rf"next {_DAY}", _next_weekday),
        (rf"(?:{_DAY} week|(?:a |1 )?week (?:on )?{_DAY.replace('day>', 'day2>')})",
         lambda m, t: coming(_DAYS.index(m["day"] or m["day2"]), t) + WEEK),
        (rf"2 weeks on {_DAY}", lambda m, t: _weekday(m, t) + 2 * WEEK),
        (rf"{_DAY} (?:the )?(?P<number>\d{{1,2}})(?:st|nd|rd|th)", _weekday_and_number),
        (r"(?:the )?(?P<number>\d{1,2})(?:st|nd|rd|th)", _number),
        (r"(?:a |1 )?week today|today week", lambda _, t: t + WEEK),
        (r"(?:a |1 )?week tomorrow|tomorrow week", lambda _, t: t + WEEK + DAY),
        (r"(?:not |no more |rest of )(?:the |this )?week|next week",
         lambda _, t: coming(_MONDAY, t)),
        (r"(?:the )?week after next", lambda _, t: coming(_MONDAY, t) + WEEK),
        (r"(?:not |no more |rest of )(?:the |this )?month|next month",
         lambda _, t: month_after(t)),
        (r"(?:not |rest of )(?:the |this )?year|next year|(?:the )?new year(?:'?s day)?",
         lambda _, t: date(t.year + 1, 1, 1)),
        (r"new year'?s eve", lambda _, t: _yearly(date(t.year, _DECEMBER, 31), t)),
        (r"(?:not|no more) (?:today|tonight|now)", lambda _, t: t + DAY),
        (r"(?:the |this )?weekend", lambda _, t: coming(_SATURDAY, t)),
        (r"next weekend",
         lambda _, t: Unsure(Why.WHICH_WEEK, (coming(_SATURDAY, t), coming(_SATURDAY, t) + WEEK))),
        (r"after (?:the |this )?weekend", lambda _, t: coming(_MONDAY, t)),
        (r"(?:the )?end of (?:the |this )?week", lambda _, t: coming(_SATURDAY, t)),
        (r"(?:the )?end of (?:the |this )?month", lambda _, t: month_after(t) - timedelta(days=1)),
        (rf"(?:the )?end of {_MONTH}",
         lambda m, t: month_after(_month(m, t.replace(day=1) - timedelta(days=1)))
         - timedelta(days=1)),
        (r"(?:the )?end of (?:the |this )?year", lambda _, t: date(t.year, _DECEMBER, 31)),
        (rf"(?:(?:the )?(?:start|beginning) of )?{_MONTH}", _month),
        (r"after (?:the )?new year'?s?(?: day)?", lambda _, t: date(t.year + 1, 1, 2)),
        (r"christmas(?: day)?", lambda _, t: _yearly(date(t.year, _DECEMBER, 25), t)),
        (r"christmas eve", lambda _, t: _yearly(date(t.year, _DECEMBER, 24), t)),
        (r"boxing day", lambda _, t: _yearly(date(t.year, _DECEMBER, 26), t)),
        (r"after christmas", lambda _, t: _yearly(date(t.year, _DECEMBER, 27), t)),
        (r"good friday", lambda _, t: _easter(t + 2 * DAY) - 2 * DAY),
        (r"easter(?: sunday)?", lambda _, t: _easter(t)),
        (r"after easter", lambda _, t: _easter(t) + timedelta(days=2)),
    )
)  # fmt: skip


def find_day(text: str, today: date) -> Found | None:
    """Return the day the whole of `text` says in one of these ways, or None for the library."""
    for pattern, rule in RULES:
        found = pattern.fullmatch(text)
        if found:
            return rule(found, today)
    return None
