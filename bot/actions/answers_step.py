"""Answers about a small sign or step: what it is, its size, a smaller piece, whose help."""

from __future__ import annotations

import re

from actions.answers import EMPTY
from actions.extract import Heard
from actions.kinds import AGREES, FOR_A_PERSON, Nature
from actions.matters import file_for_a_person
from actions.news import again_or_let_go, is_hard, take_hard
from actions.talk import Talk

_NO_STEP = re.compile(r"\b(dont|do not|cant|not) (really )?(think|want|need|fancy|feel like)\b")
_TYPED = (
    ("too_much", re.compile(r"\b(too (much|big|hard|far)|(a )?bit (much|big)|scary|harder)\b")),
    ("too_easy", re.compile(r"\b(too (easy|small)|easy|piece of cake|not enough)\b")),
    ("about_right", re.compile(r"\b(about right|right|just right|fine|ok|okay|doable|spot on)\b")),
)


def step(talk: Talk, heard: Heard) -> None:
    """Q11: a sign they might notice, or a step they might like to try; or neither."""
    if heard.nature is Nature.YES:
        again_or_let_go(talk, "step")
    elif heard.nature in EMPTY or _wants_none(talk):
        talk.settle("step", "let_go")
        talk.say("receipt_let_go")
    elif is_hard(talk, heard) or heard.nature in FOR_A_PERSON:
        talk.settle("step", "let_go")
        if heard.nature not in FOR_A_PERSON:
            take_hard(talk, heard)
        file_for_a_person(talk, heard)
    else:
        _keep_step(talk, heard, asks="step")


def _wants_none(talk: Talk) -> bool:
    text = talk.turn.reading.text.lower().replace("'", "").replace("’", "")
    return bool(_NO_STEP.search(text))


def _keep_step(talk: Talk, heard: Heard, *, asks: str) -> None:
    kind = "try" if talk.turn.reading.marks.get("will_do") else "notice"
    talk.words("record_small_step", kind=talk.get("step_kind") or kind)
    talk.set(step_kind=talk.get("step_kind") or kind, shown_done=None)
    talk.settle(asks)
    talk.say("receipt_step")
    file_for_a_person(talk, heard)


def step_size(talk: Talk, heard: Heard) -> None:
    """Q12, only for a step they chose: too easy, about right, too much."""
    size = talk.turn.key or _typed_size(talk, heard)
    talk.settle("step_size")
    if size is None:
        _keep_other_words(talk, heard)
        return
    talk.order("record_small_step", words=[], size=size)
    talk.set(step_size_said=size)


def _typed_size(talk: Talk, heard: Heard) -> str | None:
    text = talk.turn.reading.text.lower()
    found = next((size for size, pattern in _TYPED if pattern.search(text)), None)
    return found or ("about_right" if heard.nature in {Nature.YES, Nature.NORMAL} else None)


def _keep_other_words(talk: Talk, heard: Heard) -> None:
    """Words that choose nothing are still about the step: they are kept with it."""
    if heard.nature in EMPTY | {Nature.YES}:
        talk.say("receipt_let_go")
        return
    if is_hard(talk, heard):
        take_hard(talk, heard)
    elif heard.nature not in FOR_A_PERSON:
        talk.words("record_small_step", kind=talk.get("step_kind") or "notice")
        talk.say("receipt_plain")
    file_for_a_person(talk, heard)


def step_easy(talk: Talk, heard: Heard) -> None:
    """Too easy: left as it is, or made a bit more worth it."""
    talk.settle("step_easy")
    if talk.turn.key == "more_worth":
        talk.set(way="more_worth")
    elif talk.turn.kind == "text":
        _keep_other_words(talk, heard)


def step_much(talk: Talk, heard: Heard) -> None:
    """Too much: a smaller piece of it, or somebody's help."""
    talk.settle("step_much")
    text = talk.turn.reading.text.lower()
    if talk.turn.key == "help" or "help" in text:
        talk.set(way="help")
    elif talk.turn.key == "smaller" or "small" in text:
        talk.set(way="smaller")
    else:
        _keep_other_words(talk, heard)


def step_more(talk: Talk, heard: Heard) -> None:
    """What would make it a bit more worth it."""
    _step_in_words(talk, heard, asks="step_more")


def step_smaller(talk: Talk, heard: Heard) -> None:
    """A smaller piece of it."""
    _step_in_words(talk, heard, asks="step_smaller")


def _step_in_words(talk: Talk, heard: Heard, *, asks: str) -> None:
    if heard.nature in EMPTY | {Nature.YES}:
        talk.settle(asks, "let_go")
        talk.say("receipt_let_go")
        return
    _keep_step(talk, heard, asks=asks)


def step_help(talk: Talk, heard: Heard) -> None:
    """Whether the coach may know that help would make it possible."""
    wanted = talk.turn.key == "yes" or heard.nature in AGREES
    wanted = wanted or heard.request == "ask_coach"
    talk.settle("step_help")
    if not talk.turn.key and heard.nature not in EMPTY | {Nature.YES}:
        talk.words("record_small_step", kind="try")
    talk.order("record_small_step", words=[], help_wanted=wanted)
