"""The plan: which question comes next, from kinds and counters alone."""

from __future__ import annotations

from typing import Any

import pytest

from actions.ask import QUESTIONS
from actions.facts import read_facts
from actions.plan import next_question
from actions.talk import Talk
from actions.turn import Reading, Turn

CONTEXT: dict[str, Any] = {"length": "ordinary", "due": [], "areas_due": []}
AREA = {"key": "respect", "stages": ["stuck", "learning"]}


def asks(form: str = "check_in_form", *, left: int = 5, **given: Any) -> str | None:
    """The next question for these slots; names that are context keys go to the context."""
    keys = {"length", "due", "areas_due", "best_hopes", "last_small_step", "last_hard"}
    context = {**CONTEXT, "asks_left": left, **{k: v for k, v in given.items() if k in keys}}
    over = {k: v for k, v in given.items() if k in QUESTIONS}
    known = {k: v for k, v in given.items() if k not in keys | QUESTIONS}
    slots = {**known, "over": over}
    turn = Turn("t1", "text", None, (), Reading("", "", 0.0, (), {}), context, form, None)
    return next_question(read_facts(Talk(turn, slots), QUESTIONS))


BETTER = {"mood": "better", "better": "told"}
HARD = {"mood": "hard", "better": "told"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "better"),
        ({"last_small_step": "x"}, "shown_up"),
        ({"last_small_step": "x", "shown_done": True}, "better"),
        ({"last_small_step": "x", "left": 2, "length": "short"}, "better"),
        ({"last_hard": True}, "coping"),
        (BETTER, "helped"),
        ({**BETTER, "did": "self"}, "how"),
        ({**BETTER, "did": "self", "since_scale": 1}, "helped"),
        ({**BETTER, "did": "happened"}, "difference"),
        ({**BETTER, "absence": True}, "instead"),
        ({**BETTER, "told": ["how"]}, "what_else"),
        ({**BETTER, "told": ["how"], "left": 1}, "who"),
        ({**BETTER, "how": "told"}, "who"),
        ({**BETTER, "how": "told", "last_67": "who"}, "difference"),
        ({**BETTER, "how": "told", "who_rest": 2}, "difference"),
        ({**BETTER, "how": "told", "who": "told"}, "step"),
        ({**BETTER, "how": "told", "who": "told", "last_end": "step"}, "keep"),
        ({**BETTER, "how": "told", "who": "told", "low": True}, "keep"),
        ({**BETTER, "how": "told", "who": "told", "left": 0}, None),
        (
            {**BETTER, "how": "told", "who": "told", "step": "told", "step_kind": "try"},
            "step_size",
        ),
        ({**BETTER, "how": "told", "who": "told", "step": "told"}, None),
        ({"mood": "nothing", "better": "told"}, "keep"),
        ({"mood": "normal", "better": "told", "keep": "told"}, None),
        ({"mood": "unsure", "better": "let_go"}, None),
        (HARD, "coping"),
        ({**HARD, "coping": "told", "left": 0}, "hard_coach"),
        ({**HARD, "coping": "told", "hard_coach": "told"}, None),
        ({"gentle": True, "better": "told", "mood": "normal"}, "coping"),
        ({**BETTER, "empty": 2}, None),
        ({"service": "correction"}, "correction"),
    ],
)
def test_the_next_question(given: dict[str, Any], expected: str | None) -> None:
    """Each line of the conversation page's order is a line of the plan."""
    assert asks(**given) == expected


RATING = {"due": ["rating"], "areas_due": [AREA]}


def test_a_due_rating_keeps_its_room() -> None:
    """Q6 and Q7 give way to a rating that is due; a step is not asked beside it."""
    assert asks(**BETTER, **RATING, left=2) == "helped"
    assert asks(**BETTER, **RATING, how="told", left=1) == "rating_stage"
    assert asks(**BETTER, **RATING, how="told", who="told", rating_stage="told", left=2) is None


def test_a_short_check_in_with_a_rating_due_is_the_rating_alone() -> None:
    """Q15 alone: the area where there is a choice, then the sentence."""
    two = {**RATING, "areas_due": [AREA, {**AREA, "key": "fair_treatment"}], "length": "short"}
    assert asks(**two, left=2) == "rating_area"
    assert asks(**two, left=1, rating_area="told", area="respect") == "rating_stage"
    assert asks(**RATING, length="short", left=2) == "rating_stage"


@pytest.mark.parametrize("mood", ["hard", "loss"])
def test_no_scale_rating_or_step_in_a_hard_talk(mood: str) -> None:
    """Worse, loss: acknowledged, coping, the coach offered, and nothing else."""
    context = {**RATING, "best_hopes": "x", "due": ["rating", "scale"]}
    seen = [asks(mood=mood, better="told", **context)]
    seen.append(asks(mood=mood, better="told", coping="told", **context))
    seen.append(asks(mood=mood, better="told", coping="told", hard_coach="told", **context))
    assert seen == ["coping", "hard_coach", None]


def test_the_scale_gives_way_before_the_step() -> None:
    """The scale comes where keep would have come, and only with hopes to stand for ten."""
    done = {**BETTER, "how": "told", "who": "told", "due": ["scale"], "left": 2}
    assert asks(**done, best_hopes="x") == "step"
    assert asks(**done, best_hopes="x", last_end="step") == "scale"
    assert asks(**done, last_end="step") == "keep"


def test_nothing_is_asked_before_a_yes() -> None:
    """First contact asks for consent, and best hopes only once it was given."""
    assert asks("first_contact_form", left=2) == "consent"
    assert asks("first_contact_form", left=2, consent="let_go") is None
    assert asks("first_contact_form", left=2, consent="told") == "best_hopes"
    hopes = {"consent": "told", "best_hopes": "told", "mood": "hopes"}
    assert asks("first_contact_form", left=1, **hopes) == "hopes_difference"


@pytest.mark.parametrize("left", range(6))
@pytest.mark.parametrize("mood", [None, "better", "nothing", "same", "unsure", "coped", "worry"])
def test_the_budget_is_never_passed(mood: str | None, left: int) -> None:
    """With no ask left only free questions come; a free one never needs one."""
    found = asks(mood=mood, left=0, better="told" if mood else None)
    assert found is None
    assert asks(mood=mood, left=left, empty=2, better="told") is None
