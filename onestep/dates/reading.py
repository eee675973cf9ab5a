"""Read date words: tidy them, take the time of day, then our idioms, then the library."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dateparser

from onestep.dates.clock_words import Clock, take_clock
from onestep.dates.idioms import Found, Unsure, Why, find_day
from onestep.dates.spelling import plain_words

__all__ = ["Date", "Unsure", "Why", "read_date"]

_LONGEST = 120
# A day without a year so far ahead was said of a day just gone: ask.
_JUST_GONE = timedelta(days=300)
_FURTHEST = timedelta(days=400)
# "Tonight" said at eight, or "this morning" at ten, is an hour on.
_STILL_IN_IT = timedelta(hours=1)

_LEAD = re.compile(
    r"^(?:.*\b(?:until|till?|untill)|pause|(?:leave (?:me|it|us)|give (?:me|it|us)|text me|ask me"
    r"|message me|back|quiet|a break|a rest)(?: (?:for|on|in|from|a break for|a rest for))*"
    r"|.*\b(?:a break|a rest|alone|quiet) (?:for|from))\s+"
)
_SMALL_LEAD = re.compile(
    r"^(?:for |on |by |from |in |the (?=day after|2 weeks))+(?:the (?=rest))?"
)
_OPEN = re.compile(
    r"(?:a |1 )?(?:little )?(?:bit|while)(?: longer)?|now|the time being|ever|ages"
    r"|(?:i|further|you).*\b(?:say|said|text|message|ask|write|tell|notice|hear|get back).*"
    r"|(?:some|a bit of) time|indefinitely|good|whenever|the foreseeable(?: future)?"
    r"|i'?m (?:ready|ok|better)"
)
_VAGUE = re.compile(
    r"soon|(?:in )?a (?:few|couple)|(?:in a )?(?:bit|while) later|later(?: on)?|sometime.*"
    r"|(?:\d+|\w+) or \w+ (?:day|week|month)s?"
    r"|(?:the )?(?:mid|middle|early|late)(?: of)? \w+|\d{1,2}|one day|some (?:day|point)"
)
_NUMERIC = re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2}(?:\d{2})?)?")
_DAY_AND_MONTH = re.compile(r"\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct"
                            r"|nov|dec)[a-z]*")  # fmt: skip
_YEAR = re.compile(r"\b\d{4}\b|[/.-]\d\d$")
_HOURS = re.compile(
    r"(?:in )?\d{1,3} (?:hours?|minutes?)(?: (?:and )?\d{1,2} minutes?)?(?: from now)?"
)


@dataclass(frozen=True)
class Date:
    """A moment in the client's zone. Without a time said it is the start of that day."""

    at: datetime
    time_said: bool

    @property
    def day(self) -> date:
        """The local date."""
        return self.at.date()


def read_date(words: str, *, now: datetime, zone: str) -> Date | Unsure | None:
    """Return what `words` say, seen from `now` in `zone`; None where they hold no date.

    "till Monday" is Monday: the day contact starts again. British order: 3/12 is 3 December.
    Unsure is for one question back; OPEN_ENDED ("for a bit") is an open pause and needs none.
    """
    if len(words) > _LONGEST:
        return None
    local = now.astimezone(ZoneInfo(zone))
    text = plain_words(words)
    bare = _SMALL_LEAD.sub("", _LEAD.sub("", text)) or text
    led = bare != text
    if _OPEN.fullmatch(bare) and (led or " " in bare or bare == "whenever"):
        return Unsure(Why.OPEN_ENDED)
    if _VAGUE.fullmatch(bare):
        return Unsure(Why.VAGUE) if led or not bare.isdecimal() else None
    return _settle(bare, local)


def _settle(text: str, local: datetime) -> Date | Unsure | None:
    if _HOURS.fullmatch(text):
        moment = _library(text, local)
        return None if moment is None else _checked(moment.replace(tzinfo=local.tzinfo), local)
    rest, clock = take_clock(text)
    rest = _SMALL_LEAD.sub("", rest)
    if not rest:
        return None if clock is None else _at_clock(clock, local)
    found = _day(rest, local)
    if not isinstance(found, date):
        return found
    if clock and found == local.date() and "today" not in rest:
        return _at_clock(clock, local)
    return _on(found, clock, local)


def _day(text: str, local: datetime) -> Found | None:
    """Return the day, from our idioms first: the library reads some of them wrongly."""
    today = local.date()
    found = find_day(text, today)
    if found is not None:
        said_year = "year" in text or "easter" in text
        return _near(found, today, year_said=said_year) if isinstance(found, date) else found
    if text.startswith("after ") and not text.startswith("after tomorrow"):
        found = _day(text.removeprefix("after ").removeprefix("the "), local)
        return found + timedelta(days=1) if isinstance(found, date) else found
    moment = _library(text, local)
    if moment is not None:
        return _near(moment.date(), today, year_said=bool(_YEAR.search(text)))
    numeric = _NUMERIC.fullmatch(text) or _DAY_AND_MONTH.fullmatch(text)
    return Unsure(Why.NO_SUCH_DAY) if numeric else None


def _library(text: str, local: datetime) -> datetime | None:
    """Ask dateparser for the whole of `text`; it knows nothing of the machine's clock or zone."""
    if text.isdecimal():
        return None
    return dateparser.parse(
        text,
        languages=["en"],
        settings={
            "RELATIVE_BASE": local.replace(tzinfo=None),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "DMY",
            "TIMEZONE": "UTC",
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )


def _near(day: date, today: date, *, year_said: bool) -> Found:
    if day < today or (not year_said and day - today > _JUST_GONE):
        return Unsure(Why.PAST)
    return Unsure(Why.FAR, (day,)) if day - today > _FURTHEST else day


def _at_clock(clock: Clock, local: datetime) -> Date:
    """Return the next time the clock shows it: "at half 7", said after seven, is the evening."""
    hour = clock.at.hour
    for guess in {hour} if clock.sure else sorted({hour, (hour + 12) % 24}):
        found = _on(local.date(), Clock(clock.at.replace(hour=guess)), local)
        if isinstance(found, Date):
            return found
    return _date(local.date() + timedelta(days=1), clock.at, local)


def _on(day: date, clock: Clock | None, local: datetime) -> Date | Unsure:
    if clock is None:
        return Date(_date(day, time(0), local).at, time_said=False)
    found = _date(day, clock.at, local)
    if found.at > local:
        return found
    if clock.over and day == local.date() and local.time() < clock.over:
        return _checked(local.replace(tzinfo=None) + _STILL_IN_IT, local)
    return Unsure(Why.PAST)


def _date(day: date, at: time, local: datetime) -> Date:
    # Through UTC, so that a time the clocks skip is one that exists.
    moment = datetime.combine(day, at, local.tzinfo).astimezone(UTC).astimezone(local.tzinfo)
    return Date(moment, time_said=True)


def _checked(moment: datetime, local: datetime) -> Date | Unsure:
    found = _date(moment.date(), moment.time(), local)
    return found if found.at > local else Unsure(Why.PAST)
