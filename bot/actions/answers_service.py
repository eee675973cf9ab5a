"""Answers to what the service had to ask because the client asked for something."""

from __future__ import annotations

import re

from actions.answers import EMPTY
from actions.exact import plain
from actions.extract import Heard
from actions.kinds import Nature
from actions.matters import file_for_a_person
from actions.news import take_news, unread
from actions.talk import Talk

_SESSION = re.compile(r"\b(session|meet|meeting|wait|see (her|him|them|u|you)|when i|next time)\b")
_NOW = re.compile(r"\b(now|asap|today|tonight|straight away|soon|quick|ring|call|tell)\b")
_DELETE = re.compile(r"\b(delete|erase|wipe|remove|get rid)\b")
_CARRY_ON = re.compile(r"\b(carry on|go on|keep going|keep it going|lets go|continue|im back)\b")
_FINISH = re.compile(r"\b(finish|stop|end|done|no more)\b")
_LEAVE = re.compile(r"\b(leave it|leave me|not now|dont|stop)\b")
_NOT = re.compile(r"\b(dont|do not|not|no|never|nothing|keep)\b")
_NEVER_MIND = re.compile(r"\b(never ?mind|forget it|doesnt matter|leave it)\b")


def over(talk: Talk, asks: str) -> None:
    """A service question is answered; the one it interrupted may come back."""
    talk.settle(asks)
    talk.set(service=None)


def worry_when(talk: Talk, heard: Heard) -> None:
    """For the coach now, or for when they meet; other words leave it kept and undecided."""
    over(talk, "worry_when")
    refs = list(talk.get("about_refs") or [])
    talk.set(about_refs=None)
    key = talk.turn.key or _typed_when(talk, heard)
    if key is None:
        talk.say("receipt_let_go")
        return
    talk.order("record_worry", words=refs, when=key)
    if talk.turn.kind == "text" and Nature.WORRY in heard.for_a_person:
        talk.words("record_worry", when=key)
    talk.say("worry_now" if key == "now" else "worry_session")


def _typed_when(talk: Talk, heard: Heard) -> str | None:
    text = talk.turn.reading.text.lower()
    if _SESSION.search(text):
        return "session"
    sooner = heard.nature is Nature.YES or heard.request == "ask_coach" or _NOW.search(text)
    return "now" if sooner or Nature.WORRY in heard.for_a_person else None


def correction(talk: Talk, heard: Heard) -> None:
    """The corrected version stands beside the first; with no entry a person looks at it."""
    over(talk, "correction")
    entries = talk.turn.context.get("entries") or ()
    if heard.nature in EMPTY or _NEVER_MIND.search(talk.turn.reading.text.lower()):
        talk.say("receipt_let_go")
        return
    if entries:
        talk.words("correct_entry", entry=entries[-1]["ref"])
        talk.say("correction_kept")
    else:
        talk.words("ask_person", about="record", date=None)
        talk.say("question_passed")


def times(talk: Talk, heard: Heard) -> None:
    """Other days or hours, in their words; the application says what it made of them."""
    over(talk, "times")
    if heard.nature in EMPTY:
        talk.say("receipt_let_go")
    else:
        talk.words("set_terms")


def delete_sure(talk: Talk, heard: Heard) -> None:
    """The second, explicit yes. Anything else keeps everything."""
    over(talk, "delete_sure")
    text = plain(talk.turn.reading.text)
    said = bool(_DELETE.search(text)) and not _NOT.search(text)
    typed = heard.nature is Nature.YES or said
    if talk.turn.key == "delete_yes" or (talk.turn.kind == "text" and typed):
        talk.order("delete_record", confirmed=True)
        talk.say("delete_passed")
        talk.set(closing="quiet")
    else:
        talk.say("delete_kept")


def leave_it(talk: Talk, heard: Heard) -> None:
    """After two unanswered check-ins: carry on, or leave it until they write."""
    over(talk, "leave_it")
    text = talk.turn.reading.text.lower()
    if talk.turn.key == "leave_it" or heard.nature is Nature.NO or _LEAVE.search(text):
        talk.order("end_check_in", how="declined", until_they_write=True)
        talk.say("close_no_next")
        talk.set(closing="quiet")
    elif not _goes_on(talk, heard):
        take_news(talk, heard, asks="better")


def _goes_on(talk: Talk, heard: Heard) -> bool:
    plain_yes = heard.nature in {Nature.YES, Nature.OK}
    says_so = bool(_CARRY_ON.search(plain(talk.turn.reading.text)))
    return talk.turn.kind == "choice" or plain_yes or says_so


def start_again(talk: Talk, heard: Heard) -> None:
    """After a pause: yes starts again; anything else leaves it quiet until they say."""
    over(talk, "start_again")
    talk.set(closing="quiet", came_back=None)
    if talk.turn.key == "yes" or (talk.turn.kind == "text" and _goes_on(talk, heard)):
        talk.order("resume")
    elif talk.turn.kind == "choice" or heard.nature in EMPTY or unread(talk) or talk.date():
        talk.order("pause", date=talk.date())
    else:
        take_news(talk, heard, asks="better")
        talk.set(closing=None)


def relapse_or_resume(talk: Talk, heard: Heard) -> None:
    """Take what "im back on it" meant: a wish to go on, or something else that was going on."""
    over(talk, "relapse_or_resume")
    refs = list(talk.get("about_refs") or [])
    talk.set(about_refs=None)
    if talk.turn.key == "start_again" or heard.nature is Nature.YES:
        talk.order("resume")
        talk.set(closing="quiet")
        return
    said = talk.turn.kind == "text" and heard.told
    if said and heard.nature not in {Nature.HARD, Nature.LOSS}:
        talk.order("record_noticing", words=[*refs, *talk.turn.refs], by=None)
        talk.say("receipt_plain")
        file_for_a_person(talk, heard)
        return
    talk.order("record_hard", words=refs, loss=False)
    talk.set(mood="hard")
    if said:
        talk.words("record_hard", loss=heard.nature is Nature.LOSS)
    talk.say("receipt_hard" if said else "receipt_plain")


def end_sure(talk: Talk, heard: Heard) -> None:
    """Whether "I'm done with this" meant to finish; a person may be what they want instead."""
    over(talk, "end_sure")
    refs = list(talk.get("about_refs") or [])
    talk.set(about_refs=None)
    key = talk.turn.key or _typed_end(talk, heard)
    if key == "finish":
        talk.order("end", words=refs)
        talk.set(closing="quiet")
    elif key == "coach":
        talk.order("request_hand_off", to="coach", words=refs)
        talk.set(closing="handed")
    elif key == "carry_on":
        talk.say("carries_on")
    else:
        take_news(talk, heard, asks="better")


def _typed_end(talk: Talk, heard: Heard) -> str | None:
    text = plain(talk.turn.reading.text)
    if heard.request == "ask_coach" or talk.turn.reading.intent == "ask_coach":
        return "coach"
    finish = _FINISH.search(text) and not _NOT.search(text)
    if finish or heard.nature is Nature.YES:
        return "finish"
    return "carry_on" if _CARRY_ON.search(text) or heard.nature in EMPTY else None
