"""How a question is put: which utterance, which words are given back, which choices go with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from actions.plan import ALWAYS, ENDING, FIRST_CONTACT, HARD, ORDINARY, RATING, STEP, UNPROMPTED
from actions.talk import Talk

TABLES = (ALWAYS, FIRST_CONTACT, HARD, ORDINARY, RATING, STEP, ENDING, UNPROMPTED)
QUESTIONS = frozenset(line.asks for table in TABLES for line in table)
# Part of another question, or asked because the client asked for something: not in the budget.
FREE = frozenset(line.asks for table in TABLES for line in table if line.costs == 0)

# Prompt meaning -> utterance, where the two differ.
SAYS = {
    "hopes_person": "hopes_loss", "best_hopes": "ask_best_hopes", "consent": "consent_again",
    "hard_coach": "offer_coach", "worry_when": "worry_offer", "correction": "correction_ask",
    "times": "times_ask", "delete_sure": "delete_sure", "leave_it": "ask_leave_it",
    "start_again": "start_again", "relapse_or_resume": "relapse_or_resume",
    "end_sure": "end_sure",
}  # fmt: skip
# Asked with choices only, or already in other words: said again as they are.
NO_AGAIN = frozenset(SAYS) - {"best_hopes"} | {
    "step_size", "step_easy", "step_much", "step_help", "rating_area", "rating_stage",
}  # fmt: skip
# Said every time, a name sounds like being watched.
BY_NAME_EVERY = 3
_KIN = re.compile(
    r"\b(mum|mam|mom|dad|nan|nana|gran|sister|brother|son|daughter|lad|kids?|partner|wife|husband|"
    r"girlfriend|boyfriend|mate|mates|friend|friends|neighbour|worker|coach|aunt|aunty|uncle)\b"
)
QUOTES = frozenset({"how", "helped", "who", "difference", "hopes_difference"})

CHOICES: dict[str, tuple[str, ...]] = {
    "consent": ("begin", "not_for_me"),
    "hopes_person": ("coach", "not_now"),
    "hard_coach": ("coach", "not_now"),
    "worry_when": ("now", "session"),
    "delete_sure": ("delete_yes", "delete_no"),
    "leave_it": ("carry_on", "leave_it"),
    "start_again": ("yes", "not_yet"),
    "relapse_or_resume": ("start_again", "something_else"),
    "end_sure": ("finish", "carry_on", "coach"),
    "step_size": ("too_easy", "about_right", "too_much"),
    "step_easy": ("leave_it", "more_worth"),
    "step_much": ("smaller", "help"),
    "step_help": ("yes", "no"),
}


def ask(talk: Talk, asks: str, *, back: bool = False) -> None:
    """Put a question. `back` brings it back after a detour; a second time is in other words."""
    again = talk.times_asked(asks) > 0
    values = _values(talk, asks, again=again)
    prompt = {"id": f"{talk.turn.turn_id}:{asks}", "asks": asks}
    if talk.get("area") and asks in {"rating_stage", "rating_tells"}:
        prompt["area"] = talk.get("area")
    reply: dict[str, Any] = {
        "response": f"utter_{_key(talk, asks, again=again, values=values)}",
        "values": values,
        "asks": 0 if back or asks in FREE else 1,
        "prompt": prompt,
    }
    choices = choices_for(talk, asks)
    if choices:
        reply["choices"] = choices
    talk.replies.append(reply)
    if not (back and asks == "consent"):
        talk.note_asked(asks)


def _key(talk: Talk, asks: str, *, again: bool, values: dict[str, Any]) -> str:
    if talk.say_instead:
        return talk.say_instead
    first = None if again else _first_time(talk, asks, values)
    plain = SAYS.get(asks, f"ask_{asks}")
    return first or (f"{plain}_again" if again and asks not in NO_AGAIN else plain)


def _first_time(talk: Talk, asks: str, values: dict[str, Any]) -> str | None:
    """Words for the first asking that depend on how the talk came to it."""
    opener = talk.get("mood") is None and not talk.get("gentle")
    opens = talk.turn.kind == "event"
    said = {
        "consent": "first_cost_begin",
        "start_again": "came_back" if talk.get("came_back") else None,
        "coping": "ask_coping_opener" if opener else None,
        # The opening words say hello: not in the middle of a talk.
        "better": None if opens else "ask_better_beside",
        "what_else": "ask_what_else_kept" if talk.get("mood") == "coped" else None,
        "rating_area": "open_rating_area" if opens else None,
        "rating_stage": "open_rating_stage" if opens else None,
        "who": "ask_who_person" if "person" in values else None,
    }
    return said.get(asks)


def _values(talk: Talk, asks: str, *, again: bool) -> dict[str, Any]:
    """A quotation at most every other question; a name only as the application's list allows."""
    if asks == "rating_stage":
        return {"area": talk.get("area")}
    if asks == "who" and not again and _by_name(talk):
        return {"person": {"people": 0}}
    fits = asks in QUOTES and (asks != "how" or talk.turn.reading.marks.get("quote_is_theirs"))
    quote = None if again or not fits or talk.get("quoted") else talk.quote()
    talk.set(quoted=True if quote else None)
    return {"quote": quote} if quote else {}


def _by_name(talk: Talk) -> bool:
    """Now and then; never when discreet or flagged, nor when they speak of somebody else."""
    turn = talk.turn
    return (
        bool(turn.context.get("people"))
        and not turn.discreet
        and not turn.flagged
        and not talk.get("gentle")
        and not turn.reading.marks.get("people")
        and not _KIN.search(turn.reading.text.lower())
        and int(talk.get("since_scale") or 0) % BY_NAME_EVERY == 1
    )


def choices_for(talk: Talk, asks: str) -> list[dict[str, Any]]:
    """The choices under a question, each with the command it stands for where it has one."""
    if asks == "rating_area":
        return [{"key": area["key"]} for area in talk.turn.context.get("areas_due") or ()]
    if asks == "rating_stage":
        return [_stage(talk, stage) for stage in stages_of(talk)]
    return [_with_command(talk, asks, key) for key in CHOICES.get(asks, ())]


def stages_of(talk: Talk) -> list[str]:
    """The stages of the area being rated."""
    areas = talk.turn.context.get("areas_due") or ()
    return next((list(one["stages"]) for one in areas if one["key"] == talk.get("area")), [])


def _stage(talk: Talk, stage: str) -> dict[str, Any]:
    command = {"command": "record_rating", "area": talk.get("area"), "stage": stage, "words": []}
    return {"key": stage, "command": command}


def _with_command(talk: Talk, asks: str, key: str) -> dict[str, Any]:
    make = COMMANDS.get((asks, key))
    return {"key": key, "command": make(talk)} if make else {"key": key}


def _worry(talk: Talk, when: str) -> dict[str, Any]:
    return {"command": "record_worry", "words": talk.get("about_refs") or [], "when": when}


def _to_coach(_: Talk) -> dict[str, Any]:
    return {"command": "request_hand_off", "to": "coach", "words": []}


COMMANDS: dict[tuple[str, str], Callable[[Talk], dict[str, Any]]] = {
    ("consent", "begin"): lambda talk: {"command": "record_consent", "answer": "yes"},
    ("consent", "not_for_me"): lambda talk: {"command": "record_consent", "answer": "declined"},
    ("hopes_person", "coach"): _to_coach,
    ("hard_coach", "coach"): _to_coach,
    ("worry_when", "now"): lambda talk: _worry(talk, "now"),
    ("worry_when", "session"): lambda talk: _worry(talk, "session"),
    ("delete_sure", "delete_yes"): lambda talk: {"command": "delete_record", "confirmed": True},
    ("start_again", "yes"): lambda talk: {"command": "resume"},
    ("start_again", "not_yet"): lambda talk: {"command": "pause", "date": None},
    ("relapse_or_resume", "start_again"): lambda talk: {"command": "resume"},
    ("end_sure", "finish"): lambda talk: {"command": "end", "words": talk.get("about_refs") or []},
    ("end_sure", "coach"): _to_coach,
    ("leave_it", "leave_it"): lambda talk: {
        "command": "end_check_in", "how": "declined", "until_they_write": True,
    },
    ("step_size", "too_easy"): lambda talk: _size("too_easy"),
    ("step_size", "about_right"): lambda talk: _size("about_right"),
    ("step_size", "too_much"): lambda talk: _size("too_much"),
    ("step_help", "yes"): lambda talk: _help_wanted(wanted=True),
    ("step_help", "no"): lambda talk: _help_wanted(wanted=False),
}  # fmt: skip


def _size(size: str) -> dict[str, Any]:
    return {"command": "record_small_step", "words": [], "size": size}


def _help_wanted(*, wanted: bool) -> dict[str, Any]:
    return {"command": "record_small_step", "words": [], "help_wanted": wanted}
