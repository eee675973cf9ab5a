"""Checks a text against the fifteen conduct lines. Whole conversations: sequence.py.

A line of conduct is a rule with a number and a name. What can be found by words is in
conduct_rules/<language>.yml; what takes counting is here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from onestep.content.catalogue import LONGEST_LABEL
from onestep.content.conduct_rules import Conduct, Rule, has_rules, rules
from onestep.content.gsm import SEGMENTS_AT_MOST, is_gsm7, segments, straighten

__all__ = [
    "Breach",
    "breach",
    "check_text",
    "has_rules",
    "is_crisis",
    "quote_breach",
    "sms_breaches",
    "unsaid",
]

SMS = "sms"
LONGEST_MESSAGE = 320
QUOTE_WORDS = range(3, 13)
COMMAS_AT_MOST = 3
_PLACE = "~"
_QUOTED = re.compile(r'"([^"]*)"')
_CHOICE_LINE = re.compile(r"^\d{1,2} \S.*$", re.MULTILINE)
# Which fixed crisis texts are exempt from: the conduct page, its heading.
_FIXED_EXEMPT = frozenset({Conduct.NO_ADVICE, Conduct.ONE_QUESTION})


@dataclass(frozen=True)
class Breach:
    """A conduct line that a text or a conversation does not keep."""

    rule: Conduct
    name: str
    why: str

    def __str__(self) -> str:
        return f"conduct {self.rule.value} ({self.name}): {self.why}"


def check_text(  # noqa: PLR0913 - what is known of a message, each named at the call
    text: str,
    *,
    client_spans: Sequence[str] = (),
    key: str | None = None,
    channel: str = "telegram",
    started: bool = False,
    discreet: bool = False,
    fixed: bool | None = None,
    language: str = "en",
    allowed: Collection[str] = (),
) -> list[Breach]:
    """Every breach in one message.

    client_spans: the client's exact words inside it, which no rule touches. key: the utterance,
    where known. started: the bot begins the talk with it. fixed: one of the fixed crisis texts
    (worked out from the key when not said). allowed: words of rule 12 the service chose to use.
    """
    crisis = is_crisis(key) if fixed is None else fixed
    whole = straighten(text)
    ours = _without_spans(whole, client_spans)
    found = list(_by_words(ours, language, allowed, in_secret=started and discreet))
    found += _shape(ours, crisis=crisis)
    found += _quotes(ours, whole, client_spans, language, started=started)
    if channel == SMS:
        found += sms_breaches(text, crisis=crisis)
    found += _by_key(whole, key, language)
    return [b for b in found if not (crisis and b.rule in _FIXED_EXEMPT)]


def quote_breach(quote: str, *, language: str = "en") -> str | None:
    """Why these words of a client may not be given back to them (rule 4), or None."""
    words = quote.split()
    if len(words) not in QUOTE_WORDS:
        return f"{len(words)} words, not 3 to 12"
    if '"' in straighten(quote) or any(sign in quote for sign in "\n\r"):
        return "quotation marks or lines inside it"
    for why, pattern in rules(language).quotes.items():
        if pattern.search(straighten(quote)):
            return f"holds a word of the kind: {why}"
    return None


def breach(line: Conduct, why: str, *, language: str = "en") -> Breach:
    """A breach with the rule's own name."""
    return Breach(line, rules(language).by_number[line].name, why)


def unsaid(text: str, key: str, *, language: str = "en", filled: bool = False) -> Iterator[Breach]:
    """What a line that has to say something (rule 14) leaves out.

    Filled: its values are in, so only our own words are sought.
    """
    for pattern in rules(language).says.get(key, ()):
        if filled and pattern.pattern.startswith("\\{promise"):
            continue
        if not pattern.search(straighten(text)):
            yield breach(
                Conduct.SAYS_WHAT_IT_IS,
                f"{key} does not say {pattern.pattern!r}",
                language=language,
            )


def is_crisis(key: str | None) -> bool:
    """Whether this is one of the fixed crisis texts."""
    return bool(key) and str(key).startswith(
        ("concern_now", "concern_maybe", "concern_receipt", "promise_")
    )


def _without_spans(text: str, spans: Sequence[str]) -> str:
    for span in sorted(spans, key=len, reverse=True):
        if span.strip():
            text = text.replace(straighten(span), _PLACE)
    return text


def _by_words(
    text: str, language: str, allowed: Collection[str], *, in_secret: bool
) -> Iterator[Breach]:
    for rule in rules(language).by_number.values():
        if rule.number is Conduct.DISCREET and not in_secret:
            continue
        for why, found in _hits(rule, text):
            if rule.number is Conduct.STAGE_WORDS and found.lower() in allowed:
                continue
            yield Breach(rule.number, rule.name, f"{why}: {found.strip()!r}")


# The same few hundred lines are checked again and again when whole conversations are, and all of
# them when content is loaded anew: a cache that holds fewer than rules times lines holds nothing.
@lru_cache(maxsize=16384)
def _hits(rule: Rule, text: str) -> tuple[tuple[str, str], ...]:
    for pattern in rule.leave:
        text = pattern.sub("·", text)
    found = ((why, pattern.search(text)) for why, pattern in rule.find)
    return tuple((why, match[0]) for why, match in found if match)


def _shape(text: str, *, crisis: bool) -> Iterator[Breach]:
    """Rule 3.

    How many questions, how long, no lists. Numbered choices are not part of what is counted.
    """
    said = _CHOICE_LINE.sub("", text)
    if said.count("?") > 1:
        yield breach(Conduct.ONE_QUESTION, f"{said.count('?')} questions in one message")
    if len(said) > LONGEST_MESSAGE and not crisis:
        yield breach(Conduct.ONE_QUESTION, f"{len(said)} letters long (at most {LONGEST_MESSAGE})")
    if re.search(r"^\s*[-*•]\s", said, re.MULTILINE):
        yield breach(Conduct.ONE_QUESTION, "a list")
    for sentence in re.split(r"[.?!]", said):
        if sentence.count(",") > COMMAS_AT_MOST:
            yield breach(Conduct.ONE_QUESTION, "a list in a sentence")
    if any(len(line) > LONGEST_LABEL + 4 for line in _CHOICE_LINE.findall(text)):
        yield breach(Conduct.ONE_QUESTION, "a choice too long to read at a glance")


def _quotes(
    ours: str, whole: str, spans: Sequence[str], language: str, *, started: bool
) -> Iterator[Breach]:
    """Rules 4 and 5.

    Only the client's own words stand in quotation marks, and only some of those.
    """
    for quoted in _QUOTED.findall(ours):
        if quoted.strip(" .,~") and _PLACE not in quoted:
            yield breach(
                Conduct.OWN_WORDS,
                f"quotation marks round words that are not the client's: {quoted!r}",
            )
    given_back = [span for span in spans if f'"{straighten(span)}"' in whole]
    for span in given_back:
        reason = quote_breach(span, language=language)
        if reason:
            yield breach(Conduct.OWN_WORDS, f"gives back {reason}")
    if started and given_back:
        yield breach(Conduct.EARLIER_WORDS, "the bot begins with the client's earlier words")


def sms_breaches(text: str, *, crisis: bool) -> Iterator[Breach]:
    """Line 13: in the alphabet of a text message, in two parts at most."""
    if not is_gsm7(text):
        yield breach(Conduct.SMS, "a sign outside GSM-7")
    elif segments(text).count > SEGMENTS_AT_MOST and not crisis:
        yield breach(Conduct.SMS, f"{segments(text).count} text messages long")


def _by_key(text: str, key: str | None, language: str) -> Iterator[Breach]:
    if key:
        yield from unsaid(text, key, language=language, filled=True)
    if key and key.startswith("close") and "?" in text:
        yield breach(Conduct.DISCREET, "a close that asks")
