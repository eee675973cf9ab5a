"""Answers to the questions of a check-in: better, shown up, coping, the scale."""

from __future__ import annotations

import re

from actions.extract import Heard
from actions.kinds import AGREES, Nature
from actions.matters import file_for_a_person
from actions.news import is_hard, take_hard, take_news
from actions.talk import Talk

EMPTY = frozenset({Nature.DONT_KNOW, Nature.NOTHING, Nature.NO, Nature.OK, Nature.NO_ONE})
HOW_THINGS_ARE = frozenset({Nature.HARD, Nature.LOSS, Nature.NORMAL, Nature.SAME})
LOW_SCALE = 3
TOP = 10
# Two words about the step are the news as well, unless they only say "a bit, yeah".
NEWS_WORDS, SAYS_SO_WORDS = 2, 4
# "Nothing's better" is said of all there is, not of the one small thing.
_OF_EVERYTHING = re.compile(r"\b(better|good|changed|different)\b")
_SOME = re.compile(r"\b(bit|some|sort of|kind of|kinda|little|sometimes|partly)\b")


def better(talk: Talk, heard: Heard) -> None:
    """Q4: what has been better."""
    take_news(talk, heard, asks="better")


def shown_up(talk: Talk, heard: Heard) -> None:
    """Q17: whether any of the step has shown up; told at length it is the news as well."""
    talk.settle("shown_up")
    talk.words("record_step_outcome", shown=_shown(talk, heard))
    if heard.nature in HOW_THINGS_ARE or _is_news(talk, heard):
        take_news(talk, heard, asks="better")
        talk.set(did=talk.get("did") or "happened")  # it has shown up: by itself, unless they say
    elif heard.for_a_person:
        file_for_a_person(talk, heard)
    elif heard.nature is Nature.NOTHING and _OF_EVERYTHING.search(_text(talk)):
        take_news(talk, heard, asks="better")
    elif heard.nature in {Nature.NO, Nature.NOTHING, Nature.NO_ONE}:
        talk.say("receipt_let_go")
    elif heard.nature is Nature.DONT_KNOW:
        talk.say("receipt_dont_know")


def _text(talk: Talk) -> str:
    return talk.turn.reading.text.lower()


def _is_news(talk: Talk, heard: Heard) -> bool:
    reading = talk.turn.reading
    only_says_so = reading.words <= SAYS_SO_WORDS and bool(_SOME.search(reading.text.lower()))
    told = heard.nature is Nature.TOLD and not only_says_so
    return told and reading.words >= NEWS_WORDS


def _shown(talk: Talk, heard: Heard) -> str | None:
    if _SOME.search(talk.turn.reading.text.lower()):
        return "some"
    if heard.nature is Nature.YES or talk.turn.reading.intent == "answer_yes":
        return "yes"
    if _is_news(talk, heard):
        return "yes" if talk.turn.reading.intent == "share_noticing" else None
    return "no" if heard.nature in {Nature.NO, Nature.NOTHING, Nature.NO_ONE} else None


def coping(talk: Talk, heard: Heard) -> None:
    """Q9: how they have been getting through; as an opener it also tells how things are."""
    talk.settle("coping")
    opener = talk.get("mood") is None
    if heard.nature in {Nature.HARD, Nature.LOSS}:
        take_hard(talk, heard)
    elif heard.nature in EMPTY:
        talk.say("receipt_dont_know")
        talk.set(mood="hard" if opener else talk.get("mood"))
    elif opener and heard.nature in {Nature.NORMAL, Nature.SAME, Nature.YES}:
        take_news(talk, heard, asks="coping")
        return
    else:
        talk.words("record_coping")
        talk.set(mood="coped" if opener else talk.get("mood"))
        talk.say("receipt_plain")
    file_for_a_person(talk, heard)


def hard_coach(talk: Talk, heard: Heard) -> None:
    """The offer of the coach: taken, left, or answered with more of what is going on."""
    talk.settle("hard_coach")
    if talk.turn.key == "coach" or heard.nature in AGREES or heard.request == "ask_coach":
        talk.order("request_hand_off", to="coach", words=talk.turn.refs)
        talk.set(closing="handed")
    elif heard.nature in {Nature.HARD, Nature.LOSS}:
        take_hard(talk, heard)
        file_for_a_person(talk, heard)
    elif talk.turn.kind == "text" and heard.nature not in EMPTY:
        talk.words("record_coping")
        file_for_a_person(talk, heard)


def scale(talk: Talk, heard: Heard) -> None:
    """Q8: a number, a half, a range or words are all answers; numbers are not compared."""
    talk.settle("scale")
    talk.set(since_scale=0)
    number = talk.turn.reading.marks.get("number")
    if number is None and heard.nature in EMPTY | {Nature.YES}:
        talk.settle("scale", "let_go")
        talk.say("receipt_let_go")
        return
    talk.words("record_scale", number=number, part="number")
    talk.set(way="number", low=(number is not None and number <= LOW_SCALE) or None)
    if number == 0:
        talk.set(number="zero")
        talk.say("receipt_scale_zero")
    elif number == TOP:
        talk.set(number="ten")
        talk.say("receipt_scale_ten")
    _also_hard(talk, heard)


def scale_in(talk: Talk, heard: Heard) -> None:
    """What is already in that number."""
    _scale_words(talk, heard, asks="scale_in", part="in_it")


def scale_up(talk: Talk, heard: Heard) -> None:
    """What they would notice one up."""
    _scale_words(talk, heard, asks="scale_up", part="one_up")


def _scale_words(talk: Talk, heard: Heard, *, asks: str, part: str) -> None:
    if heard.nature in EMPTY | {Nature.YES}:
        talk.settle(asks, "let_go")
        talk.set(way=None)
        talk.say("receipt_dont_know" if heard.nature is Nature.DONT_KNOW else "receipt_let_go")
        return
    talk.settle(asks)
    talk.words("record_scale", number=None, part=part)
    _also_hard(talk, heard)


def _also_hard(talk: Talk, heard: Heard) -> None:
    if is_hard(talk, heard):
        take_hard(talk, heard)
    file_for_a_person(talk, heard)
