"""One way of writing each date word, so that what reads them knows only that one."""

import re
import unicodedata

_NUMBERS = (
    "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
_UNIT = r"(?:min|minute|hour|hr|day|week|wk|month|mth|year)s?\b"
# Spelling first, so that what follows need only know one way of writing each word.
_SPELLING = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\b(?:please|pls|plz|thanks|thx|ta|ok|mate|maybe|about|around|like|just)\b", " "),
        (r"[,!?;]+|\.+$", " "), (r"\b(?:or so|or thereabouts)\b", " "),
        (r"\b(?:the )?next (?=(?:few|couple|\d+|" + "|".join(_NUMBERS[1:]) + ") )", ""),
        (r"\b(?:tmrw|tmr|tmoro|tomoz|tomorow|tommorow|2moro|2morrow|tomo)\b", "tomorrow"),
        (r"\b(?:2night|2nite|tonite)\b", "tonight"),
        (r"\bmon\b", "monday"), (r"\b(?:tues|tue)\b", "tuesday"),
        (r"\b(?:weds|wed)\b", "wednesday"), (r"\b(?:thurs|thur|thu)\b", "thursday"),
        (r"\bfri\b", "friday"), (r"\bsat\b(?! down)", "saturday"), (r"\bsun\b", "sunday"),
        (r"\bjan\b", "january"), (r"\bfeb\b", "february"), (r"\bmar\b", "march"),
        (r"\bapr\b", "april"), (r"\bjun\b", "june"), (r"\bjul\b", "july"),
        (r"\baug\b", "august"), (r"\b(?:sept|sep)\b", "september"), (r"\boct\b", "october"),
        (r"\bnov\b", "november"), (r"\bdec\b", "december"),
        (r"\bxmas\b", "christmas"),
        (r"\bhalf an hour\b", "30 minutes"),
        (r"\b(?:an?|1) hour and a half\b", "90 minutes"),
        (r"\b(?:an?|one|1) (?:hour|hr)\b", "1 hour"),
        (r"\b(?:an?|the|one|1) fortnight\b|\bfortnight\b", "2 weeks"),
        (r"\b(?:a )?couple(?: of)? (?=\w)", "2 "),
        (rf"\b(?:a )?few (?={_UNIT})", "3 "),
        (rf"(?<=\d)(?={_UNIT})", " "),
        (r"\b(?:wks|wk)\b", "weeks"), (r"\b(?:mths|mth)\b", "months"),
        (r"\b(?:hrs|hr)\b", "hours"), (r"\bmins?\b", "minutes"),
        (rf"\b({_UNIT})(?:'s|')? time$", r"\1"),
        (r"(?<=\d)(st|nd|rd|th) of (?=\w)", r"\1 "),
    )
)  # fmt: skip


def plain_words(words: str) -> str:
    """Return `words` in lower case, one spelling a word, numbers as figures, politeness gone."""
    text = unicodedata.normalize("NFKC", words).casefold().replace("\u2019", "'")
    text = " ".join(text.split())
    for pattern, plain in _SPELLING:
        text = pattern.sub(plain, text)
    for number, word in enumerate(_NUMBERS, start=1):
        text = re.sub(rf"\b{word} (?={_UNIT})", f"{number} ", text)
    for number, word in enumerate(_ORDINALS, start=1):
        text = re.sub(rf"\bthe {word}\b(?! thing)", f"the {_ordinal(number)}", text)
        text = re.sub(rf"\b{word} of (?=\w)", f"{_ordinal(number)} ", text)
    return " ".join(text.split())


def _ordinal(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"
