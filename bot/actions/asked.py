"""What a text asks of us, and whether it is sure enough to win over an open question."""

from __future__ import annotations

import re

from actions.ask import CHOICES
from actions.exact import (
    CALLS_OFF,
    answer_in,
    asks_to_strike,
    asks_us,
    asks_who_this_is,
    cross_with_us,
    done_with_us,
    not_then,
    not_today,
    phone_is_back,
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
    NEEDED,
    NOT_A_DETOUR_FROM,
    REQUESTS,
    SAID_OUTRIGHT_WINS,
    SURE,
)
from actions.turn import Turn
from actions.wishes import wishes_for_company

# Longer texts are told things more often than they are requests.
SURE_WHEN_LONG = 0.80
LONG = 12
# Chat beside an open question is short and, unless it greets or thanks, speaks to us; other
# words are somebody answering ("cups of tea and the telly").
CHAT_WORDS = 7
GREETING_WORDS = 3
CHAT_SURE = 0.80
# Moving on is asked about from here on; inside an answer more is needed before it is asked.
MOVED_ON_LIKELY, MOVED_ON_IN_AN_ANSWER, MOVED_ON_SURE = 0.50, 0.75, 0.90
_OUR_TEXTS = re.compile(r"\b(text|texts|texting|message|messages|msg|msgs)\b", re.IGNORECASE)
INSULT_SURE, INSULT_WORDS = 0.70, 10
_TO_US = re.compile(r"\b(you|u|your|ur|ya|youre|bot|robot|fuck|piss|shut)\b|\?", re.IGNORECASE)

# Requests to be left alone with a question.
LET_BE = frozenset({"skip", "later", "not_today"})
# Someone is to ring somebody else, or a session is moved: not a wish to talk to a person here.
NOT_FOR_US = frozenset({"ask_someone_else", "practical_matter", "session_matter"})
FOR_SOMEBODY = frozenset({"ask_coach", "ask_someone_else"})


def request_of(turn: Turn) -> str | None:
    """What the client asks of us, when it is sure enough to win over an open question."""
    reading = turn.reading
    spared = NOT_A_DETOUR_FROM.get(turn.open_asks or "", set())
    sure = _sure_request(reading.text, reading.intent, reading.confidence, turn)
    if turn.open_asks in SAID_OUTRIGHT_WINS and _said_outright(reading.text, sure):
        return sure
    parts = [sure] if sure else _part_requests(turn)
    return next((name for name in parts if name.removesuffix("_unsure") not in spared), None)


def _said_outright(text: str, request: str | None) -> bool:
    """Whether a whole message is the request, or it speaks of us or of our texts."""
    ours = done_with_us(text) or bool(_OUR_TEXTS.search(text))
    return request_in(text) is not None or (bool(request) and ours)


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
    if _is_no_request(text, intent, confidence, turn):
        return None
    if intent == "moved_on":
        return _moved_on(confidence, turn)
    return intent if confidence >= needed(intent, turn.reading.words) else None


def needed(intent: str, words: int) -> float:
    """How sure the model has to be of a request in so many words; below it, it is the answer."""
    short = NEEDED.get(intent, SURE)
    return max(short, SURE_WHEN_LONG) if words > LONG else short


def _is_no_request(text: str, intent: str, confidence: float, turn: Turn) -> bool:
    """Whether a label is not believed, however sure the model is, for what else is there."""
    marks = turn.reading.marks
    if intent in CHAT:
        return bool(turn.open_asks) and not _is_chat(turn, intent, confidence)
    if intent in FOR_SOMEBODY:
        return _only_wishes(text, turn)
    if intent == "ask_question":
        return bool(marks.get("also"))  # a matter for a person, put as a question
    if intent in LET_BE:
        tells_of_the_day = intent == "not_today" or not turn.open_asks
        return tells_of_the_day and bool(marks.get("hard"))  # "can't face today"
    return intent == "ask_who_is_this" and not asks_who_this_is(text)


def _moved_on(confidence: float, turn: Turn) -> str | None:
    """Contact ends at once only where nothing is asked and little doubt is left."""
    if turn.open_asks:
        return "moved_on_unsure" if confidence >= MOVED_ON_IN_AN_ANSWER else None
    if confidence >= MOVED_ON_SURE:
        return "moved_on"
    return "moved_on_unsure" if confidence >= MOVED_ON_LIKELY else None


def _by_our_rules(text: str, intent: str, turn: Turn) -> str | None:
    """Requests our own rules read for certain, whatever the model makes of them."""
    coach = str(turn.context.get("coach") or "")
    rules = (
        ("relapse_or_resume", relapse_or_resume(text)),
        ("strike", asks_to_strike(text)),
        ("moved_on_unsure", done_with_us(text)),
        ("greet", phone_is_back(text)),
        ("insult", cross_with_us(text) and intent not in FOR_A_PERSON_LABELS),
        ("not_today", _calls_it_off(text, turn) or not_today(text)),
        ("other_person", somebody_elses_hand(text)),
        ("not_then", not_then(text)),
        (
            "ask_coach",
            intent not in NOT_FOR_US
            and wants_a_person(text, coach)
            and not _only_wishes(text, turn),
        ),
        (request_in(text), True),
        ("thanks", intent not in REQUESTS and _only_thanks(text, turn)),
    )
    found = next((name for name, said in rules if name and said), None)
    return found or _asked_of_us(text, intent, turn)


def _only_wishes(text: str, turn: Turn) -> bool:
    """Whether somebody is wished for, as an answer, and nobody asked for here."""
    coach = str(turn.context.get("coach") or "")
    return wishes_for_company(text, turn.open_asks, coach)


def _calls_it_off(text: str, turn: Turn) -> bool:
    """CANCEL, END or QUIT in a chat: a no to a choice, and to words "not today"."""
    return bool(turn.open_asks) and turn.open_asks not in CHOICES and plain(text) in CALLS_OFF


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
