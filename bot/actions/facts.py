"""What the plan looks at: one frozen picture of the talk so far."""

from __future__ import annotations

from dataclasses import dataclass

from actions.talk import Talk

# The scale comes round on every fourth check-in at most: "optional, sometimes".
SCALE_EVERY = 4
# So many answers with nothing in them, one after the other, and nothing more is asked.
TIRED_AFTER = 2


@dataclass(frozen=True)
class Facts:
    """Kinds and counters only. `left` is how many questions may still be asked."""

    form: str
    left: int
    settled: frozenset[str]
    mood: str | None
    told: frozenset[str]
    did_it: bool
    happened: bool
    absence: bool
    gentle: bool
    low: bool
    zero: bool
    full: bool
    short: bool
    rating_due: bool
    areas: int
    scale_due: bool
    step_to_ask_about: bool
    after_hard: bool
    ends_with_step: bool
    rest_from_who: bool
    last_was_who: bool
    step_kind: str | None
    step_size: str | None
    way: str | None
    odd_time: bool
    loss: bool
    consented: bool
    tired: bool
    service: str | None

    @property
    def hard(self) -> bool:
        """A hard conversation: acknowledged, Q9, the coach offered, and nothing else."""
        return self.mood in {"hard", "loss"} or (self.gentle and self.mood != "better")

    def over(self, asks: str) -> bool:
        """Whether a question was told, let go or skipped."""
        return asks in self.settled


def read_facts(talk: Talk, questions: frozenset[str]) -> Facts:
    """The picture the plan decides from; `questions` are every prompt meaning there is."""
    turn, get = talk.turn, talk.get
    context = turn.context
    due = set(context.get("due") or ())
    areas = len(context.get("areas_due") or ())
    return Facts(
        form=str(get("talk_kind") or turn.loop or ""),
        left=turn.asks_left,
        settled=frozenset(one for one in questions if talk.settled(one)),
        mood=get("mood"),
        told=frozenset(get("told") or ()),
        did_it=get("did") == "self",
        happened=get("did") == "happened",
        absence=bool(get("absence")),
        gentle=bool(get("gentle")),
        low=bool(get("low")),
        zero=get("number") == "zero",
        full=get("number") == "ten",
        short=context.get("length") == "short",
        rating_due=("rating" in due and areas > 0) or bool(get("area")),
        areas=areas,
        scale_due=_scale_due(talk),
        step_to_ask_about=bool(context.get("last_small_step")) and not get("shown_done"),
        after_hard=bool(context.get("last_hard")),
        ends_with_step=get("last_end") != "step",
        rest_from_who=int(get("who_rest") or 0) > 0,
        last_was_who=get("last_67") == "who",
        step_kind=get("step_kind"),
        step_size=get("step_size_said"),
        way=get("way"),
        odd_time=bool(int(get("since_scale") or 0) % 2),
        loss=bool(get("loss")),
        tired=int(get("empty") or 0) >= TIRED_AFTER,
        consented=talk.told_in("consent"),
        service=get("service"),
    )


def _scale_due(talk: Talk) -> bool:
    """Only with hopes to stand for ten, and only when it has not been asked for a while."""
    context = talk.turn.context
    if not context.get("best_hopes"):
        return False
    return (
        "scale" in (context.get("due") or ())
        or int(talk.get("since_scale") or 0) >= SCALE_EVERY - 1
    )
