"""What a text asks of us, and whether it is sure enough to win over an open question."""

from __future__ import annotations

import re

from actions.exact import (
    answer_in,
    asks_to_strike,
    asks_us,
    asks_who_this_is,
    not_then,
    plain,
    relapse_or_resume,
    request_in,
    somebody_elses_hand,
    wants_a_person,
)
from actions.kinds import (
    CHAT,
    FOR_A_PERSON_LABELS,
    GRAVE,
    NOT_A_DETOUR_FROM,
    REQUESTS,
    SAID_OUTRIGHT_WINS,
)
from actions.turn import Turn

# A request wins over an open free-text question only from here on; below it the text IS the
# answer. To be set by measurement on held-out sentences (docs/decisions has the table).
SURE = 0.65
# Longer texts are told things more often than they are requests.
SURE_WHEN_LONG = 0.80
LONG = 12
# Chat beside an open question is short and, unless it greets or thanks, speaks to us; other
# words are somebody answering ("cups of tea and the telly").
CHAT_WORDS = 7
GREETING_WORDS = 3
CHAT_SURE = 0.80
_OUR_TEXTS = re.compile(r"\b(text|texts|texting|message|messages|msg|msgs)\b", re.IGNORECASE)
INSULT_SURE, INSULT_WORDS = 0.70, 10
_TO_US = re.compile(r"\b(you|u|your|ur|ya|youre|bot|robot|fuck|piss|shut)\b|\?", re.IGNORECASE)

# Someone is to ring somebody else, or a session is moved: not a wish to talk to a person here.
NOT_FOR_US = frozenset({"ask_someone_else", "practical_matter", "session_matter"})


def request_of(turn: Turn) -> str | None:
    """What the client asks of us, when it is sure enough to win over an open question."""
    reading = turn.reading
    spared = NOT_A_DETOUR_FROM.get(turn.open_asks or "", set())
    sure = _sure_request(reading.text, reading.intent, reading.confidence, turn)
    if turn.open_asks in SAID_OUTRIGHT_WINS and _said_outright(reading.text, sure):
        return sure
    parts = [sure] if sure else _part_requests(turn)
    return next((name for name in parts if name not in spared), None)


def _said_outright(text: str, request: str | None) -> bool:
    """Whether a whole message is the request, or it speaks of our texts."""
    return request_in(text) is not None or (bool(request) and bool(_OUR_TEXTS.search(text)))


def _part_requests(turn: Turn) -> list[str]:
    """Requests made by one message of a burst; chat beside other things is not one."""
    found = (
        _sure_request("", intent, confidence, turn) for intent, confidence in turn.reading.parts
    )
    return [name for name in found if name and name not in CHAT]


def _sure_request(text: str, intent: str, confidence: float, turn: Turn) -> str | None:
    said = _by_our_rules(text, intent, turn)
    if said or answer_in(text) or intent not in REQUESTS | CHAT:
        return said
    if intent in CHAT and turn.open_asks and not _is_chat(turn, intent, confidence):
        return None
    if intent == "ask_who_is_this" and not asks_who_this_is(text):
        return None
    long = turn.reading.words > LONG
    needed = max(SURE_WHEN_LONG if long else SURE, GRAVE.get(intent, 0.0))
    if intent == "moved_on" and not turn.open_asks:
        needed = SURE  # nothing open: it is no answer to anything
    return intent if confidence >= needed else None


def _by_our_rules(text: str, intent: str, turn: Turn) -> str | None:
    """Requests our own rules read for certain, whatever the model makes of them."""
    coach = str(turn.context.get("coach") or "")
    rules = (
        ("relapse_or_resume", relapse_or_resume(text)),
        ("strike", asks_to_strike(text)),
        ("other_person", somebody_elses_hand(text)),
        ("not_then", not_then(text)),
        ("ask_coach", intent not in NOT_FOR_US and wants_a_person(text, coach)),
        (request_in(text), True),
        ("thanks", intent not in REQUESTS and _only_thanks(text, turn)),
    )
    found = next((name for name, said in rules if name and said), None)
    return found or _asked_of_us(text, intent, turn)


def _only_thanks(text: str, turn: Turn) -> bool:
    """Thanks with kind words beside it, and nothing told."""
    marks, words = turn.reading.marks, plain(text)
    told = marks.get("told") or marks.get("did") or marks.get("also") or marks.get("hard")
    thanked = words.startswith(("thank you", "thanks", "thank u", "cheers", "diolch"))
    return thanked and len(words.split()) <= LONG and not told


def _asked_of_us(text: str, intent: str, turn: Turn) -> str | None:
    """A question to us is no noticing: what the model takes it for, else it is chat."""
    marks = turn.reading.marks
    if (
        not asks_us(text)
        or marks.get("told")
        or marks.get("also")
        or intent in FOR_A_PERSON_LABELS
    ):
        return None
    asked = intent in REQUESTS | CHAT and intent not in GRAVE
    if intent == "insult" and turn.reading.confidence < INSULT_SURE:
        asked = False
    return intent if asked else "small_talk"


def _is_chat(turn: Turn, intent: str, confidence: float) -> bool:
    """Whether words beside an open question are chat with us and no answer to it."""
    words = turn.reading.words
    if intent == "insult":
        return confidence >= INSULT_SURE and words <= INSULT_WORDS
    if confidence < CHAT_SURE or words > CHAT_WORDS:
        return False
    if intent in {"greet", "thanks"}:
        return words <= GREETING_WORDS
    return bool(_TO_US.search(turn.reading.text))
