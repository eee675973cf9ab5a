"""Reads one message for concern: the seam that receiving calls before its transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from onestep.safety.classifier import BY_SCORE, classify, load_classifier, wish_in
from onestep.safety.fold import fold, has_unreadable_script
from onestep.safety.matching import Found, find, without_harmless
from onestep.safety.reading import Reading
from onestep.safety.requests import request_in
from onestep.safety.rules import RuleBook, has_rules, load
from onestep.safety.units import units
from onestep.safety.verdict import (
    Category,
    Hit,
    Level,
    Request,
    ScreenContext,
    Span,
    Unread,
    Verdict,
)

_EARLIER = 3  # messages joined in front, so that "kill" + "myself" is read as one
_EARLIER_LENGTH = 300  # characters of each
_MEETING = 60  # characters on each side of a border; no rule spans so many
_CONFIRMS_AT_MOST = 8  # words of a "yes, tonight"
_UNFAMILIAR_FROM = 5  # words, none of them English
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
_LAUGHING_EMOJI = re.compile("[\U0001f602\U0001f923\U0001f606\U0001f605]")
_ORDER = {category: place for place, category in enumerate(Category)}


def ready(language: str = "en") -> None:
    """Load the rules and the classifier of a language now, so that a fault stops the start.

    Raises RulesError naming the file, the rule and what is wrong; ModelError when what was
    trained at set-up is missing or is not what was trained.
    """
    load(language)
    load_classifier(language)


def screen(text: str, context: ScreenContext | None = None) -> Verdict:
    """Say what one message asks of us. Pure and quick; needs no transaction, never raises.

    A failure inside gives level unread with `failed` set: the client is told that it could not
    be read and that a person was asked, and the operator hears of it once.
    """
    try:
        return _screen(text, context or ScreenContext())
    except Exception:  # noqa: BLE001  whatever broke, a person must see the message
        return Verdict(level=Level.UNREAD, reason=Unread.RULES_FAILED, failed=True)


def likely_request(text: str, language: str) -> Request:
    """What a message asks for in any words, by a trained score; NONE when nothing is likely.

    A guess, for while the bot is away, which reads it better. Never raises.
    """
    if not has_rules(language):
        return Request.NONE
    try:
        found = find(fold(text), load(language))
    except Exception:  # noqa: BLE001  whatever broke: then nothing was asked for
        return Request.NONE
    return Request(wish_in(units(found.readings), language) or Request.NONE)


def _screen(text: str, context: ScreenContext) -> Verdict:
    if not has_rules(context.language):
        return _without_rules(text)
    book = load(context.language)
    folded = fold(text)
    found = find(folded, book)
    met = _met(folded, found, context, book)
    hits = found.hits + _across(folded, found, met, book)
    reason = _unread_reason(folded, found)
    request = request_in(found.readings, book)
    scored = None
    if _may_be_raised(hits, reason):
        scored = _unless_read(_scored(found, context.language, book), hits)
        if scored is None and not hits and met is not None and not context.noticed:
            scored = _scored_together(met, folded, context.language, book)
    return _verdict(hits, scored, reason=reason, request=request, flags=_flags(text, found))


def _may_be_raised(hits: tuple[Hit, ...], reason: Unread | None) -> bool:
    """Whether a score could add anything: not to what a rule calls *now*, nor in no English."""
    if reason in (Unread.UNREADABLE_SCRIPT, Unread.UNFAMILIAR_LANGUAGE):
        return False
    return all(hit.level is not Level.NOW for hit in hits)


def _unless_read(scored: Hit | None, hits: tuple[Hit, ...]) -> Hit | None:
    """A score raises nothing to *now* in words that a rule has read as denied, past, another's."""
    if scored is None or scored.span is None or scored.level is not Level.NOW:
        return scored
    start, end = scored.span.start, scored.span.end
    read = any(hit.span and hit.span.start < end and start < hit.span.end for hit in hits)
    return Hit(scored.category, Level.SOFT, scored.detail, scored.span) if read else scored


def _scored(found: Found, language: str, book: RuleBook, *, together: bool = False) -> Hit | None:
    """What the classifier raises, also with the harmless words left out.

    `together`: what was found is the ends of two messages, scored as a whole alone.
    """

    def score(readings: tuple[Reading, ...]) -> Hit | None:
        pieces = units(readings)
        return classify(pieces[:1] if together else pieces, language, together=together)

    scored = score(found.readings)
    if scored is None:
        return None
    left = tuple(without_harmless(reading, book) for reading in found.readings)
    return scored if left == found.readings else score(left)


def _scored_together(met: Met, folded: str, language: str, book: RuleBook) -> Hit | None:
    """What a short message raises only as the end of what was written before it: *soft*, no more.

    "he found out where i live" and then "hes outside now": neither rings by itself.
    """
    if len(folded) > _MEETING:  # such a one says what it says
        return None
    scored = _scored(met.found, language, book, together=True)
    if scored is None:
        return None
    return replace(scored, level=Level.SOFT, span=Span(0, len(folded)))


def _without_rules(text: str) -> Verdict:
    """A language we have no rules for: a person reads it, unless there are no words at all."""
    if not any(char.isalnum() for char in text):
        return Verdict()
    return Verdict(level=Level.UNREAD, reason=Unread.LANGUAGE_WITHOUT_RULES)


@dataclass(frozen=True)
class Met:
    """The end of what was written before and the beginning of this message, read as one."""

    before: str  # folded; the whole of it
    border: int  # where this message begins in what was read
    found: Found


def _met(folded: str, found: Found, context: ScreenContext, book: RuleBook) -> Met | None:
    """Read the ends that meet; None where nothing was written before, or nothing is now."""
    earlier = [fold(one[-_EARLIER_LENGTH:]) for one in context.earlier[-_EARLIER:] if one]
    if not earlier or not any(reading.words for reading in found.readings):
        return None
    before = "\n".join(earlier) + "\n"
    close = before[-_MEETING:]
    return Met(before, len(close), find(close + folded[:_MEETING], book))


def _across(folded: str, found: Found, met: Met | None, book: RuleBook) -> tuple[Hit, ...]:
    """Find what only the earlier messages and this one together say."""
    if met is None:
        return ()
    spans = ((hit, hit.span) for hit in met.found.hits if hit.span)
    hits = [_moved(hit, met.border) for hit, at in spans if at.start < met.border < at.end]
    if _confirms(found, book) and (old := find(met.before, book).hits):
        last = max(old, key=lambda hit: (hit.level is Level.NOW, -_ORDER[hit.category]))
        hits.append(Hit(last.category, Level.NOW, "confirmed", Span(0, len(folded))))
    return tuple(hits)


def _moved(hit: Hit, border: int) -> Hit:
    end = hit.span.end - border if hit.span else 0
    return Hit(hit.category, hit.level, hit.detail, Span(0, end))


def _confirms(found: Found, book: RuleBook) -> bool:
    """Say whether the whole message is a "yes, tonight", an "I mean it"."""
    words = [word for reading in found.readings for word in reading.words]
    if not 0 < len(words) <= _CONFIRMS_AT_MOST or set(words) & book.slot("not"):
        return False
    small = book.slot("confirms_with") | book.slot("confirms")
    return set(words) <= small and bool(set(words) & book.slot("confirms"))


def _unread_reason(folded: str, found: Found) -> Unread | None:
    if has_unreadable_script(folded):
        return Unread.UNREADABLE_SCRIPT
    written = sum(reading.written for reading in found.readings)
    if written >= _UNFAMILIAR_FROM and written == sum(r.unfamiliar for r in found.readings):
        return Unread.UNFAMILIAR_LANGUAGE
    return Unread.TOO_LONG if found.cut else None


def _flags(text: str, found: Found) -> frozenset[str]:
    flags = {"emoji"} if _EMOJI.search(text) else set()
    if _LAUGHING_EMOJI.search(text) or any(reading.laughter for reading in found.readings):
        flags.add("laughter")
    return frozenset(flags)


def _verdict(
    hits: tuple[Hit, ...],
    scored: Hit | None,
    *,
    reason: Unread | None,
    request: Request,
    flags: frozenset[str],
) -> Verdict:
    """Let the loudest hit lead, a rule's before a score; unread only when nothing was found."""
    if not hits and scored is None:
        level = Level.UNREAD if reason else Level.NONE
        return Verdict(level=level, request=request, flags=flags, reason=reason)
    every = hits if scored is None else (*hits, scored)
    lead = min(every, key=_loudness)
    by_score = lead is scored
    return Verdict(
        level=lead.level,
        by="score" if by_score else "rule",
        category=lead.category,
        detail=lead.detail,
        matched=_matched(every if by_score else hits, lead),
        request=request,
        hits=every,
        flags=flags,
        reason=reason,
    )


def _loudness(hit: Hit) -> tuple[bool, bool, int]:
    return hit.level is not Level.NOW, hit.detail.startswith(BY_SCORE), _ORDER[hit.category]


def _matched(hits: tuple[Hit, ...], lead: Hit) -> tuple[Span, ...]:
    """Join the spans that overlap among the hits of the leading level."""
    joined: list[Span] = []
    for span in sorted(hit.span for hit in hits if hit.span and hit.level is lead.level):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return tuple(joined)
