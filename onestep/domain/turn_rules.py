"""Check what the bot answers before anything of it is applied."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import cast

from onestep.domain import command_values as v
from onestep.domain import commands as c
from onestep.domain.errors import CommandRefused
from onestep.domain.errors import RefusedBecause as Why
from onestep.domain.field_readers import (
    Known,
    Reader,
    UnreadableError,
    area,
    entry,
    flag,
    maybe_words,
    one_of,
    optional,
    scale,
    span,
    stage,
    words,
)

# A new command: a dataclass in commands_told.py or commands_asked.py, a line here, an example in
# bot/contract/.
READERS: dict[type[v.TurnCommand], dict[str, Reader]] = {
    c.RecordBestHopes: {"words": words},
    c.RecordNoticing: {"words": words, "by": optional(one_of(v.Doer)), "loss": flag},
    c.AddToNoticing: {"words": words, "part": one_of(v.Part), "entry": optional(entry)},
    c.RecordCoping: {"words": words},
    c.RecordHard: {"words": words, "loss": flag},
    c.RecordSmallStep: {
        "words": maybe_words,
        "kind": optional(one_of(v.StepKind)),
        "size": optional(one_of(v.StepSize)),
        "help_wanted": optional(flag),
    },
    c.RecordStepOutcome: {"words": words, "shown": optional(one_of(v.Shown))},
    c.RecordRating: {"area": area, "stage": stage, "words": maybe_words},
    c.RecordScale: {"words": words, "part": one_of(v.ScalePart), "number": optional(scale)},
    c.NamePerson: {"span": span},
    c.CorrectEntry: {"entry": entry, "words": words},
    c.StrikeEntry: {"entry": entry},
    c.RequestHandOff: {"to": one_of(v.HandOffTo), "words": maybe_words},
    c.RecordWorry: {"words": words, "when": one_of(v.WorryWhen)},
    c.AskPerson: {"words": words, "about": one_of(v.About), "date": optional(span)},
    c.RequestSessionChange: {
        "words": words,
        "change": one_of(v.SessionChange),
        "date": optional(span),
    },
    c.MarkSender: {"words": maybe_words},
    c.RecordConsent: {"answer": one_of(v.ConsentAnswer)},
    c.Pause: {"date": optional(span)},
    c.Resume: {},
    c.Stop: {},
    c.End: {"words": maybe_words},
    c.SetTerms: {"frequency": optional(one_of(v.FrequencyStep)), "words": maybe_words},
    c.Postpone: {"date": optional(span)},
    c.NotMe: {},
    c.ShowRecord: {},
    c.ShowPlan: {},
    c.WhoSaw: {},
    c.DeleteRecord: {"confirmed": flag},
    c.EndCheckIn: {"how": one_of(v.EndHow), "until_they_write": flag},
    c.StaySilent: {},
}
BY_NAME: dict[str, type[v.TurnCommand]] = {kind.name: kind for kind in READERS}
# In the contract, but refused by both sides until what they stand for is built.
NOT_YET = frozenset(
    {
        "record_preferred_future",
        "record_strength",
        "name_area",
        "record_topic_for_session",
        "record_for_meeting",
        "record_advance_wish",
        "record_feedback",
        "record_idea",
        "look_back",
        "export_record",
        "remind_me",
    }
)
_LONGEST_SHOWN = 40


def check_command(raw: object, known: Known) -> v.TurnCommand:
    """Return the command that `raw` (one item of the bot's `commands`) is.

    Raises CommandRefused, naming the command and the field but never a value. The caller keeps
    the message all the same.
    """
    name = _name(raw)
    given = dict(cast("Mapping[str, object]", raw))
    del given["command"]
    kind = BY_NAME[name]
    readers = READERS[kind]
    if not given.keys() <= readers.keys():
        raise CommandRefused(Why.UNKNOWN_FIELD, name)
    read = {key: _read(readers[key], given[key], known, name=name, key=key) for key in given}
    for field in fields(kind):
        if field.name not in read and field.default is MISSING:
            raise CommandRefused(Why.MISSING_FIELD, name, field.name)
    # What each reader returns is what its field holds; a test builds every command.
    command = cast("Callable[..., v.TurnCommand]", kind)(**read)
    _check_whole(command, known)
    return command


def _name(raw: object) -> str:
    """Return the name of a command that is known and built, or refuse."""
    if not isinstance(raw, Mapping):
        raise CommandRefused(Why.NOT_AN_OBJECT, "")
    name = raw.get("command")
    if not isinstance(name, str):
        raise CommandRefused(Why.NOT_AN_OBJECT, "")
    if name in NOT_YET:
        raise CommandRefused(Why.NOT_YET, name)
    if name not in BY_NAME:
        # A name that is not ours may be anything, also words: only a plain one is shown.
        shown = name if name.isidentifier() and len(name) <= _LONGEST_SHOWN else ""
        raise CommandRefused(Why.UNKNOWN_COMMAND, shown)
    return name


def _read(reader: Reader, value: object, known: Known, *, name: str, key: str) -> object:
    try:
        return reader(value, known)
    except UnreadableError as bad:
        raise CommandRefused(bad.why, name, key) from None


def _check_whole(command: v.TurnCommand, known: Known) -> None:
    """Refuse fields that are each right but together say nothing, or contradict."""
    if isinstance(command, c.RecordRating) and command.stage not in known.areas[command.area]:
        raise CommandRefused(Why.UNKNOWN_STAGE, command.name, "stage")
    if isinstance(command, c.RecordSmallStep):
        changes = (command.size, command.help_wanted)
        if not command.words and changes == (None, None):
            raise CommandRefused(Why.NOTHING_SAID, command.name, "words")
        if command.words and command.kind is None:
            raise CommandRefused(Why.MISSING_FIELD, command.name, "kind")
    if isinstance(command, c.SetTerms) and not command.words and command.frequency is None:
        raise CommandRefused(Why.NOTHING_SAID, command.name, "words")
