"""Answers of a rating: which area, which sentence feels closest, what tells them so."""

from __future__ import annotations

import re

from actions.answers import EMPTY
from actions.ask import stages_of
from actions.extract import Heard
from actions.kinds import FOR_A_PERSON, Nature
from actions.matters import file_for_a_person
from actions.news import again_or_let_go, is_hard, take_hard
from actions.talk import Talk

# Words people use for an area or a stage, when they type instead of choosing.
AREA_WORDS = {
    "looking_after_myself": r"look(ing)? after|myself|me$|sleep|eat|health|wash|body|self",
    "confidence_and_skills": r"confiden|skill|learn|course|work|job|trying things",
    "involvement_and_decisions": r"involv|decision|decid|choos|say in|taking part|joining",
    "respect": r"respect|get(ting)? on|others|people|family",
    "fair_treatment": r"fair|treated|rights|listened",
}
STAGE_WORDS = {
    "stuck": r"stuck|not (yet|moving)|nowhere|first|top|hard",
    "accepting_help": r"help|believ|second|start(ing|ed)",
    "learning": r"learn|moving|getting there|third|trying|better",
    "self_reliance": r"own|self|last|bottom|fourth|sorted|there now|as it is|fine",
}


_PLACES = {"1st": 0, "first": 0, "top": 0, "2nd": 1, "second": 1, "3rd": 2, "third": 2,
           "4th": 3, "fourth": 3, "last": -1, "bottom": -1}  # fmt: skip
_PLACE = re.compile(r"\b(" + "|".join(_PLACES) + r")\b")
PHRASES = {
    "stuck": r"\bfeel(ing)? stuck|not moving|going nowhere",
    "accepting_help": r"(getting|taking|with) (some |a bit of )?help|start(ing|ed) to believe",
    "learning": r"getting there|moving forward|learning as i go",
    "self_reliance": r"\bmy own way|by my ?self now|happy (with|how|as)|keep it (so|that way|as)",
}
PHRASE_WORDS = 12
# Longer words choose nothing: "being able to cook for myself" is news, not an area.
CHOICE_WORDS = 5


def _typed(text: str, keys: list[str], words: dict[str, str]) -> str | None:
    """The one key these few words point at; None when none or more than one does."""
    low = text.lower()
    if len(low.split()) > CHOICE_WORDS:
        return None
    by_name = [key for key in keys if key.replace("_", " ") in low or key == low.strip()]
    if len(by_name) == 1:
        return by_name[0]
    found = [key for key in keys if re.search(words.get(key, re.escape(key)), low)]
    return found[0] if len(found) == 1 else None


def _by_place(text: str, keys: list[str]) -> str | None:
    """The sentence in the place these words name: "the 2nd one", "the last i suppose"."""
    found = _PLACE.search(text.lower()) if len(text.split()) <= CHOICE_WORDS + 1 else None
    place = _PLACES.get(found[1]) if found else None
    return keys[place] if place is not None and place < len(keys) else None


def _by_phrase(text: str, keys: list[str]) -> str | None:
    """Longer words choose a sentence only when they nearly say it."""
    low = text.lower()
    found = [key for key in keys if key in PHRASES and re.search(PHRASES[key], low)]
    return found[0] if len(found) == 1 and len(low.split()) <= PHRASE_WORDS else None


def rating_area(talk: Talk, heard: Heard) -> None:
    """Q15: one area of their choosing among those due."""
    keys = [str(area["key"]) for area in talk.turn.context.get("areas_due") or ()]
    area = talk.turn.key or _typed(talk.turn.reading.text, keys, AREA_WORDS)
    if area in keys:
        talk.set(area=area)
        talk.settle("rating_area")
    else:
        _not_chosen(talk, heard, "rating_area")


def rating_stage(talk: Talk, heard: Heard) -> None:
    """Which sentence feels closest; the words typed are kept with it."""
    keys = stages_of(talk)
    text = talk.turn.reading.text
    stage = talk.turn.key or _by_place(text, keys) or _by_phrase(text, keys)
    stage = stage or _typed(text, keys, STAGE_WORDS)
    if stage not in keys:
        _not_chosen(talk, heard, "rating_stage")
        return
    talk.words("record_rating", area=talk.get("area"), stage=stage)
    talk.set(stage=stage, way="rated")
    talk.settle("rating_stage")
    talk.say("receipt_rating")


def _not_chosen(talk: Talk, heard: Heard, asks: str) -> None:
    """Hard words end a rating; others are let go, or the sentences shown once more."""
    if heard.nature in {Nature.HARD, Nature.LOSS}:
        talk.settle(asks, "let_go")
        take_hard(talk, heard)
        file_for_a_person(talk, heard)
        return
    if heard.nature in EMPTY or not again_or_let_go(talk, asks):
        talk.settle(asks, "let_go")
        talk.settle("rating_stage", "let_go")
        if heard.nature in EMPTY:
            talk.say("receipt_let_go")
    if heard.nature not in EMPTY | {*FOR_A_PERSON, Nature.YES}:
        _keep_news(talk)
    file_for_a_person(talk, heard)


def _keep_news(talk: Talk) -> None:
    """Words that choose nothing tell something all the same: they are kept as it."""
    if talk.get("mood") == "better":
        talk.words("add_to_noticing", part="else", entry=None)
    else:
        talk.words("record_noticing", by=talk.turn.reading.marks.get("did"))
    talk.say("receipt_plain")


def rating_tells(talk: Talk, heard: Heard) -> None:
    """What tells them so: asked once, and it may be left."""
    talk.settle("rating_tells")
    if heard.nature in EMPTY | {Nature.YES}:
        talk.say("receipt_let_go")
        return
    talk.words("record_rating", area=talk.get("area"), stage=talk.get("stage"))
    if is_hard(talk, heard):
        take_hard(talk, heard)
    file_for_a_person(talk, heard)
