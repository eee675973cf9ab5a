"""Wishes for company: answers to a question about hopes, and no request for a person here."""

from __future__ import annotations

import re

from actions.exact import plain

# The questions that ask what they hope for, or what it would be like.
ABOUT_WISHES = frozenset({
    "best_hopes", "hopes_difference", "difference", "instead", "scale_in", "scale_up", "keep",
    "step",
})  # fmt: skip
_BEGINS = (
    r"(well|oh|um|erm|just|maybe|probably|mainly|honestly|to be honest|tbh|i hope|hope|"
    r"hopefully|so|that|"
    r"its|like)"
)
# "I'd have someone to ring", "there'd be somebody": how it would be.
_WOULD_BE = re.compile(
    rf"({_BEGINS} )*(id|i would|id have|wed|we would|thered|there would|itd|i could|i wouldnt|"
    r"they would|theyd|hed|shed) "
    r"(just |also |always |then |finally |actually |still )*"
    r"(?!(really |much )?(like|love|rather|prefer|want|need|appreciate|sooner|be (grateful|glad)|"
    r"do with)\b)\w"
)
_THEM = (
    r"(someone|somebody|anyone|anybody|people|person|one person|friends?|mates?|company|folks?|"
    r"someone else|others)"
)
# "Someone to talk to", "having people round": what they would like to have.
_TO_HAVE = re.compile(
    rf"({_BEGINS} |to |be able to |being able to |i |id |want |wanna |love |wish |would |had |"
    r"have |having |get |getting |find |finding |like |knowing |theres |there is |there being |"
    rf"a |an |some |more |one |bit of |real )*{_THEM}\b"
    r"( (nice|good|decent|kind|close|new))?"
    r"( (i|that|who|whos|there|round|around|near|nearby|beside|with|to (?!(ring|call|phone) "
    r"(me|us)\b)\w+|when|like|in|at)\b|$)"
)
_NOW_AND_THEN = re.compile(
    r"\b(now and then|sometimes|once in a while|now and again|of an evening)\b"
)
_TO_BE_ABLE = re.compile(
    rf"({_BEGINS} )*((i (just )?want )?to be able to|be able to|being able to|talking|speaking|"
    r"ringing|phoning|seeing|not having to|to (talk|speak|ring|phone|call|see)) "
)
# Asked for here and now, whatever else it sounds like.
_HERE_AND_NOW = re.compile(
    r"\b(please|pls|plz|now(?! and)|today|tonight|asap|urgent|urgently|straight away|human|"
    r"robot)\b|"
    r"\b(ring|call|phone|text) (me|us)\b(?! (now and|sometimes|once|of an))|"
    r"^(can|could|will|would|may) (i|we|you|someone|somebody|anyone|anybody)\b"
)


def wishes_for_company(text: str, asks: str | None, coach: str) -> bool:
    """Whether these words, as an answer, wish for somebody and do not ask us for one.

    Only where a question stands open, and never where the coach is named or it is asked for here
    and now: unsure means a person.
    """
    words = plain(text)
    if asks is None or _HERE_AND_NOW.search(words) or _names(words, coach):
        return False
    if _WOULD_BE.match(words):
        return True
    wishing = _TO_HAVE.match(words) or _TO_BE_ABLE.match(words) or _NOW_AND_THEN.search(words)
    return asks in ABOUT_WISHES and bool(wishing)


def _names(words: str, coach: str) -> bool:
    called = {"coach", *plain(coach).split()}
    return bool(called.intersection(words.split()))
