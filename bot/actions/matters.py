"""What goes to a person: worries, practical and session matters, and the names people give."""

from __future__ import annotations

import re

from actions.extract import Heard
from actions.kinds import Nature
from actions.talk import Talk

_CHANGES = (
    ("where", re.compile(r"\b(where|address|which room|what room|which office|how do i get)\b")),
    ("swap", re.compile(r"\b(swap|move|change|different|another|rearrange|instead|earlier|"
                        r"switch|reschedule|put it back|put it off)\b")),
    ("cannot_come", re.compile(r"\b(can'?t|cannot|cant|wont|won'?t|not|unable|miss|aint)\b.*\b"
                               r"(come|coming|make|be there|see|session|meet|meeting|it|able)\b")),
)  # fmt: skip


def file_for_a_person(talk: Talk, heard: Heard) -> None:
    """File each matter in these words for somebody; say so once, plainly, promising nothing."""
    for nature in heard.for_a_person:
        if nature is Nature.WORRY:
            if file_worry(talk):
                return  # the one offer, and nothing passed on beside it
        elif nature is Nature.PRACTICAL:
            file_practical(talk)
        else:
            file_session(talk)


def file_worry(talk: Talk) -> bool:
    """A worry is kept, and offered once to the coach: now, or for when they meet.

    True when the offer comes now.
    """
    talk.words("record_worry", when="undecided")
    if talk.settled("worry_when") or talk.get("mood") in {"hard", "loss"}:
        if not talk.replies:
            talk.say("receipt_hard")
        return False
    talk.set(about_refs=talk.turn.refs, service="worry_when")
    return True


def file_practical(talk: Talk) -> None:
    """A practical matter goes to a person the same working day, with the date they wrote."""
    date = talk.date()
    talk.words("ask_person", about="practical", date=date)
    values = {"date": date} if date and not talk.turn.overlaps_flagged(date) else {}
    talk.say("practical_passed", **values)


def file_session(talk: Talk) -> None:
    """A session matter goes to the coach at once; nothing is promised on their behalf."""
    talk.words("request_session_change", change=session_change(talk), date=talk.date())
    talk.say("session_passed")


def session_change(talk: Talk) -> str:
    """What kind of change the words speak of; "other" when unsure."""
    text = talk.turn.reading.text.lower().replace("’", "'")
    return next((name for name, pattern in _CHANGES if pattern.search(text)), "other")


def name_people(talk: Talk) -> None:
    """Point at the first person named, from words the screen did not flag."""
    people = talk.turn.reading.marks.get("people") or []
    coach = str(talk.turn.context.get("coach") or "").lower()
    named = [one for one in people if talk.turn.reading.text[one[0] : one[1]].lower() != coach]
    span = talk.turn.span(named[0]) if named and not talk.turn.flagged else None
    if span:
        talk.order("name_person", span=span)
