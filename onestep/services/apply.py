"""Checks and applies the commands of a turn; one that breaks the contract is refused, loudly."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from onestep.domain import commands as c
from onestep.domain.errors import CommandRefused, DomainError, RefusedBecause
from onestep.domain.field_readers import Known
from onestep.domain.turn_rules import check_command
from onestep.services import apply_contact, apply_person, apply_record
from onestep.services.context import Context
from onestep.services.scope import Scope
from onestep.storage.base import insert_row, new_id
from onestep.storage.models import Command

log = logging.getLogger(__name__)


def _nothing(_scope: Scope, _: c.StaySilent) -> None:
    """Silence is an answer too."""


APPLY: Mapping[type[Any], Callable[[Scope, Any], None]] = {
    c.RecordBestHopes: apply_record.best_hopes,
    c.RecordNoticing: apply_record.noticing,
    c.AddToNoticing: apply_record.add_to_noticing,
    c.RecordCoping: apply_record.coping,
    c.RecordHard: apply_record.hard,
    c.RecordSmallStep: apply_record.small_step,
    c.RecordStepOutcome: apply_record.step_outcome,
    c.RecordRating: apply_record.rating,
    c.RecordScale: apply_record.scale,
    c.NamePerson: apply_record.name_person,
    c.CorrectEntry: apply_record.correct_entry,
    c.StrikeEntry: apply_record.strike_entry,
    c.RequestHandOff: apply_person.request_hand_off,
    c.RecordWorry: apply_person.worry,
    c.AskPerson: apply_person.ask_person,
    c.RequestSessionChange: apply_person.session_change,
    c.MarkSender: apply_person.mark_sender,
    c.NotMe: apply_person.not_me,
    c.ShowRecord: apply_person.show_record,
    c.ShowPlan: apply_person.show_plan,
    c.WhoSaw: apply_person.who_saw,
    c.DeleteRecord: apply_person.delete_record,
    c.RecordConsent: apply_contact.record_consent,
    c.Pause: apply_contact.pause,
    c.Resume: apply_contact.resume,
    c.Stop: apply_contact.stop,
    c.End: apply_contact.end,
    c.SetTerms: apply_contact.set_terms,
    c.Postpone: apply_contact.postpone,
    c.EndCheckIn: apply_contact.end_check_in,
    c.StaySilent: _nothing,
}


def apply_all(scope: Scope, raw: Sequence[Mapping[str, Any]], known: Known) -> int:
    """Applies the commands in order and keeps each beside its turn.

    Returns how many were refused; a refused command loses nothing, the messages stay kept.
    """
    refused = 0
    for position, fields in enumerate(raw):
        reason = _apply(scope, fields, known)
        refused += reason is not None
        # What was refused is not kept in the clear: nobody has checked that it holds no words.
        unknown = reason == RefusedBecause.UNKNOWN_COMMAND
        insert_row(
            scope.session,
            Command,
            id=new_id(),
            turn_id=scope.turn_id,
            position=position,
            refused=reason,
            name="unknown" if unknown else str(fields.get("command", ""))[:40],
            fields={} if reason else dict(fields),
        )
    return refused


def known_to(scope: Scope, seen: Context, raw: Sequence[Mapping[str, Any]]) -> Known:
    """What the commands may point at: this turn's texts, entries, earlier messages of theirs."""
    lengths = {ref: len(text) for ref, text in seen.texts.items()}
    for message in scope.covering(tuple(_pointed_at(raw) - lengths.keys())):
        if message.client_id == scope.client.id:
            lengths[message.id] = len(scope.words((message.id,)))
    return Known(
        lengths=lengths,
        entries={entry["ref"] for entry in seen.fields["entries"]},
        areas={area.key: [stage.key for stage in area.stages] for area in scope.content.areas},
    )


def _pointed_at(raw: Sequence[Mapping[str, Any]]) -> set[str]:
    """Every ref that stands in a command, checked or not."""
    fields = [value for command in raw for value in command.values()]
    words = [ref for value in fields if isinstance(value, list) for ref in value]
    spans = [value.get("ref") for value in fields if isinstance(value, dict)]
    return {ref for ref in [*words, *spans] if isinstance(ref, str)}


def _apply(scope: Scope, fields: Mapping[str, Any], known: Known) -> str | None:
    try:
        command = check_command(fields, known)
        APPLY[type(command)](scope, command)
    except CommandRefused as refusal:
        log.warning("command refused: %s", refusal.reason.value)
        return refusal.reason.value
    except DomainError as refusal:
        log.warning("command refused: %s", refusal)
        return type(refusal).__name__
    return None
