"""What a client tells first: news that is good, plain, hard, or for a person to act on."""

from __future__ import annotations

import re
from collections.abc import Callable

from actions.extract import Heard, hard_part
from actions.kinds import FOR_A_PERSON, Nature
from actions.matters import file_for_a_person, name_people
from actions.talk import MOST_TIMES, Talk

# Luck is said to be luck only of things, never of people who came or rang.
_LUCK = re.compile(
    r"\b(won|lucky|luck|scratchcard|lottery|prize|given|gave|bought|present|gift|surprise|refund|"
    r"backdated|out of the blue|found)\b"
)
# "…, but we sorted it": the good part comes last, and is the one to answer.
_BUT = re.compile(r"\bbut\b|\bthen\b|\bsorted\b")
UNREAD_SURE = 0.5
HARD_SURE = 0.75
# Receipts and moods of the answers that say little and are good answers.
LITTLE = {
    Nature.NOTHING: ("nothing", "receipt_nothing"),
    Nature.NO: ("nothing", "receipt_nothing"),
    Nature.NO_ONE: ("nothing", "receipt_nothing"),
    Nature.NORMAL: ("normal", "receipt_normal"),
    Nature.OK: ("normal", "receipt_normal"),
    Nature.YES: ("normal", "receipt_normal"),
    Nature.SAME: ("same", "receipt_same"),
}


def again_or_let_go(talk: Talk, asks: str) -> bool:
    """A question is put once more in other words, or let go; never a third push."""
    if talk.times_asked(asks) < MOST_TIMES and talk.turn.asks_left > 0 and not talk.get("gentle"):
        return True
    talk.settle(asks, "let_go")
    return False


def take_news(talk: Talk, heard: Heard, *, asks: str) -> None:
    """Keep what was told and set the mood the plan goes on from."""
    if heard.nature in {Nature.HARD, Nature.LOSS}:
        take_hard(talk, heard)
        talk.settle(asks)
        file_for_a_person(talk, heard)
    elif heard.nature in LITTLE:
        _take_little(talk, heard, asks)
    elif heard.nature is Nature.DONT_KNOW:
        talk.say("receipt_dont_know")
        if not again_or_let_go(talk, asks):
            talk.set(mood="unsure")
    elif heard.nature in FOR_A_PERSON:
        _take_matter(talk, heard, asks)
    elif unread(talk) and asks == "better" and again_or_let_go(talk, asks):
        talk.say_instead = "not_understood"
    else:
        _take_noticing(talk, heard)
        talk.settle(asks)
        file_for_a_person(talk, heard)


def unread(talk: Talk) -> bool:
    """Words nothing was made of, to a question: kept, and asked for once in other words."""
    reading = talk.turn.reading
    made = reading.marks.get("told") or reading.marks.get("did")
    sure = reading.intent == "out_of_scope" and reading.confidence >= UNREAD_SURE
    return bool(talk.turn.open_asks) and sure and not made


def take_hard(talk: Talk, heard: Heard) -> None:
    """Pain is acknowledged first; what follows is coping and the offer of a person."""
    loss = heard.nature is Nature.LOSS
    talk.words("record_hard", loss=loss)
    talk.set(mood="loss" if loss else "hard")
    talk.say("receipt_loss" if loss else "receipt_hard")


def _take_little(talk: Talk, heard: Heard, asks: str) -> None:
    mood, receipt = LITTLE[heard.nature]
    if heard.nature in {Nature.NORMAL, Nature.SAME}:
        talk.words("record_noticing", by=None)
    talk.set(mood=mood)
    talk.say(receipt)
    talk.settle(asks)
    file_for_a_person(talk, heard)


def _take_matter(talk: Talk, heard: Heard, asks: str) -> None:
    """A worry closes the question gently; after a practical or session matter it comes back."""
    file_for_a_person(talk, heard)
    if Nature.WORRY in heard.for_a_person:
        talk.settle(asks, "let_go")
        talk.set(mood="worry")
    elif not again_or_let_go(talk, asks):
        talk.set(mood="unsure")
    elif asks == "better":
        talk.say_instead = "ask_better_beside"


def _take_noticing(talk: Talk, heard: Heard) -> None:
    marks = talk.turn.reading.marks
    did = marks.get("did")
    talk.words("record_noticing", by=did)
    talk.note_told(list(marks.get("told") or []))
    talk.set(mood="better", did=did, absence=_only_absence(talk), low=heard.hard_too or None)
    receipt = _receipt(talk, heard)
    if receipt:
        talk.say(receipt)


def _only_absence(talk: Talk) -> bool | None:
    """Only what is no longer there, and nothing of what is there instead."""
    marks = talk.turn.reading.marks
    return True if marks.get("absence") and not marks.get("told") else None


def _receipt(talk: Talk, heard: Heard) -> str | None:
    if heard.hard_too:
        reading = talk.turn.reading
        turned = _BUT.search(reading.text.lower()) and not hard_part(reading)
        return "receipt_hard_but" if turned else "receipt_hard"
    luck = talk.get("did") == "happened" and _LUCK.search(talk.turn.reading.text.lower())
    return "receipt_luck" if luck and talk.turn.open_asks else None


PARTS = {
    "how": "how", "helped": "helped", "what_else": "else", "who": "who",
    "you_noticed": "noticed", "difference": "difference", "instead": "instead", "keep": "keep",
}  # fmt: skip
NAMES_COUNT_IN = frozenset({"how", "helped", "what_else", "who", "difference"})


def take_part(talk: Talk, heard: Heard, *, asks: str) -> None:
    """Keep an answer that adds to a noticing; what came with it goes where it belongs."""
    nature = Nature.NO_ONE if asks == "who" and heard.nature in _NO_ONE else heard.nature
    talk.settle(asks)
    if nature is Nature.NO_ONE and asks in {"who", "you_noticed"}:
        _take_no_one(talk, asks)
    elif nature in _EMPTY:
        talk.settle(asks, "let_go")
        talk.say(_EMPTY[nature])
    elif nature in FOR_A_PERSON:
        _take_matter_beside(talk, heard, asks)
    else:
        _take_words(talk, heard, asks)


def _take_matter_beside(talk: Talk, heard: Heard, asks: str) -> None:
    """A matter is no answer: it goes to a person, and the question comes back once.

    After a worry nothing more is asked: "what did that change?" would seem to ask about it.
    """
    file_for_a_person(talk, heard)
    talk.settle(asks, "let_go")
    if heard.nature is Nature.WORRY:
        talk.set(mood="worry")
    elif talk.times_asked(asks) < MOST_TIMES:
        talk.unsettle(asks)
        talk.set(back=asks)


_NO_ONE = frozenset({Nature.NO_ONE, Nature.NO, Nature.NOTHING})
_EMPTY = {
    Nature.DONT_KNOW: "receipt_dont_know", Nature.NOTHING: "receipt_let_go",
    Nature.NO: "receipt_let_go", Nature.OK: "receipt_let_go", Nature.YES: "receipt_let_go",
}  # fmt: skip


def _take_no_one(talk: Talk, asks: str) -> None:
    """Take "no one" as the good answer it is; two check-ins go without this question."""
    talk.words("add_to_noticing", part=PARTS[asks], entry=None)
    talk.say("receipt_no_one")
    talk.set(who_rest=3, way="no_one")


def _take_words(talk: Talk, heard: Heard, asks: str) -> None:
    hard = is_hard(talk, heard)
    if not (hard and heard.for_a_person):  # trouble is no answer to what works
        talk.words("add_to_noticing", part=PARTS[asks], entry=None)
    if asks in NAMES_COUNT_IN:
        name_people(talk)
    talk.note_told(list(talk.turn.reading.marks.get("told") or []))
    if hard:
        take_hard(talk, heard)
    file_for_a_person(talk, heard)


def is_hard(talk: Talk, heard: Heard) -> bool:
    """Pain inside an answer: hard words, or a model that is sure of it."""
    sure = talk.turn.reading.confidence >= HARD_SURE
    hard = heard.nature is Nature.HARD and (heard.hard_too or sure)
    return hard or heard.nature is Nature.LOSS


Handler = Callable[[Talk, Heard], None]


def part_handlers() -> dict[str, Handler]:
    """One handler for each question whose answer adds to a noticing."""

    def make(asks: str) -> Handler:
        return lambda talk, heard: take_part(talk, heard, asks=asks)

    return {asks: make(asks) for asks in PARTS}
