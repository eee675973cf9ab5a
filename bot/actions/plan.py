"""The plan of a talk: which question comes next, or none, read from one table.

A coach can read the tables from top to bottom: the first line that is wanted, not yet over and
within what may still be asked is the next question. No line wanted means the talk closes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from actions.facts import Facts


@dataclass(frozen=True)
class Line:
    """One question of a plan: when it is wanted, and how many asks it takes and must leave."""

    asks: str
    wanted: Callable[[Facts], bool]
    costs: int = 1
    leaves: Callable[[Facts], int] = lambda facts: 0


# A rating is asked in a talk that has something in it, never after "nothing" or "don't know".
SOMETHING_IN_IT = frozenset({"better", "normal", "same", "coped"})


def _better(facts: Facts) -> bool:
    return facts.mood == "better"


def _rating_alone(facts: Facts) -> bool:
    """A short check-in with a rating due is the rating alone."""
    return facts.short and facts.rating_due and not facts.after_hard


def _rating_soon(facts: Facts) -> bool:
    """A rating that is due stays: the questions before it leave room for it."""
    return facts.rating_due and not (facts.gentle or facts.low or facts.hard or facts.after_hard)


def _room_for_rating(facts: Facts) -> int:
    if not _rating_soon(facts) or facts.over("rating_stage"):
        return 0
    return 1


def _room_after_what_else(facts: Facts) -> int:
    """It gives way to who or the difference, and to an end; after coping it is all there is."""
    return 0 if facts.mood == "coped" else 2 + _room_for_rating(facts)


def _may_look_ahead(facts: Facts) -> bool:
    """A scale or a step: never in a gentle talk, beside a rating, or after a low scale."""
    return _better(facts) and not (facts.gentle or facts.low or facts.rating_due)


def _scale_now(facts: Facts) -> bool:
    """The scale takes the place of keep; it gives way before a step does."""
    return _may_look_ahead(facts) and facts.scale_due and not facts.ends_with_step


def _asked_how(facts: Facts) -> bool:
    return any(facts.over(asks) for asks in ("how", "helped", "what_else"))


def _asked_who_or_difference(facts: Facts) -> bool:
    return any(facts.over(asks) for asks in ("who", "difference"))


def _how_or_helped(facts: Facts) -> bool:
    """Not of luck, a gift or a sign that showed itself, nor of what they would like instead."""
    return (
        _better(facts)
        and not facts.happened
        and not facts.over("instead")
        and not facts.told & {"how", "helped"}
        and not _asked_how(facts)
    )


def _how(facts: Facts) -> bool:
    """How they did it: only of what was plainly theirs to do."""
    return _how_or_helped(facts) and facts.did_it


def _helped(facts: Facts) -> bool:
    """What helped: where nobody said who did it, and every other time where they did."""
    return _how_or_helped(facts) and (facts.odd_time or not facts.did_it)


def _what_else(facts: Facts) -> bool:
    """When how or what helped was told unasked, what else helped, if there is room."""
    if facts.mood == "coped":
        return not _asked_how(facts)
    told = bool(facts.told & {"how", "helped"})
    return _better(facts) and told and not facts.happened and not _asked_how(facts)


def _who(facts: Facts) -> bool:
    """Who noticed, unless told, unless "no one" lately, unless it was luck; alternates."""
    return (
        _better(facts)
        and not facts.over("instead")
        and not _asked_who_or_difference(facts)
        and "who" not in facts.told
        and not facts.rest_from_who
        and not facts.happened
        and (not facts.last_was_who or "difference" in facts.told)
    )


def _difference(facts: Facts) -> bool:
    return (
        _better(facts)
        and not facts.over("instead")
        and not _asked_who_or_difference(facts)
        and "difference" not in facts.told
    )


def _step(facts: Facts) -> bool:
    wanted = _may_look_ahead(facts) and facts.ends_with_step and not facts.full
    return wanted and not facts.over("keep")


def _keep(facts: Facts) -> bool:
    """What to keep as it is: after nothing, normal or the same, at ten, or in place of a step."""
    if facts.rating_due and facts.over("rating_stage"):
        return False
    if facts.rating_due and facts.mood in SOMETHING_IN_IT and _rating_soon(facts):
        return False
    plain = facts.mood in {"nothing", "normal", "same"}
    return plain or (_better(facts) and not facts.over("step") and not facts.over("scale_in"))


def _coping(facts: Facts) -> bool:
    return facts.hard or facts.zero


def _opens_with_coping(facts: Facts) -> bool:
    return facts.after_hard and facts.mood is None


ALWAYS = (
    Line("relapse_or_resume", lambda f: f.service == "relapse_or_resume", costs=0),
    Line("worry_when", lambda f: f.service == "worry_when", costs=0),
    Line("correction", lambda f: f.service == "correction", costs=0),
    Line("times", lambda f: f.service == "times", costs=0),
    Line("delete_sure", lambda f: f.service == "delete_sure", costs=0),
    Line("end_sure", lambda f: f.service == "end_sure", costs=0),
    Line("leave_it", lambda f: f.service == "leave_it", costs=0),
    Line("start_again", lambda f: f.service == "start_again", costs=0),
)

HARD = (
    Line("coping", _coping),
    Line("hard_coach", lambda f: f.hard and not f.over("worry_when"), costs=0),
)

RATING = (
    Line("rating_area", lambda f: f.areas > 1, costs=0),
    Line("rating_stage", lambda f: not (f.areas > 1 and f.way == "no_area")),
    Line("rating_tells", lambda f: f.way == "rated"),
)

STEP = (
    Line("step_size", lambda f: f.step_kind == "try"),
    Line("step_easy", lambda f: f.step_size == "too_easy", costs=0),
    Line("step_more", lambda f: f.way == "more_worth", costs=0),
    Line("step_much", lambda f: f.step_size == "too_much", costs=0),
    Line("step_smaller", lambda f: f.way == "smaller", costs=0),
    Line("step_help", lambda f: f.way == "help", costs=0),
)

ORDINARY = (
    Line("shown_up", lambda f: f.step_to_ask_about and not f.short and not f.after_hard
         and not f.rating_due and f.mood is None, leaves=lambda f: 4),
    Line("coping", _opens_with_coping),
    Line("better", lambda f: f.mood is None and not f.after_hard),
    Line("instead", lambda f: f.absence and f.mood == "better", leaves=_room_for_rating),
    Line("helped", _helped, leaves=_room_for_rating),
    Line("how", _how, leaves=_room_for_rating),
    Line("what_else", _what_else, leaves=_room_after_what_else),
    Line("who", _who, leaves=_room_for_rating),
    Line("you_noticed", lambda f: f.way == "no_one"),
    Line("difference", _difference, leaves=_room_for_rating),
    Line("scale", _scale_now, leaves=lambda f: 1),
    Line("scale_in", lambda f: f.over("scale") and f.way == "number" and not f.full),
    Line("scale_up", lambda f: f.over("scale_in") and f.way == "number" and not f.low),
)  # fmt: skip

ENDING = (
    Line("step", _step),
    Line("keep", _keep),
)

UNPROMPTED = (
    Line("helped", _helped),
    Line("how", _how),
    Line("who", lambda f: _who(f) and not _asked_how(f)),
    Line("difference", lambda f: _difference(f) and not _asked_how(f)),
    Line("you_noticed", lambda f: f.way == "no_one"),
)

FIRST_CONTACT = (
    Line("consent", lambda f: True, costs=0),
    Line("best_hopes", lambda f: f.consented),
    Line("hopes_person", lambda f: f.consented and f.loss, costs=0),
    Line("hopes_difference", lambda f: f.consented and f.mood == "hopes" and not f.loss),
)


def lines(facts: Facts) -> tuple[Line, ...]:
    """The lines that apply to this kind of talk, in order."""
    if facts.form == "first_contact_form":
        return ALWAYS + FIRST_CONTACT
    if facts.hard or facts.zero:
        return ALWAYS + HARD
    if facts.tired:
        return ALWAYS
    if facts.form == "talk_form":
        return ALWAYS + UNPROMPTED
    if _rating_alone(facts):
        return ALWAYS + RATING
    rating = RATING if _rating_soon(facts) and facts.mood in SOMETHING_IN_IT else ()
    ending = ENDING if not (rating and facts.over("rating_stage")) else ()
    return ALWAYS + ORDINARY + rating + (STEP if facts.over("step") else ()) + ending


def next_question(facts: Facts) -> str | None:
    """The next question of the talk, or None: it is time to close."""
    for line in lines(facts):
        if facts.over(line.asks) or not line.wanted(facts):
            continue
        if line.costs == 0 or facts.left >= line.costs + line.leaves(facts):
            return line.asks
    return None
