"""What a typed word may mean, and the shape of a language's table of words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """What a typed word means."""

    STOP = "stop"
    ASK_STOP = "ask_stop"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COACH = "coach"
    HELP = "help"
    SKIP = "skip"
    LATER = "later"
    LESS = "less"
    MORE = "more"
    NOT_TODAY = "not_today"
    QUICK_EXIT = "quick_exit"  # in no table: the client's own word


@dataclass(frozen=True)
class WordTable:
    """One language's words, in lower case with single spaces and bare edges.

    `in_chat` gives the few words that mean something else on Telegram than by SMS.
    PAUSE may be followed by words that are all in `date_words`, numbers, or numbers with one of
    `number_endings` ("3rd", "2wks"): "pause the telly" is then talk.
    `yes` and `no`, without apostrophes, answer a question that has only these two answers.
    `carry_on` takes a pause back, with words of `before_it` before and after.
    A wish for a person is for another than one's coach with any of `another` in it, or with the
    coach (their name, or one of `own_coach`) right behind `but` or a little behind `will_not`.
    """

    exact: Mapping[Word, tuple[str, ...]]
    in_chat: Mapping[str, Word]
    date_words: frozenset[str]
    number_endings: tuple[str, ...]
    yes: frozenset[str]
    no: frozenset[str]
    carry_on: frozenset[str]
    another: frozenset[str]
    own_coach: frozenset[str]
    but: frozenset[str]
    will_not: frozenset[str]
    before_it: frozenset[str]
