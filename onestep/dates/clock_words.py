"""The time of day in British English: "half 7", "thurs 9", "tomorrow morning"."""

import re
from dataclasses import dataclass
from datetime import time

# When a part of the day is meant and no hour is said, and when that part is over. Judgement;
# what is made of it is said back to the client.
PARTS = {
    "first thing": (time(9), time(11)),
    "morning": (time(9), time(12)),
    "lunchtime": (time(12), time(14)),
    "midday": (time(12), time(13)),
    "noon": (time(12), time(13)),
    "afternoon": (time(14), time(18)),
    "tonight": (time(19), time(23)),
    "evening": (time(19), time(23)),
    "night": (time(19), time(23)),
}
# An hour without am or pm: up to six it is the afternoon, from seven the morning.
_LAST_AFTERNOON_HOUR = 6
_NOON = 12
_HOUR = r"(?P<hour>2[0-3]|1\d|0?\d)"
_END = r"(?![\d/.:-]|\s*(?:st|nd|rd|th)\b)"
# Tried in order; the words that were read are taken out of the text.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:at )?(?P<past>half past|half|quarter past|quarter to) {_HOUR}{_END}",
        rf"\b(?:at )?{_HOUR}(?:[:.](?P<minute>[0-5]\d))? ?(?P<half>am|pm)\b",
        rf"\b(?:at )?{_HOUR} ?o'?clock\b",
        rf"\b(?:at )?{_HOUR}:(?P<minute>[0-5]\d){_END}",
        rf"\bat {_HOUR}(?:\.(?P<minute>[0-5]\d))?{_END}",
        rf"(?:(?<=day )|(?<=tomorrow )){_HOUR}\.(?P<minute>[0-5]\d){_END}",
        rf"(?:(?<=day )|(?<=tomorrow ))(?P<hour>1[0-2]|0?[1-9]){_END}$",
        rf"^after (?P<hour>1[0-2]|0?[1-9])(?= tonight|$){_END}",
        rf"^{_HOUR} (?=tonight|tomorrow){_END}",
        rf"(?<=tonight ){_HOUR}{_END}$",
    )
)
_PART = re.compile(r"\b(?:in the |this |the )?(" + "|".join(PARTS) + r")\b")
_MINUTES = {"half past": 30, "half": 30, "quarter past": 15, "quarter to": -15}


@dataclass(frozen=True)
class Clock:
    """A time of day. `sure` is false where am or pm was guessed.

    `over` is the end of the part of the day that was meant, where no hour was said.
    """

    at: time
    sure: bool = True
    over: time | None = None


def take_clock(text: str) -> tuple[str, Clock | None]:
    """Return `text` without the words of a time of day, and that time.

    `text` is lower case with single spaces and full weekday names.
    """
    part = None if text.startswith(("not ", "no more ")) else _PART.search(text)
    for pattern in _PATTERNS:
        found = pattern.search(text)
        if found:
            clock = _clock(found.groupdict(), part.group(1) if part else "")
            rest = _without_part(_cut(text, found))
            return rest, clock
    if part:
        begins, over = PARTS[part.group(1)]
        return _without_part(text), Clock(begins, over=over)
    return text, None


def _clock(said: dict[str, str | None], part: str) -> Clock:
    hour, minute = int(said["hour"] or 0), int(said.get("minute") or 0)
    half = said.get("half")
    shift = _MINUTES.get(said.get("past") or "", 0)
    if half:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    sure = bool(half) or hour > _NOON or (said["hour"] or "").startswith("0")
    if not sure:
        late = part in ("tonight", "evening", "night", "afternoon")
        early = part in ("morning", "first thing")
        sure = late or early
        if hour < _NOON and (late or (not early and hour <= _LAST_AFTERNOON_HOUR)):
            hour += _NOON
    total = (hour * 60 + minute + shift) % (24 * 60)
    return Clock(time(total // 60, total % 60), sure=sure)


def _without_part(text: str) -> str:
    # "tonight" alone says which day as well.
    text = re.sub(r"\b(?:later )?tonight\b|\bthis (?=morning|afternoon|evening)", "today ", text)
    return _tidy(_PART.sub(" ", text))


def _cut(text: str, found: re.Match[str]) -> str:
    return _tidy(text[: found.start()] + " " + text[found.end() :])


def _tidy(text: str) -> str:
    return re.sub(r"\b(?:at|on|the)$", "", " ".join(text.split())).strip()
