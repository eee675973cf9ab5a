"""Checks content that could be read.

Is everything there, does every message fit, is every value known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from onestep.content.catalogue import (
    ALWAYS,
    CARRIER_WORDS,
    FEWEST_WHEN_FREQUENT,
    LONGEST,
    LONGEST_LABEL,
    VALUES,
    Required,
    required,
)
from onestep.content.errors import Fault
from onestep.content.gsm import SEGMENTS_AT_MOST, segments, to_gsm7
from onestep.content.model import VALUE, Content, Kind, SmsLetters, Utterance, Wording

_ENDS = (".", "?", ")", "”", "}")
_OWN_KEY = Required(kind=Kind.TELLS, values=VALUES)


def check(content: Content) -> list[Fault]:
    """Every fault of content whose files could be read."""
    faults = list(_missing(content))
    for utterance in content.utterances.values():
        faults += _of_utterance(utterance, content)
    faults += _labels(content)
    return faults


def _missing(content: Content) -> Iterator[Fault]:
    home = f"{content.folder.name}/{content.language.code}"
    spare = content.utterances.keys() - required().keys()
    for key in required().keys() - content.utterances.keys():
        near = get_close_matches(key, spare, n=1)
        hint = f" ({near[0]} at {_where(content.utterances[near[0]])} is close)" if near else ""
        yield Fault(home, 0, f"{key} has no wording{hint}")


def _where(utterance: Utterance) -> str:
    return f"{utterance.file}:{utterance.line}"


def _of_utterance(utterance: Utterance, content: Content) -> Iterator[Fault]:
    spec = required().get(utterance.key, _OWN_KEY)
    yield from _counts(utterance, spec)
    yield from _references(utterance, content, spec)
    for name, wordings in utterance.variants().items():
        yield from _twice(utterance, name, wordings)
        for wording in wordings:
            for reason in _of_wording(wording, utterance, name, spec, content):
                yield Fault(utterance.file, wording.line, f"{reason} in {utterance.key}")


def _counts(utterance: Utterance, spec: Required) -> Iterator[Fault]:
    def fault(reason: str) -> Fault:
        return Fault(utterance.file, utterance.line, f"{utterance.key} {reason}")

    if not utterance.wordings:
        yield fault("has no wordings")
    if spec.frequent:
        rotating = {k: v for k, v in utterance.variants().items() if k not in ("sms", "discreet")}
        for name, wordings in rotating.items():
            if len(wordings) < FEWEST_WHEN_FREQUENT:
                yield fault(f"is said often: {name} has {len(wordings)} of at least 3 wordings")
    if spec.opens and not utterance.discreet:
        yield fault("may open a talk, so it has to have a discreet wording")
    for choice in spec.choices:
        if choice not in utterance.choices:
            yield fault(f"has no label for the choice {choice}")


def _references(utterance: Utterance, content: Content, spec: Required) -> Iterator[Fault]:
    for value, other in utterance.without.items():
        if value not in VALUES:
            yield Fault(utterance.file, utterance.line, f"without names the unknown value {value}")
        if other not in content.utterances or content.utterances[other].without.get(value):
            reason = f"{utterance.key} without {value} becomes {other}, which cannot be said then"
            yield Fault(utterance.file, utterance.line, reason)
    for value in utterance.with_value:
        if value not in spec.optional | (VALUES if spec is _OWN_KEY else frozenset()):
            reason = f"{utterance.key} is never said with {value}"
            yield Fault(utterance.file, utterance.line, reason)
    if utterance.numbers_from and utterance.numbers_from not in content.routes.lists:
        reason = f"routes.yml has no list {utterance.numbers_from}"
        yield Fault(utterance.file, utterance.line, reason)


def _twice(utterance: Utterance, name: str, wordings: tuple[Wording, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for wording in wordings:
        if wording.text in seen:
            reason = f"the same wording is there twice in {name} of {utterance.key}"
            yield Fault(utterance.file, wording.line, reason)
        seen.add(wording.text)


def _of_wording(
    wording: Wording, utterance: Utterance, variant: str, spec: Required, content: Content
) -> Iterator[str]:
    yield from _values(wording, utterance, variant, spec)
    if not wording.text.endswith(_ENDS):
        yield "a wording does not end with a full stop or a question mark"
    if "\n" in wording.text:
        yield "a wording has more than one line"
    if variant == "discreet" and wording.needs & {"coach", "service", "person", "quote"}:
        yield "a discreet wording names somebody or something"
    if not (wording.needs - VALUES):
        yield from _fits_sms(wording, utterance, variant, content)


def _values(wording: Wording, utterance: Utterance, variant: str, spec: Required) -> Iterator[str]:
    allowed = ALWAYS | spec.values | {variant.removeprefix("with_")} & VALUES
    for name in sorted(wording.needs):
        if name not in VALUES:
            near = get_close_matches(name, VALUES, n=1)
            yield f"unknown value {{{name}}}" + (f" (perhaps {{{near[0]}}})" if near else "")
        elif name not in allowed:
            yield f"{{{name}}} is not known then, used"
        elif name == "numbers" and not utterance.numbers_from:
            yield "{numbers} is used without numbers_from,"
    if re.search(r"[{}]", VALUE.sub("", wording.text)):
        yield "a bracket { or } that is not a value"


def _fits_sms(
    wording: Wording, utterance: Utterance, variant: str, content: Content
) -> Iterator[str]:
    if variant == "wordings" and utterance.sms:
        return
    text = "\n".join([fill_longest(wording.text), *_choice_lines(utterance, content)])
    if content.language.sms_letters is not SmsLetters.UCS2:
        plain = to_gsm7(text)
        if plain is None:
            yield "a sign that a text message has no letter for"
            return
        text = plain
    count = segments(text).count
    if count > SEGMENTS_AT_MOST and not utterance.fixed:
        yield f"{count} text messages long with its longest values (2 at most; add an sms wording)"


def fill_longest(text: str) -> str:
    """A wording with every value as long as it is likely to be."""
    return VALUE.sub(lambda found: LONGEST[found[1]], text)


def _choice_lines(utterance: Utterance, content: Content) -> list[str]:
    labels = [fill_longest(label) for label in utterance.choices.values() if not _bad(label)]
    if utterance.choices_from == "areas":
        labels = [area.label for area in content.areas]
    if utterance.choices_from == "stages":
        lengths = [[stage.client for stage in area.stages] for area in content.areas]
        labels = max(lengths, key=lambda sentences: len("".join(sentences)), default=[])
    lines = [f"{number} {label}" for number, label in enumerate(labels, 1)]
    return [*lines, content.language.sms_choices] if lines else []


def _bad(label: str) -> frozenset[str]:
    return frozenset(VALUE.findall(label)) - ALWAYS


def _labels(content: Content) -> Iterator[Fault]:
    home = f"{content.folder.name}/{content.language.code}"
    labelled = [
        (u.file, u.line, label)
        for u in content.utterances.values()
        for label in u.choices.values()
    ]
    labelled += [(f"{home}/language.yml", 0, label) for label in content.language.choices.values()]
    for area in content.areas:
        labels = [area.label, *(stage.client for stage in area.stages)]
        labelled += [(f"{home}/areas.yml", 0, label) for label in labels]
    for file, line, label in labelled:
        if _bad(label):
            yield Fault(file, line, f"the label {label!r} uses a value that is not always known")
        elif len(label) > LONGEST_LABEL:
            yield Fault(file, line, f"the label {label!r} is over {LONGEST_LABEL} letters")
        elif label.strip(" .!?").lower() in CARRIER_WORDS:
            yield Fault(file, line, f"phone companies act on the label {label!r}")
