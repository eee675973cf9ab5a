"""What a client writes with no question open: sorted, kept or passed on, met with one line."""

from __future__ import annotations

from actions.extract import BELIEVED, Heard
from actions.kinds import FOR_A_PERSON, Nature
from actions.matters import file_for_a_person
from actions.news import take_hard, take_news
from actions.talk import Talk

CHAT = frozenset({Nature.NORMAL, Nature.SAME})
# An "ok", a yes or a thumbs-up to a closing text needs no answer.
SILENT = frozenset({
    Nature.OK, Nature.YES, Nature.NO, Nature.NOTHING, Nature.DONT_KNOW, Nature.NO_ONE,
})  # fmt: skip


def take_unprompted(talk: Talk, heard: Heard) -> None:
    """Sort words nobody asked for: hard first, then for a person, then noticings, then chat."""
    talk.set(lost=None if _understood(talk) else talk.get("lost"))
    if heard.nature in {Nature.HARD, Nature.LOSS}:
        take_hard(talk, heard)
        file_for_a_person(talk, heard)
    elif heard.nature in FOR_A_PERSON:
        file_for_a_person(talk, heard)
        talk.set(mood="worry")
    elif heard.nature in SILENT:
        talk.order("stay_silent")
    elif heard.nature in CHAT:
        talk.say("chat")
    elif not _understood(talk):
        _not_understood(talk)
    else:
        take_news(talk, heard, asks="better")
        talk.replies.insert(0, {"response": "utter_noticing_kept", "values": {}})


def _understood(talk: Talk) -> bool:
    """The words were read with some certainty, or tell something by our own rules."""
    reading = talk.turn.reading
    by_rule = reading.marks.get("told") or reading.marks.get("did") or reading.marks.get("also")
    letters = any(mark.isalpha() for mark in reading.text)
    sure = reading.confidence >= BELIEVED and reading.intent != "out_of_scope" and letters
    return bool(sure or by_rule)


def _not_understood(talk: Talk) -> None:
    """Asked about once in other words; the second time a person reads it."""
    if talk.get("lost"):
        talk.words("ask_person", about="other", date=talk.date())
        talk.say("question_passed")
        talk.set(lost=None)
    else:
        talk.say("not_understood")
        talk.set(lost=True)
