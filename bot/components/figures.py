"""Numbers on a scale from 0 to 10, and date words, as people write them."""

from __future__ import annotations

import re

_WORDS = {
    "zero": 0, "nought": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_ONE = r"(?:10|[0-9](?:[.,][0-9]{1,2})?|" + "|".join(_WORDS) + r")"
_HALF = r"(?:\s*(?:and a|nd a|n a|&)?\s*(?:half|1/2)|½)"
_NOT_BEFORE = r"(?<![\w.,£$/:-])(?<!half )(?<!past )(?<!at )(?<!no )"
_NOT_AFTER = (
    r"(?!\s?(?:%|am\b|pm\b|days?\b|weeks?\b|wks?\b|hours?\b|hrs?\b|mins?\b|minutes?\b|months?\b|"
    r"years?\b|times?\b|quid\b|pounds?\b|people\b|miles?\b|kids?\b|fags?\b|cans?\b|pints?\b|"
    r"st\b|nd\b|rd\b|th\b|o'?clock|of (?:us|them|my)|more\b|day\b|things?\b|mates?\b))"
    r"(?![\w£:]|[.,/-]?\d)"
)
_RANGE = re.compile(
    _NOT_BEFORE + r"(" + _ONE + r")\s*(?:or|to|-|–|/|and)\s*(?:a |an |maybe a? ?)?(" + _ONE + r")"
    r"(?!\s*(?:out of|/))" + _NOT_AFTER, re.IGNORECASE,
)  # fmt: skip
_OUT_OF = re.compile(
    _NOT_BEFORE + r"(" + _ONE + r")(" + _HALF + r")?\s*(?:/|out of|outta)\s*(?:10|ten)\b",
    re.IGNORECASE,
)
_SINGLE = re.compile(_NOT_BEFORE + r"(" + _ONE + r")(" + _HALF + r")?" + _NOT_AFTER, re.IGNORECASE)

_DAY = (
    r"(?:mon|tues?|wed(?:nes)?|weds|thu(?:r(?:s)?)?|fri|satur?|sun)(?:day)?s?|satdy|"
    r"today|tonight|tonite|tomorrow|tomorow|tomoz|tmrw|tmoro|2moro|2morrow|2nite"
)
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_COUNT = r"(?:\d{1,2}|a|an|one|two|three|four|five|six|couple of|a couple of|few|a few)"
_CLOCK = r"(?:\d{1,2}[:.]\d{2}\s?(?:am|pm)?|\d{1,2}\s?(?:am|pm)|half (?:past )?\w+|noon|midday)"
_DATES = re.compile(
    r"(?<!\w)(?:"
    rf"\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d{{2,4}})?(?!\w)|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\b(?: \d{{4}})?|"
    rf"(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?\b|"
    rf"(?:{_DAY})\b(?: week\b| next week\b| morning| afternoon| evening| night)?"
    rf"(?: (?:the )?\d{{1,2}}(?:st|nd|rd|th)\b)?(?:,? (?:at |about |around )?{_CLOCK})?|"
    rf"(?:the )?\d{{1,2}}(?:st|nd|rd|th)\b|"
    rf"{_COUNT} (?:days?|weeks?|wks?|months?|fortnights?|hours?|hrs?)\b(?! ago)|"
    r"(?:next|this coming) (?:week|month|year|mon\w*|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*)\b|"
    r"(?:the )?(?:end|start|beginning|middle) of (?:the |next |this )?(?:week|month)\b|"
    r"(?:the |this |next )?weekend\b|a fortnight\b|"
    r"(?:after |new )?(?:christmas|xmas|easter|new year)\b|"
    rf"this (?:morning|afternoon|evening|month)\b|{_CLOCK}(?!\w)"
    r")", re.IGNORECASE,
)  # fmt: skip
_AGO = re.compile(
    r"\b(?:last|past|ago|since|yesterday|every|most|on the trot|in a row|for)\W*$", re.IGNORECASE
)


def number_in(text: str) -> float | None:
    """The place on a scale from 0 to 10 that a text gives: a half or a range is its middle."""
    low = text.lower().replace("’", "'")
    out_of = _OUT_OF.search(low)
    if out_of:
        return _value(out_of[1], out_of[2])
    both = _RANGE.search(low)
    if both:
        return (_value(both[1], None) + _value(both[2], None)) / 2
    single = _SINGLE.search(low)
    return _value(single[1], single[2]) if single and not _idle_one(single, low) else None


def _value(figure: str, half: str | None) -> float:
    number = float(_WORDS[figure]) if figure in _WORDS else float(figure.replace(",", "."))
    return min(10.0, number + (0.5 if half else 0.0))


def _idle_one(found: re.Match[str], text: str) -> bool:
    """Whether "one" is no place on a scale, as in "that one" and "one day"."""
    return found[1] == "one" and len(text.split()) > 1


def date_in(text: str) -> tuple[int, int] | None:
    """Where the first date words stand that look ahead, or None."""
    for found in _DATES.finditer(text):
        if not _AGO.search(text[: found.start()]):
            return found.start(), found.end()
    return None
