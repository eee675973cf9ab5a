"""Opens one question by hand, as if a check-in had come to it: for trying out and for tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from onestep.content import Prompt, Reply
from onestep.domain.budget import ConversationKind, Length, asks_allowed
from onestep.domain.permission import SendKind
from onestep.services.app import App
from onestep.services.errors import UnknownQuestion
from onestep.services.scope import Scope, new_turn_id, open_scope
from onestep.services.speak import speak
from onestep.storage import talk
from onestep.storage.base import new_id
from onestep.storage.models import CheckIn


@dataclass(frozen=True)
class Question:
    """What a prompt asks, how it is said, and what the bot would know by then (its own slots)."""

    asks: str
    say: str
    knows: Mapping[str, Any] = field(default_factory=dict)


TOLD = {"over": {"better": "told"}, "mood": "better", "did": "self"}
HARD = {"over": {"better": "told"}, "mood": "hard"}


def _over(*asks: str) -> Mapping[str, Any]:
    """What is known once something was told and these were asked about it."""
    return {**TOLD, "over": dict.fromkeys(("better", *asks), "told")}


# The question types of the conversation page.
QUESTIONS = {
    "Q1": Question("best_hopes", "ask_best_hopes", {"over": {"consent": "told"}}),
    "Q4": Question("better", "ask_better"),
    "Q5": Question("how", "ask_how", TOLD),
    "Q6": Question("who", "ask_who", _over("how")),
    "Q7": Question("difference", "ask_difference", _over("how")),
    "Q8": Question("scale", "ask_scale", _over("how", "who")),
    "Q9": Question("coping", "ask_coping", HARD),
    "Q10": Question("instead", "ask_instead", {**TOLD, "absence": True}),
    "Q11": Question("step", "ask_step", _over("how", "who")),
    "Q12": Question(
        "step_size",
        "ask_step_size",
        {**_over("how", "who", "step"), "step_kind": "try", "way": "step"},
    ),
    "Q13": Question("keep", "ask_keep", {"over": {"better": "told"}, "mood": "normal"}),
    "Q15": Question("rating_area", "ask_rating_area", _over("how", "who")),
    "Q17": Question("shown_up", "ask_shown_up"),
}
CHOICES = {"step_size": ("too_easy", "about_right", "too_much")}


def open_question(app: App, client_id: str, question: str) -> None:
    """Begins a check-in that has come to `question`. Raises UnknownQuestion."""
    if question not in QUESTIONS:
        raise UnknownQuestion(
            f"there is no question {question}: use one of {', '.join(QUESTIONS)}"
        )
    asked = QUESTIONS[question]
    first = asked.asks == "best_hopes"
    with app.db.write() as session:
        scope = open_scope(
            session, app.content, client_id=client_id, turn_id=new_turn_id(), now=app.clock()
        )
        kind = ConversationKind.FIRST_CONTACT if first else ConversationKind.CHECK_IN
        scope.conversation = talk.begin_conversation(
            session,
            client_id=client_id,
            kind=kind.value,
            asks_left=asks_allowed(kind, Length(scope.terms.length)) - 1,
            now=scope.now,
            check_in_id=_check_in(scope) if asked.asks == "rating_area" else None,
        )
        _say(scope, asked, form=f"{kind.value}_form")


def _say(scope: Scope, asked: Question, *, form: str) -> None:
    areas = tuple(area.key for area in scope.content.areas)
    choices = areas if asked.asks == "rating_area" else CHOICES.get(asked.asks, ())
    prompt = Prompt(f"{scope.turn_id}:{asked.asks}", asked.asks)
    scope.dialogue.state = {
        "slots": {
            **asked.knows,
            "asking": asked.asks,
            "asked": {asked.asks: 1},
            "talk_kind": form,
        },
        "active_loop": {"name": form, "requested_slot": "question"},
    }
    reply = Reply(say=asked.say, asks=1, prompt=prompt, choices=choices)
    speak(scope, [reply], kind=SendKind.REPLY)


def _check_in(scope: Scope) -> str:
    """Today's check-in, opened now: ratings are due from the third on."""
    day = scope.now.astimezone(ZoneInfo(scope.terms.zone)).date()
    row = scope.session.scalar(
        select(CheckIn).where(CheckIn.client_id == scope.client.id, CheckIn.planned_on == day)
    )
    if row is None:
        row = CheckIn(id=new_id(), client_id=scope.client.id, planned_on=day, due_at=scope.now)
        scope.session.add(row)
    row.state, row.opened_at = "opened", scope.now
    scope.session.flush()
    return row.id
