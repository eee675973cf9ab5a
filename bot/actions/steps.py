"""The steps of a form's turn: take what was heard, choose the next question, put it."""

from __future__ import annotations

from actions.answers import EMPTY
from actions.ask import FREE, QUESTIONS, ask
from actions.detours import skip, take_detour
from actions.extract import Heard
from actions.facts import read_facts
from actions.handlers import HANDLERS
from actions.kinds import Nature, Sort
from actions.plan import next_question
from actions.talk import MOST_TIMES, Talk
from actions.unprompted import take_unprompted

KEPT = "utter_noticing_kept"


def take(talk: Talk, heard: Heard) -> None:
    """Let what was heard change the talk: an answer, a choice, a request, or unprompted words."""
    asks = talk.turn.open_asks
    if _gentle(talk, heard):
        talk.set(gentle=True)
    if heard.sort is Sort.DETOUR:
        take_detour(talk, str(heard.request))
        return
    if asks and talk.turn.key == "skip":
        take_detour(talk, "skip")
    elif asks:
        HANDLERS[asks](talk, heard)
    else:
        take_unprompted(talk, heard)
    _count_empty(talk, heard, asks)
    if heard.request:
        take_detour(talk, heard.request)
    elif asks not in FREE and heard.nature is Nature.TOLD and heard.sort is Sort.ANSWER:
        talk.set(told_now=True)


def _gentle(talk: Talk, heard: Heard) -> bool:
    """The screen asks for gentleness; but a letter passed on plainly is not met as a crisis."""
    soft = (talk.turn.context.get("screen") or {}).get("level") == "soft"
    return soft and heard.nature not in {Nature.PRACTICAL, Nature.SESSION}


def _count_empty(talk: Talk, heard: Heard, asks: str | None) -> None:
    """Two answers in a row with nothing in them: no third push. "No one" counts for neither."""
    if heard.nature is Nature.NO_ONE or asks in FREE:
        return
    # A bare "10" may read as "ok": on the scale a number is never an empty answer.
    number = asks == "scale" and talk.turn.reading.marks.get("number") is not None
    empty = heard.sort is Sort.ANSWER and heard.nature in EMPTY and not number
    talk.set(empty=int(talk.get("empty") or 0) + 1 if empty else None)


def next_asks(talk: Talk) -> str | None:
    """The next question: one that comes back, else the plan's; never a third time."""
    if talk.get("closing"):
        return None
    back = talk.get("back")
    if back and not talk.get("service"):
        if not talk.settled(back) and _may_come_back(talk, back):
            return str(back)
        _let_go(talk, back)
        talk.set(back=None, closing=None if _next(talk) else "left_open")
    return None if talk.get("closing") else _next(talk)


def _next(talk: Talk) -> str | None:
    """The plan's next question; one that was put twice is let go on the way."""
    asks = next_question(read_facts(talk, QUESTIONS))
    while asks is not None and not _may_come_back(talk, asks):
        _let_go(talk, asks)
        asks = next_question(read_facts(talk, QUESTIONS))
    return asks


def _may_come_back(talk: Talk, asks: str) -> bool:
    """Once; but whoever asks who reads this before a yes or no is still asked for it."""
    return asks == "consent" or talk.times_asked(asks) < MOST_TIMES


def _let_go(talk: Talk, asks: str) -> None:
    if talk.settled(asks):
        return
    skip(talk, asks)
    talk.settle(asks, "let_go")


def put(talk: Talk, asks: str) -> None:
    """Ask it; thank for what was told when no words of it are given back, every other time."""
    areas = list(talk.turn.context.get("areas_due") or [])
    if asks == "rating_stage" and not talk.get("area"):
        talk.set(area=areas[0]["key"])
    if asks == "shown_up":
        talk.set(shown_done=True)  # once a step, answered or not
    silent = not talk.replies
    back = talk.get("back") == asks
    ask(talk, asks, back=back)
    if back:
        talk.set(back=None)
    if "quote" in talk.replies[-1]["values"]:  # their own words say that they are kept
        talk.replies[:] = [one for one in talk.replies if one["response"] != KEPT]
    if silent and asks not in FREE and talk.get("told_now"):
        _thank(talk)
    talk.set(told_now=None)


def _thank(talk: Talk) -> None:
    if "quote" in talk.replies[-1]["values"]:
        return
    if not talk.get("thanked"):
        talk.replies.insert(0, {"response": "utter_receipt_plain", "values": {}})
    talk.set(thanked=None if talk.get("thanked") else True)
