"""Whole talks through the trained bot: the worked examples, and what every talk must keep to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from actions.ask import QUESTIONS
from actions.begin import LEAVE_IT_AFTER
from actions.detours import DETOURS
from server.request import EVENTS, read_request
from tests import scenes
from tests.talking import Phone, plain_lines

FILES = sorted(scenes.CONTRACT.glob("*.json"))
# Commands of this version of the contract; each has a worked example.
COMMANDS = {
    "record_best_hopes", "record_noticing", "add_to_noticing", "record_coping",
    "record_small_step", "record_step_outcome", "record_rating", "record_scale", "record_hard",
    "name_person", "correct_entry", "strike_entry", "request_hand_off", "record_worry",
    "ask_person", "request_session_change", "mark_sender", "record_consent", "pause", "resume",
    "stop", "end", "set_terms", "postpone", "not_me", "show_record", "show_plan", "who_saw",
    "delete_record", "end_check_in", "stay_silent",
}  # fmt: skip
DUE = "check_in_due"
# What was understood may shift a little with training; what is said and done may not.
SAID_AND_DONE = ("replies", "commands", "state")


def worked() -> list[dict[str, Any]]:
    """Every worked example there is."""
    return [row for file in FILES for row in json.loads(Path(file).read_text("utf-8"))]


WORKED = worked()


@pytest.fixture(scope="module")
def turner(door: Any) -> Any:
    """The trained bot, without its socket."""
    return door._turner


@pytest.fixture
def phone(turner: Any) -> Phone:
    """A client's phone on the trained bot."""
    return Phone(turner)


def test_every_command_has_an_example() -> None:
    """A command without a worked example is not part of the contract."""
    seen = {c["command"] for row in WORKED for c in row["answer"]["commands"]}
    assert seen == COMMANDS


def test_every_event_and_prompt_meaning_has_an_example() -> None:
    """Every event comes in, and every question is put, in some worked example."""
    events = {row["request"]["input"].get("event") for row in WORKED} - {None}
    prompts = {r["prompt"]["asks"] for row in WORKED for r in row["answer"]["replies"]
               if r.get("prompt")}  # fmt: skip
    assert events == EVENTS
    assert prompts == QUESTIONS


def test_every_detour_has_an_example_from_a_question() -> None:
    """Each line of the detour table is asked for at an open question somewhere."""
    said = {scene[0] for scene in scenes.DETOURS}
    assert {f"{name}, at Q4" for name in scenes.REQUESTS} <= said
    assert len(scenes.REQUESTS) >= len(DETOURS)


def test_every_utterance_said_has_its_plain_line() -> None:
    """What the examples say is in the domain, so that `rasa shell` can say it."""
    said = {reply["say"] for row in WORKED for reply in row["answer"]["replies"]}
    assert said <= set(plain_lines())


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_bot_answers_the_worked_examples(turner: Any, file: Path) -> None:
    """Replies, commands and state are as written down, for every example."""
    wrong = []
    for row in json.loads(file.read_text("utf-8")):
        answer = turner.answer(read_request(json.dumps(row["request"]).encode()))
        same = {key: scenes.without_model(answer)[key] for key in SAID_AND_DONE}
        if same != {key: row["answer"][key] for key in SAID_AND_DONE}:
            wrong.append(row["name"])
    assert wrong == []


@pytest.mark.slow
def test_one_question_a_turn_and_never_a_third_time(turner: Any) -> None:
    """At most one prompt a turn; a question is put at most twice in one talk (consent apart)."""
    for scene in (scene for group in scenes.FILES.values() for scene in group):
        put: dict[str, int] = {}
        for turn in scenes.play(turner, scene).answers:
            if turn["request"]["input"].get("event"):
                put = {}
            prompts = [r["prompt"]["asks"] for r in turn["answer"]["replies"] if r.get("prompt")]
            assert len(prompts) <= 1, scene[0]
            for asked in prompts:
                put[asked] = put.get(asked, 0) + 1
            assert all(n <= 2 for one, n in put.items() if one != "consent"), scene[0]


@pytest.mark.slow
def test_nothing_but_consent_before_a_yes(phone: Phone) -> None:
    """Before a yes nothing is recorded; who reads this may be asked as often as they like."""
    phone.event("first_contact")
    for text in ("who reads this", "are you a robot", "my week was shit", "does the dwp see this"):
        phone.say(text)
        assert phone.commands() == []
    assert phone.open_prompt is not None


@pytest.mark.slow
def test_a_hard_talk_is_never_pushed(phone: Phone) -> None:
    """After hard words: acknowledged first, coping, the coach, close; no scale, rating or step."""
    phone.context = {"best_hopes": "x", "due": ["rating", "scale"], "last_small_step": None}
    phone.event(DUE)
    phone.say("awful week, everything went wrong")
    assert phone.keys() == ["receipt_hard", "ask_coping"]
    phone.say("my dog")
    assert phone.keys()[-1] == "offer_coach"
    phone.choose("not_now")
    assert phone.keys() == ["close_hard"]


@pytest.mark.slow
def test_coping_is_not_asked_again_days_later_in_the_same_check_in(phone: Phone) -> None:
    """A check-in broken off goes on until the next: what was answered in it is not asked again."""
    phone.event(DUE)
    phone.say("awful week, everything went wrong")
    phone.say("walking it off")
    assert phone.keys()[-1] == "offer_coach"
    phone.say("youre a stupid robot")
    assert phone.open_prompt is None
    phone.say("im so angry i could scream")
    assert phone.keys() == ["receipt_hard", "offer_coach"]
    phone.choose("not_now")
    phone.event(DUE, last_hard=True)
    assert phone.keys() == ["ask_coping_opener"]


@pytest.mark.slow
def test_nothing_is_put_a_third_time_in_a_check_in_that_goes_on(phone: Phone) -> None:
    """Put and left unanswered: once more days later, in other words, and no more."""
    phone.event(DUE)
    asked = []
    for text in ("awful week, everything went wrong", "im so angry i could scream",
                 "had a horrible day, i cried all night"):  # fmt: skip
        phone.say(text)
        said = phone.keys()
        asked += [key for key in said if key.startswith("ask_coping")]
        phone.say("youre a stupid robot")
        assert phone.open_prompt is None
    assert asked == ["ask_coping", "ask_coping_again"]


@pytest.mark.slow
def test_an_event_or_choice_never_answers_a_question(phone: Phone) -> None:
    """Only text answers an open question: a new check-in starts afresh over an old one."""
    phone.event(DUE)
    phone.say("tidied the flat")
    phone.event(DUE)
    assert phone.keys() == ["ask_better"]
    assert "add_to_noticing" not in phone.commands()


@pytest.mark.slow
def test_what_the_bot_starts_quotes_nothing(turner: Any) -> None:
    """Openers give no words back, whatever the context holds."""
    for last_hard in (False, True):
        for step in (None, "the park"):
            known = {"last_hard": last_hard, "last_small_step": step, "best_hopes": "x"}
            phone = Phone(turner, context={**known, "last_noticing": "went out"})
            answer = phone.event(DUE)
            assert all(reply["values"] == {} for reply in answer["replies"])


@pytest.mark.slow
def test_flagged_words_are_never_given_back_and_nobody_in_them_named(phone: Phone) -> None:
    """A soft screen: gentle, no quotation, no name."""
    phone.event(DUE)
    soft = {"level": "soft", "spans": [{"ref": "m2.0", "start": 0, "end": 30}]}
    answer = phone.say("went for a walk with rhys, cant see the point", screen=soft)
    assert all("quote" not in reply["values"] for reply in answer["replies"])
    assert "name_person" not in phone.commands()
    asked = {reply["prompt"]["asks"] for reply in answer["replies"] if reply.get("prompt")}
    assert asked <= {"coping", "hard_coach", "how", "helped"}


@pytest.mark.slow
def test_two_unanswered_check_ins_ask_whether_to_leave_it(phone: Phone) -> None:
    """After two without an answer the service asks, and leaves it when told to."""
    phone.event(DUE, unanswered=LEAVE_IT_AFTER)
    assert phone.keys() == ["ask_leave_it"]
    phone.choose("leave_it")
    assert phone.answers[-1]["answer"]["commands"][0]["until_they_write"] is True


@pytest.mark.slow
def test_no_question_once_the_budget_is_spent(turner: Any) -> None:
    """With no ask left an answer is met with a close."""
    phone = Phone(turner, budget={"check_in": 1, "unprompted": 1, "first_contact": 2})
    phone.event(DUE)
    phone.say("tidied the flat")
    assert phone.keys()[-1] == "close"


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", " ", "👍", "\u0000", "a" * 4096, "/restart", "/stop{}"])
def test_odd_texts_get_an_answer(phone: Phone, text: str) -> None:
    """Empty, signs, very long, slash words: a reply, a command or silence, never an error."""
    phone.event(DUE)
    answer = phone.say(text)
    assert answer["replies"] or answer["commands"]
