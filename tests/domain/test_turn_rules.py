"""Every command of the bot, taken and refused."""

from dataclasses import MISSING, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestep.domain import command_values as v
from onestep.domain import commands as c
from onestep.domain.choices import Choice, choose
from onestep.domain.errors import CommandRefused
from onestep.domain.errors import RefusedBecause as Why
from onestep.domain.field_readers import Known
from onestep.domain.turn_rules import BY_NAME, NOT_YET, READERS, check_command

KNOWN = Known(
    lengths={"m1": 24, "m2": 5},
    entries={"e7"},
    areas={"respect": ("stuck", "learning"), "confidence_and_skills": ("begun", "learning")},
)
SPAN = {"ref": "m1", "start": 5, "end": 24}
# One good example of each command, as the bot would send it, and what it becomes.
GOOD = [
    ({"command": "record_best_hopes", "words": ["m1"]}, c.RecordBestHopes(words=("m1",))),
    ({"command": "record_noticing", "words": ["m1", "m2"], "by": "self", "loss": False},
     c.RecordNoticing(words=("m1", "m2"), by=v.Doer.SELF)),
    ({"command": "add_to_noticing", "words": ["m2"], "part": "how", "entry": "e7"},
     c.AddToNoticing(words=("m2",), part=v.Part.HOW, entry="e7")),
    ({"command": "record_coping", "words": ["m1"]}, c.RecordCoping(words=("m1",))),
    ({"command": "record_hard", "words": ["m1"], "loss": True},
     c.RecordHard(words=("m1",), loss=True)),
    ({"command": "record_small_step", "words": ["m1"], "kind": "try"},
     c.RecordSmallStep(words=("m1",), kind=v.StepKind.TRY)),
    ({"command": "record_small_step", "words": [], "size": "too_much"},
     c.RecordSmallStep(size=v.StepSize.TOO_MUCH)),
    ({"command": "record_step_outcome", "words": ["m1"], "shown": "some"},
     c.RecordStepOutcome(words=("m1",), shown=v.Shown.SOME)),
    ({"command": "record_rating", "area": "respect", "stage": "stuck", "words": []},
     c.RecordRating(area="respect", stage="stuck")),
    ({"command": "record_scale", "number": 6.5, "words": ["m2"], "part": "number"},
     c.RecordScale(words=("m2",), part=v.ScalePart.NUMBER, number=6.5)),
    ({"command": "record_scale", "number": None, "words": ["m2"], "part": "in_it"},
     c.RecordScale(words=("m2",), part=v.ScalePart.IN_IT)),
    ({"command": "name_person", "span": SPAN}, c.NamePerson(span=v.Span("m1", 5, 24))),
    ({"command": "correct_entry", "entry": "e7", "words": ["m1"]},
     c.CorrectEntry(entry="e7", words=("m1",))),
    ({"command": "strike_entry", "entry": "e7"}, c.StrikeEntry(entry="e7")),
    ({"command": "request_hand_off", "to": "someone_else", "words": ["m1"]},
     c.RequestHandOff(to=v.HandOffTo.SOMEONE_ELSE, words=("m1",))),
    ({"command": "record_worry", "words": ["m1"], "when": "undecided"},
     c.RecordWorry(words=("m1",), when=v.WorryWhen.UNDECIDED)),
    ({"command": "ask_person", "words": ["m1"], "about": "practical", "date": SPAN},
     c.AskPerson(words=("m1",), about=v.About.PRACTICAL, date=v.Span("m1", 5, 24))),
    ({"command": "request_session_change", "words": ["m1"], "change": "swap", "date": None},
     c.RequestSessionChange(words=("m1",), change=v.SessionChange.SWAP)),
    ({"command": "mark_sender", "words": ["m1"]}, c.MarkSender(words=("m1",))),
    ({"command": "record_consent", "answer": "declined"},
     c.RecordConsent(answer=v.ConsentAnswer.DECLINED)),
    ({"command": "pause", "date": SPAN}, c.Pause(date=v.Span("m1", 5, 24))),
    ({"command": "resume"}, c.Resume()),
    ({"command": "stop"}, c.Stop()),
    ({"command": "end", "words": ["m1"]}, c.End(words=("m1",))),
    ({"command": "set_terms", "frequency": "less"},
     c.SetTerms(frequency=v.FrequencyStep.LESS)),
    ({"command": "postpone", "date": None}, c.Postpone()),
    ({"command": "not_me"}, c.NotMe()),
    ({"command": "show_record"}, c.ShowRecord()),
    ({"command": "show_plan"}, c.ShowPlan()),
    ({"command": "who_saw"}, c.WhoSaw()),
    ({"command": "delete_record", "confirmed": True}, c.DeleteRecord(confirmed=True)),
    ({"command": "end_check_in", "how": "declined", "until_they_write": True},
     c.EndCheckIn(how=v.EndHow.DECLINED, until_they_write=True)),
    ({"command": "stay_silent"}, c.StaySilent()),
]  # fmt: skip
BAD = [
    (None, Why.NOT_AN_OBJECT),
    (["stop"], Why.NOT_AN_OBJECT),
    ({}, Why.NOT_AN_OBJECT),
    ({"command": 7}, Why.NOT_AN_OBJECT),
    ({"command": "send_money"}, Why.UNKNOWN_COMMAND),
    ({"command": "I want to stop"}, Why.UNKNOWN_COMMAND),
    ({"command": "stop", "now": True}, Why.UNKNOWN_FIELD),
    ({"command": "record_noticing"}, Why.MISSING_FIELD),
    ({"command": "record_noticing", "words": "m1"}, Why.WRONG_TYPE),
    ({"command": "record_noticing", "words": [1]}, Why.WRONG_TYPE),
    ({"command": "record_noticing", "words": []}, Why.NOTHING_SAID),
    ({"command": "record_noticing", "words": ["m9"]}, Why.UNKNOWN_REF),
    ({"command": "record_noticing", "words": ["m1"], "by": "mum"}, Why.NOT_ONE_OF),
    ({"command": "record_noticing", "words": ["m1"], "loss": 1}, Why.WRONG_TYPE),
    ({"command": "record_noticing", "words": ["m" * 65]}, Why.OUT_OF_RANGE),
    ({"command": "add_to_noticing", "words": ["m1"], "part": "why"}, Why.NOT_ONE_OF),
    ({"command": "add_to_noticing", "words": ["m1"], "part": "how", "entry": "e8"},
     Why.UNKNOWN_ENTRY),
    ({"command": "record_small_step", "words": []}, Why.NOTHING_SAID),
    ({"command": "record_small_step", "words": ["m1"]}, Why.MISSING_FIELD),
    ({"command": "record_rating", "area": "money", "stage": "stuck"}, Why.UNKNOWN_AREA),
    ({"command": "record_rating", "area": "respect", "stage": "bored"}, Why.UNKNOWN_STAGE),
    ({"command": "record_rating", "area": "respect", "stage": "begun"}, Why.UNKNOWN_STAGE),
    ({"command": "record_scale", "words": ["m1"], "part": "number", "number": 10.1},
     Why.OUT_OF_RANGE),
    ({"command": "record_scale", "words": ["m1"], "part": "number", "number": -1},
     Why.OUT_OF_RANGE),
    ({"command": "record_scale", "words": ["m1"], "part": "number", "number": float("nan")},
     Why.OUT_OF_RANGE),
    ({"command": "record_scale", "words": ["m1"], "part": "number", "number": True},
     Why.WRONG_TYPE),
    ({"command": "name_person", "span": {**SPAN, "end": 25}}, Why.BAD_SPAN),
    ({"command": "name_person", "span": {**SPAN, "end": 5}}, Why.BAD_SPAN),
    ({"command": "name_person", "span": {**SPAN, "start": -1}}, Why.BAD_SPAN),
    ({"command": "name_person", "span": {**SPAN, "start": "5"}}, Why.WRONG_TYPE),
    ({"command": "name_person", "span": {**SPAN, "ref": "m9"}}, Why.UNKNOWN_REF),
    ({"command": "name_person", "span": {**SPAN, "text": "mum"}}, Why.WRONG_TYPE),
    ({"command": "name_person", "span": None}, Why.WRONG_TYPE),
    ({"command": "delete_record", "confirmed": "yes"}, Why.WRONG_TYPE),
    ({"command": "set_terms"}, Why.NOTHING_SAID),
    ({"command": "end_check_in", "how": "sulking"}, Why.NOT_ONE_OF),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "command"), GOOD, ids=lambda x: getattr(x, "name", ""))
def test_a_good_command_is_taken(raw, command):
    """Each command of the contract, as the bot sends it, becomes its value."""
    assert check_command(raw, KNOWN) == command


def test_every_command_has_its_good_example():
    """No command is known that this file does not show."""
    assert {command.name for _, command in GOOD} == set(BY_NAME)


@pytest.mark.parametrize(("raw", "why"), BAD, ids=lambda x: getattr(x, "value", ""))
def test_a_bad_command_is_refused_with_its_reason(raw, why):
    """Wrong types, ranges, references, areas and stages are refused, each for its own reason."""
    with pytest.raises(CommandRefused) as refused:
        check_command(raw, KNOWN)
    assert refused.value.reason is why


def test_every_reason_has_a_bad_example():
    """No reason is given that this file does not show."""
    assert {why for _, why in BAD} == set(Why) - {Why.NOT_YET}


@pytest.mark.parametrize("name", sorted(NOT_YET))
def test_what_is_not_built_yet_is_refused_as_such(name):
    """Commands of later work are refused as not yet, whatever they carry."""
    with pytest.raises(CommandRefused) as refused:
        check_command({"command": name, "words": ["m1"]}, KNOWN)
    assert refused.value.reason is Why.NOT_YET


def test_readers_and_fields_agree():
    """Every field of every command has a reader, and no command is without."""
    assert set(READERS) == set(v.TurnCommand.__subclasses__())
    for kind, readers in READERS.items():
        assert {field.name for field in fields(kind)} == set(readers)
        assert all(field.default is not MISSING or field.name in readers for field in fields(kind))


def test_a_refusal_never_repeats_what_was_sent():
    """What the bot sends may hold a client's words: no error shows a value or an odd name."""
    secret = "my mum hit me"
    for raw in ({"command": secret}, {"command": "record_noticing", "words": [secret]},
                {"command": "record_consent", "answer": secret},
                {"command": "stop", secret: 1}):  # fmt: skip
        with pytest.raises(CommandRefused) as refused:
            check_command(raw, KNOWN)
        assert secret not in repr(refused.value) + str(refused.value)
        assert refused.value.__cause__ is None


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["m1", "e7", "respect", "how", "self"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)  # fmt: skip
field_names = st.sampled_from(sorted({key for readers in READERS.values() for key in readers}))


@given(st.sampled_from(sorted(BY_NAME)), st.dictionaries(field_names, json_like, max_size=4))
def test_any_fields_are_taken_or_refused(name, given_fields):
    """Whatever a command carries, it is a checked value or a refusal, never another error."""
    try:
        found = check_command({"command": name, **given_fields}, KNOWN)
    except CommandRefused:
        return
    assert isinstance(found, BY_NAME[name])


FOUR = [
    Choice("stuck", "It feels stuck"),
    Choice("accepting_help", "I am letting people help"),
    Choice("learning", "I am finding my way"),
    Choice("self_reliance", "I am there"),
]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2", "accepting_help"), ("2.", "accepting_help"), (" (3) ", "learning"), ("#1", "stuck"),
        ("no 4", "self_reliance"), ("2️⃣", "accepting_help"), ("i am there!", "self_reliance"),
        ("I am letting people help", "accepting_help"), ("accepting_help", "accepting_help"),
        ("0", None), ("5", None), ("22", None), ("2 and 3", None), ("2.5", None), ("1 or 2", None),
        ("about a 2", None), ("two", None), ("stuck in traffic", None), ("", None), ("?", None),
    ],
)  # fmt: skip
def test_a_number_or_label_answers_the_open_question(text, key):
    """A whole message that is a number or a label is that choice; anything else is talk."""
    assert choose(text, FOUR) == key


def test_a_label_that_is_a_number_wins_over_its_place():
    """Where the choices are numbers themselves, "3" is the choice that reads 3."""
    numbers = [Choice("k3", "3"), Choice("k7", "7")]
    assert choose("3", numbers) == "k3"
    assert choose("1", numbers) == "k3"
    assert choose("2", []) is None
