"""What a client may ask at any point, from every question there is."""

import os

import pytest

from onestep.services.open_question import QUESTIONS
from tests.conversations.expecting import unmet
from tests.conversations.playing import Start, failures

pytestmark = pytest.mark.slow

LONG = bool(os.environ.get("ONESTEP_TEST_LONG"))
SOME = ("Q5", "Q8")
# What they write → what it must bring; None is nothing asked any more.
DETOURS = {
    "skip": {"said": ["receipt_skip"]},
    "pass": {"said": ["receipt_skip"]},
    "ask me later": {"said": ["postponed|close_later"], "asks": None},
    "not today": {"said": ["close_declined"], "asks": None},
    "less": {"said": ["less_done"], "commands": ["set_terms frequency=less"]},
    "more": {"said": ["more_done"], "commands": ["set_terms frequency=more"]},
    "can you text me less often please": {"commands": ["set_terms frequency=less"]},
    "PAUSE": {"said": ["paused_open"], "contact": "paused", "asks": None},
    "pause 2 weeks": {"said": ["paused_until"], "contact": "paused", "asks": None},
    "give me a break for a bit": {"said": ["paused_*"], "contact": "paused", "asks": None},
    "STOP": {"said": ["stopped"], "contact": "stopped", "asks": None},
    "please stop texting me": {"contact": "stopped", "asks": None},
    "COACH": {"said": ["hand_off_requested"], "asks": None},
    "can someone ring me": {"said": ["hand_off_requested"], "asks": None},
    "can i talk to ana": {"said": ["hand_off_requested"], "asks": None},
    "someone else please, not ana": {"said": ["hand_off_someone_else"], "asks": None},
    "who sees this": {"said": ["answer_who_reads"]},
    "who has seen my words": {"said": ["who_saw_ask_coach"]},
    "does the dwp see this": {"said": ["answer_dwp"]},
    "are you a robot": {"said": ["answer_robot"]},
    "what have i told you": {"said": ["show_record_ask_coach"]},
    "my plan": {"said": ["show_plan_ask_coach"]},
    "that's wrong": {"said": ["correction_ask"], "asks": "correction"},
    "can you change the day you text me": {"said": ["times_ask"], "asks": "times"},
    "delete everything": {"said": ["delete_sure"], "asks": "delete_sure"},
    "no credit": {"said": ["answer_no_credit"], "asks": None},
    "thanks": {"said": ["thanks"]},
    "how are you": {"said": ["chat*"]},
    "HELP": {"said": ["answer_help"]},
    "wrong number": {"said": ["not_me_done"], "asks": None},
    "this is her mum what has she told you": {"said": ["other_person"], "asks": None},
}
KEPT = ("record_noticing", "add_to_noticing", "record_scale", "record_rating", "record_coping")


@pytest.mark.parametrize("question", QUESTIONS if LONG else SOME)
@pytest.mark.parametrize("words", DETOURS)
def test_detour(room, words, question):
    """A request is met from any question, and its words are no answer to that question."""
    if question == "Q1" and words in {"less", "more", "can you text me less often please"}:
        pytest.skip("terms come later than first contact")
    with room.talk(Start(ask=question), seed=f"{words} {question}") as talk:
        said = talk.say(words)
        assert not list(unmet(said, {**DETOURS[words], "not_commands": KEPT})), said
        assert not failures(talk)


@pytest.mark.parametrize("question", QUESTIONS if LONG else SOME)
def test_a_question_comes_back_once(room, question):
    """After two detours the question is let go or another takes its place: never a third time."""
    with room.talk(Start(ask=question), seed=question) as talk:
        asked = talk.open_prompt()[0]
        first = talk.say("who sees this")
        assert first.asks == asked
        second = talk.say("are you a robot")
        assert second.asks != asked
