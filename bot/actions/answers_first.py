"""Answers of the first contact: begin or not, best hopes, the difference, a person instead."""

from __future__ import annotations

import re

from actions.answers import EMPTY
from actions.exact import plain
from actions.extract import Heard
from actions.kinds import AGREES, Nature
from actions.matters import file_for_a_person
from actions.talk import MOST_TIMES, Talk

# A yes is a yes that anybody would read as one; what the model believes is not enough.
_YES = re.compile(
    r"(yes|yeah|yep|yh|ye|yup|aye|ok|okay|k|sure|alright|fine|cool|course|of course|begin|start|"
    r"go|definitely|deffo|please|lets (go|begin|start)|im in|go (on|for it|ahead))\b"
)
_NOT_NOW = re.compile(r"\b(now|yet|today|later|busy|moment|minute)\b")
_YES_WORDS = 8
_BUT = re.compile(r"\b(but|not|dont|if|what|who|why|how|when|where|no)\b")
_NO = frozenset({"not for me", "its not for me", "leave it", "not interested", "no ta"})


def consent(talk: Talk, heard: Heard) -> None:
    """Begin or not. Nothing else is kept before a yes; unclear words are asked about once."""
    words = plain(talk.turn.reading.text)
    if talk.turn.key == "begin" or _plain_yes(words):
        talk.order("record_consent", answer="yes")
        talk.settle("consent")
    elif talk.turn.key == "not_for_me" or _plain_no(talk, heard):
        decline(talk)
    elif heard.nature in {Nature.HARD, Nature.LOSS}:
        talk.say("receipt_loss" if heard.nature is Nature.LOSS else "receipt_hard")


def _plain_no(talk: Talk, heard: Heard) -> bool:
    """Whether it says never: "not now" does not."""
    words = plain(talk.turn.reading.text)
    return words in _NO or (heard.nature is Nature.NO and not _NOT_NOW.search(words))


def _plain_yes(words: str) -> bool:
    """Whether a short text says yes and nothing that takes it back."""
    short = len(words.split()) <= _YES_WORDS
    return short and bool(_YES.match(words)) and not _BUT.search(words)


def decline(talk: Talk) -> None:
    """Not for them: recorded, said kindly, and over."""
    talk.order("record_consent", answer="declined")
    talk.say("consent_declined")
    talk.set(closing="quiet")
    talk.settle("consent", "declined")


def best_hopes(talk: Talk, heard: Heard) -> None:
    """Q1: any hope is a good one; a hope that is a loss is met with the offer of a person."""
    if heard.nature in EMPTY | {Nature.YES}:
        talk.say("receipt_dont_know")
        if talk.times_asked("best_hopes") >= MOST_TIMES or talk.turn.asks_left < 1:
            talk.settle("best_hopes", "let_go")
        return
    talk.settle("best_hopes")
    talk.words("record_best_hopes")
    talk.set(mood="hopes", loss=heard.nature is Nature.LOSS or None)
    if talk.turn.asks_left < 1 and heard.nature is not Nature.LOSS:
        talk.say("receipt_hopes")
    _file_without_offer(talk, heard)


def hopes_difference(talk: Talk, heard: Heard) -> None:
    """What difference that would make; kept with the hopes."""
    talk.settle("hopes_difference")
    if heard.nature in EMPTY | {Nature.YES}:
        unsure = heard.nature is Nature.DONT_KNOW
        talk.say("receipt_dont_know" if unsure else "receipt_let_go")
        return
    talk.words("record_best_hopes")
    talk.say("receipt_hopes")
    _file_without_offer(talk, heard)


def _file_without_offer(talk: Talk, heard: Heard) -> None:
    """Hopes name troubles as a matter of course: only what has to be done goes to a person."""
    matters = tuple(one for one in heard.for_a_person if one is not Nature.WORRY)
    file_for_a_person(talk, Heard(heard.sort, heard.nature, matters))


def hopes_person(talk: Talk, heard: Heard) -> None:
    """A person, or not now; more words are kept with the hope."""
    talk.settle("hopes_person")
    if talk.turn.key == "coach" or heard.nature in AGREES or heard.request == "ask_coach":
        talk.order("request_hand_off", to="coach", words=talk.turn.refs)
        talk.set(closing="handed")
    elif talk.turn.kind == "text" and heard.nature not in EMPTY:
        talk.words("record_best_hopes")
