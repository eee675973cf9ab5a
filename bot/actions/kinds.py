"""The closed sets a turn is sorted into: what it is, what kind of thing was told or asked."""

from __future__ import annotations

from enum import Enum


class Sort(str, Enum):
    """What a turn is to the open question."""

    ANSWER = "answer"
    DETOUR = "detour"
    UNPROMPTED = "unprompted"
    CHOICE = "choice"
    EVENT = "event"


class Nature(str, Enum):
    """What kind of thing was told."""

    TOLD = "told"
    HARD = "hard"
    LOSS = "loss"
    NOTHING = "nothing"
    NORMAL = "normal"
    SAME = "same"
    DONT_KNOW = "dont_know"
    NO_ONE = "no_one"
    YES = "yes"
    NO = "no"
    OK = "ok"
    WORRY = "worry"
    PRACTICAL = "practical"
    SESSION = "session"


REQUESTS = frozenset({
    "ask_coach", "ask_someone_else", "pause", "resume", "stop", "help", "skip", "later",
    "not_today", "less", "more", "change_times", "correct_that", "delete_record", "show_record",
    "show_plan", "who_saw", "ask_who_reads", "ask_dwp", "ask_robot", "no_credit", "not_me",
    "ask_who_is_this", "other_person", "ask_question", "remind_me", "moved_on", "strike",
    "relapse_or_resume", "bye", "not_then", "moved_on_unsure",
})  # fmt: skip
CHAT = frozenset({"greet", "thanks", "small_talk", "insult"})
# How sure the model has to be of a request before it wins over an open question; SURE where
# nothing is said. Measured by tools/measure_detours.py: the lowest at which none of the held-out
# answers is lost, and one step more for what is hard to take back (docs/decisions/0052).
SURE = 0.65
NEEDED = {
    **dict.fromkeys(
        ("stop", "pause", "resume", "ask_someone_else", "delete_record", "ask_who_reads",
         "who_saw", "show_record", "show_plan", "remind_me", "skip", "thanks", "ask_robot"), 0.50),
    **dict.fromkeys(("help", "ask_dwp", "other_person", "less", "more", "change_times", "later"),
                    0.75),
}  # fmt: skip
# Requests that silence us or strike something: what sets them off is grave.
GRAVE = frozenset({
    "stop", "not_me", "moved_on", "delete_record", "other_person", "ask_who_is_this",
    "change_times", "less", "more", "later", "ask_coach",
})  # fmt: skip

NATURES = {
    "share_noticing": Nature.TOLD, "share_hard": Nature.HARD, "share_loss": Nature.LOSS,
    "share_nothing": Nature.NOTHING, "share_normal": Nature.NORMAL, "share_same": Nature.SAME,
    "share_worry": Nature.WORRY, "practical_matter": Nature.PRACTICAL,
    "session_matter": Nature.SESSION, "answer_yes": Nature.YES, "answer_no": Nature.NO,
    "answer_dont_know": Nature.DONT_KNOW, "answer_no_one": Nature.NO_ONE, "answer_ok": Nature.OK,
}  # fmt: skip
# Sorting considers the strongest class first (worry before practical before session).
STRONGEST = (Nature.LOSS, Nature.WORRY, Nature.PRACTICAL, Nature.SESSION, Nature.HARD, Nature.TOLD)
FOR_A_PERSON = (Nature.WORRY, Nature.PRACTICAL, Nature.SESSION)  # in this order
LITTLE = frozenset({
    Nature.NOTHING, Nature.NORMAL, Nature.SAME, Nature.DONT_KNOW, Nature.NO_ONE, Nature.YES,
    Nature.NO, Nature.OK,
})  # fmt: skip
# To an offer of a person "ok then" is a yes: one too many asked in is the lesser mistake.
AGREES = frozenset({Nature.YES, Nature.OK})
# For these questions some labels are simply how people answer them.
NOT_A_DETOUR_FROM = {
    "times": {"change_times", "less", "more", "pause", "later", "not_today", "remind_me"},
    "correction": {"correct_that", "ask_question", "strike"},
    "delete_sure": {"delete_record"},
    "hard_coach": {"ask_coach"},
    "hopes_person": {"ask_coach"},
    "worry_when": {"ask_coach", "later", "not_today", "session_matter"},
    "step_help": {"ask_coach", "help"},
    "step_easy": {"more", "less"},
    "step_size": {"more", "less", "later"},
    "step_much": {"more", "less", "help", "ask_coach"},
    "scale": {"more", "less", "later", "moved_on"},
    "scale_in": {"moved_on"},
    "scale_up": {"moved_on"},
    "rating_area": {"more", "less", "help", "moved_on"},
    "rating_stage": {"more", "less", "help", "later", "moved_on"},
    "rating_tells": {"moved_on"},
    "keep": {"moved_on"},
    "difference": {"moved_on"},
    "step": {"remind_me", "later", "moved_on"},
    "leave_it": {"pause", "stop", "resume"},
    "start_again": {"resume", "pause", "later", "greet"},
    "end_sure": {"stop", "moved_on", "ask_coach", "pause", "not_today", "later"},
    "relapse_or_resume": {"resume"},
    "best_hopes": {"moved_on", "stop", "ask_question"},
    "consent": {
        "resume",
        "skip",
        "less",
        "more",
        "change_times",
        "correct_that",
        "moved_on",
        "strike",
        "show_record",
        "show_plan",
        "who_saw",
        "delete_record",
        "remind_me",
        "ask_question",
        "pause",
        "relapse_or_resume",
    },
}
# At these a leaning towards a request is an answer, but a request said outright still wins.
SAID_OUTRIGHT_WINS = frozenset({
    "scale", "scale_in", "scale_up", "rating_area", "rating_stage", "rating_tells", "step",
    "step_size", "keep", "difference",
})  # fmt: skip
FOR_A_PERSON_LABELS = frozenset({"share_worry", "practical_matter", "session_matter"})
