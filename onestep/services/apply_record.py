"""Applies the commands about the person's own plan: their words go into the record, verbatim."""

from typing import Any

from onestep.domain import commands as c
from onestep.services.scope import Scope
from onestep.storage import record
from onestep.storage.base import new_id
from onestep.storage.models import Entry, Rating, SmallStep


def keep(scope: Scope, kind: str, refs: tuple[str, ...], **more: Any) -> Entry:
    """Keeps the words of these messages as one entry of the client's record."""
    flagged = any(message.screen_level != "none" for message in scope.covering(refs))
    return record.add_entry(
        scope.session,
        client_id=scope.client.id,
        kind=kind,
        words=scope.words(refs),
        message_ids=refs,
        at=scope.now,
        zone=scope.terms.zone,
        turn_id=scope.turn_id,
        conversation_id=scope.conversation.id if scope.conversation else None,
        flagged=flagged,
        **more,
    )


def best_hopes(scope: Scope, command: c.RecordBestHopes) -> None:
    """Best hopes; told again in one talk, the second is part of the first."""
    earlier = _latest(scope, "best_hopes")
    keep(scope, "best_hopes", command.words, part_of=earlier.id if earlier else None)


def noticing(scope: Scope, command: c.RecordNoticing) -> None:
    """Something the client noticed."""
    keep(scope, "noticing", command.words)


def add_to_noticing(scope: Scope, command: c.AddToNoticing) -> None:
    """More about a noticing: how, what helped, who noticed, what difference it made."""
    whole = command.entry
    if whole is None:
        latest = _latest(scope, "noticing") or _latest(scope, "coping")
        whole = latest.id if latest else None
    keep(scope, command.part.value, command.words, part_of=whole, part=command.part.value)


def coping(scope: Scope, command: c.RecordCoping) -> None:
    """How the client has been getting through."""
    keep(scope, "coping", command.words)


def hard(scope: Scope, command: c.RecordHard) -> None:
    """Something hard the client told; the next check-in opens gently for it."""
    keep(scope, "loss" if command.loss else "hard", command.words)
    if scope.conversation is not None:
        scope.conversation.hard = True


def small_step(scope: Scope, command: c.RecordSmallStep) -> None:
    """A small sign or step, or what the client says of its size."""
    step = record.latest_step(scope.session, scope.client.id)
    if command.words or step is None:
        kind = command.kind.value if command.kind else "notice"
        entry = keep(scope, "small_step", command.words)
        step = SmallStep(
            id=new_id(), client_id=scope.client.id, entry_id=entry.id, kind=kind, at=scope.now
        )
        scope.session.add(step)
    step.size = command.size.value if command.size else step.size
    step.help_wanted = step.help_wanted if command.help_wanted is None else command.help_wanted
    scope.session.flush()


def step_outcome(scope: Scope, command: c.RecordStepOutcome) -> None:
    """What became of the small sign or step."""
    entry = keep(scope, "step_outcome", command.words)
    step = record.latest_step(scope.session, scope.client.id)
    if step is not None:
        step.outcome_entry_id = entry.id
        step.shown = command.shown.value if command.shown else None


def rating(scope: Scope, command: c.RecordRating) -> None:
    """The client's own placing; words told afterwards join the placing they belong to."""
    entry = keep(scope, "rating", command.words) if command.words else None
    placed = record.latest_rating(scope.session, scope.client.id, command.area)
    if entry is not None and placed is not None and _same_talk(scope, placed):
        placed.entry_id = entry.id
        return
    record.add_rating(
        scope.session,
        client_id=scope.client.id,
        area=command.area,
        stage=command.stage,
        at=scope.now,
        zone=scope.terms.zone,
        turn_id=scope.turn_id,
        entry_id=entry.id if entry else None,
    )


def scale(scope: Scope, command: c.RecordScale) -> None:
    """A number from 0 to 10, or what is in it; the number stays the client's."""
    keep(scope, "scale", command.words, number=command.number, part=command.part.value)


def name_person(scope: Scope, command: c.NamePerson) -> None:
    """Someone the client named, so that a later question can ask about them by name."""
    text = scope.words((command.span.ref,))
    name = text[command.span.start : command.span.end]
    record.add_person(scope.session, client_id=scope.client.id, name=name, now=scope.now)


def correct_entry(scope: Scope, command: c.CorrectEntry) -> None:
    """A corrected version beside the first, which stays as it was written."""
    first = scope.session.get_one(Entry, command.entry)
    keep(scope, first.kind, command.words, corrects=first.id, part=first.part)


def strike_entry(scope: Scope, command: c.StrikeEntry) -> None:
    """An entry the coach shall not see; a flagged one stays, because someone may be in danger."""
    entry = scope.session.get_one(Entry, command.entry)
    if not entry.flagged:
        entry.coach_may_see, entry.struck_at = False, scope.now


def _latest(scope: Scope, kind: str) -> Entry | None:
    if scope.conversation is None:
        return None
    return record.latest(
        scope.session, scope.client.id, kind, conversation_id=scope.conversation.id
    )


def _same_talk(scope: Scope, placed: Rating) -> bool:
    return scope.conversation is not None and placed.at >= scope.conversation.opened_at
