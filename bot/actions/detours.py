"""What the client may ask at any point: what is said and done, what becomes of the question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from actions.talk import Talk


class After(Enum):
    """What becomes of the open question."""

    BACK = "comes back once, in other words"
    SKIP = "is over, the next one comes"
    LET_GO = "is let go, nothing more is asked"


def _nothing(talk: Talk) -> None:
    """No command goes with it."""


@dataclass(frozen=True)
class Detour:
    """One line of the table below."""

    say: str | None = None
    do: Callable[[Talk], None] = _nothing
    after: After = After.BACK


def _order(command: str, **fields: object) -> Callable[[Talk], None]:
    return lambda talk: talk.order(command, **fields)


def _words(command: str, **fields: object) -> Callable[[Talk], None]:
    return lambda talk: talk.words(command, **fields)


def _dated(command: str) -> Callable[[Talk], None]:
    return lambda talk: talk.order(command, date=talk.date())


def _for_a_person(about: str) -> Callable[[Talk], None]:
    return lambda talk: talk.words("ask_person", about=about, date=talk.date())


def _service(asks: str) -> Callable[[Talk], None]:
    def open_it(talk: Talk) -> None:
        talk.reopen(asks)
        talk.set(service=asks)

    return open_it


def _end(how: str, *, until_they_write: bool = False) -> Callable[[Talk], None]:
    def end(talk: Talk) -> None:
        if until_they_write or talk.get("talk_kind") == "check_in_form":
            talk.order("end_check_in", how=how, until_they_write=until_they_write)

    return end


def _not_today(talk: Talk) -> None:
    """Closed kindly; what is hard about the day is taken in, and kept."""
    if talk.turn.reading.marks.get("hard"):
        talk.words("record_hard", loss=False)
        talk.say("receipt_hard")
    _end("declined")(talk)


def _times(talk: Talk) -> None:
    """With the days in it the message is the answer; else they are asked for."""
    if talk.date():
        talk.words("set_terms")
    else:
        _service("times")(talk)


def _strike(talk: Talk) -> None:
    entries = talk.turn.context.get("entries") or ()
    if entries:
        talk.order("strike_entry", entry=entries[-1]["ref"])
        talk.say("strike_kept")
    else:
        talk.words("ask_person", about="record", date=None)
        talk.say("question_passed")


def _who_is_this(talk: Talk) -> None:
    """To a first message it is a fair question; later it may be somebody else's hand."""
    if talk.get("talk_kind") == "first_contact_form":
        talk.say("answer_who_is_this")
        return
    talk.words("mark_sender")
    talk.say("answer_who_is_this")
    talk.set(closing="quiet")


def _about_this(asks: str) -> Callable[[Talk], None]:
    """A question about these very words, which are pointed at once it is answered."""

    def open_it(talk: Talk) -> None:
        _service(asks)(talk)
        talk.set(about_refs=talk.turn.refs)

    return open_it


DETOURS: dict[str, Detour] = {
    # about the question
    "skip": Detour("receipt_skip", after=After.SKIP),
    "later": Detour(do=_dated("postpone"), after=After.LET_GO),
    "not_today": Detour("close_declined", _not_today, After.LET_GO),
    "bye": Detour("close_later", after=After.LET_GO),
    # about contact: the application says what it did, it knows the dates
    "less": Detour(do=_words("set_terms", frequency="less")),
    "more": Detour(do=_words("set_terms", frequency="more")),
    "change_times": Detour(do=_times),
    "not_then": Detour(do=_words("set_terms"), after=After.LET_GO),
    "pause": Detour(do=_dated("pause"), after=After.LET_GO),
    "resume": Detour(do=_order("resume")),
    "relapse_or_resume": Detour(do=_about_this("relapse_or_resume")),
    "stop": Detour(do=_order("stop"), after=After.LET_GO),
    "no_credit": Detour(
        "answer_no_credit", _end("left_open", until_they_write=True), After.LET_GO
    ),
    "not_me": Detour(do=_order("not_me"), after=After.LET_GO),
    "moved_on": Detour(do=_words("end"), after=After.LET_GO),
    "moved_on_unsure": Detour(do=_about_this("end_sure")),
    # a person
    "ask_coach": Detour(do=_words("request_hand_off", to="coach"), after=After.LET_GO),
    "ask_someone_else": Detour(
        do=_words("request_hand_off", to="someone_else"), after=After.LET_GO
    ),
    "help": Detour("answer_help", after=After.LET_GO),
    "ask_question": Detour("question_passed", _for_a_person("question")),
    "remind_me": Detour("remind_not_yet", _for_a_person("other")),
    # what it is and who reads it
    "ask_who_reads": Detour("answer_who_reads"),
    "ask_dwp": Detour("answer_dwp"),
    "ask_robot": Detour("answer_robot"),
    "ask_who_is_this": Detour(do=_who_is_this),
    "other_person": Detour("other_person", _words("mark_sender"), After.LET_GO),
    # their words
    "show_record": Detour(do=_order("show_record")),
    "show_plan": Detour(do=_order("show_plan")),
    "who_saw": Detour(do=_order("who_saw")),
    "correct_that": Detour(do=_service("correction")),
    "strike": Detour(do=_strike),
    "delete_record": Detour(do=_service("delete_sure")),
    # talk
    "greet": Detour("greet"),
    "thanks": Detour("thanks"),
    "small_talk": Detour("chat"),
    "insult": Detour("insult", after=After.LET_GO),  # to ask again would be a push
}


def take_detour(talk: Talk, request: str) -> None:
    """Answer a request, and settle what becomes of the open question."""
    detour, asks = DETOURS[request], talk.turn.open_asks
    if asks is None and request in {"skip", "bye"}:
        talk.order("stay_silent")
        return
    detour.do(talk)
    if detour.say:
        talk.say(detour.say)
    if detour.after is After.LET_GO:
        talk.set(closing="quiet")
    elif detour.after is After.SKIP and asks:
        skip(talk, asks)
    elif asks:
        talk.set(back=talk.get("back") or asks)


def skip(talk: Talk, asks: str) -> None:
    """A question is skipped, and what would follow from it with it."""
    talk.settle(asks, "skipped")
    talk.set(way=None)
    if asks == talk.get("service"):
        talk.set(service=None)
    if asks in {"better", "coping"} and talk.get("mood") is None:
        talk.set(mood="unsure")
    if asks == "rating_area":
        talk.settle("rating_stage", "skipped")
