"""Every kind of line a chat script may have, in and out (docs/architecture.md, interfaces)."""

import pytest

pytestmark = pytest.mark.slow

DUE = {"event": "check_in_due"}
KINDS = ({"to", "text", "choices"}, {"command"}, {"contact"}, {"alert"}, {"end"})


def test_a_check_in_is_played_through(chat):
    """A check-in, words and a burst: asked, kept, asked on; contact and end close the script."""
    ran = chat([DUE, {"client": "been sleeping better tbh"}, {"client": ["mum saw", "and rhys"]}])
    assert ran.code == 0, ran.err
    assert ran.commands()[:2] == ["record_noticing", "add_to_noticing"]
    assert len(ran.of("command")[1]["words"]) == 2, "a burst is one answer"
    assert ran.texts()[0].count("?") == 1
    assert ran.of("contact") == ["active"]
    assert ran.lines[-1]["end"] == {**ran.of("end")[0], "turns": 3, "failed": 0}


def test_every_line_out_is_of_a_known_shape(chat):
    """Whatever happens, a line is one of the five shapes (a coach's line may say what about)."""
    ran = chat([
        DUE,
        {"client": "nothing good, cant cope, want to end it all tonight"},
        {"coach": "Sam, it's Ana"},
        {"client": "STOP"},
        {"from": "+447700900999", "text": "who is this"},
    ])  # fmt: skip
    for line in ran.lines:
        shape = line.keys() - {"from", "about"}
        assert shape in KINDS or shape == {"to", "text"}, line
    assert ran.of("alert")[0].keys() == {"level", "category", "to"}
    assert ran.of("contact") == ["stopped", "stopped"], "when it changes, and at the end"
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("pick", [2, "confidence_and_skills", "Confidence and skills"])
def test_a_choice_by_number_key_or_label(chat, pick):
    """A button is picked by its number, its key or its label; the next one is, too."""
    ran = chat([{"choose": pick}, {"choose": 1}], args=["--ask", "Q15"])
    assert ran.code == 0, ran.err
    rated = next(c for c in ran.of("command") if c["command"] == "record_rating")
    assert (rated["area"], rated["stage"]) == ("confidence_and_skills", "stuck")


def test_a_stale_button_answers_nothing(chat):
    """A button of an earlier question changes nothing in the record and fails nothing."""
    ran = chat([{"choose": 1}, {"choose": 3, "stale": True}], args=["--ask", "Q15"])
    assert ran.code == 0, ran.err
    assert "record_rating" not in ran.commands()


def test_wait_runs_what_falls_due(chat):
    """Time goes by step by step: each planned check-in comes on its own day."""
    ran = chat([{"wait": "P16D"}])
    assert ran.code == 0, ran.err
    assert len(ran.texts()) >= 2


def test_another_phone_is_another_person(chat):
    """A text from an unknown number is answered there, and is not Sam's."""
    ran = chat([{"from": "+447700900999", "text": "been sleeping better"}])
    assert ran.commands() == []
    assert [line["from"] for line in ran.to("client")] == ["+447700900999"]


def test_the_coach_writes_in_a_hand_off(chat):
    """Words go to the coach and the coach's words to the client; the bot is silent."""
    ran = chat([{"client": "hiya"}, {"coach": "Morning Sam"}], args=["--state", "hand-off"])
    assert ran.code == 0, ran.err
    assert ran.texts("coach") == ["hiya"]
    assert ran.texts() == ["Morning Sam"]


def test_several_scripts_share_nothing(chat):
    """Each script has a fresh database and an end of its own, in order."""
    ran = chat([{"client": "STOP"}], [DUE])
    assert [end["failed"] for end in ran.of("end")] == [0, 0]
    assert [end["script"][-8:] for end in ran.of("end")] == ["t1.jsonl", "t2.jsonl"]
    assert ran.of("contact")[-1] == "active"


def test_words_come_through_as_they_were_written(chat):
    """Line separators, marks of direction, emoji and half a letter are relayed exactly."""
    texts = ["a\u2028b\x85c", "ok 👋🏽 \u202eabc", "half \ud83d", " \n "]
    ran = chat([{"client": text} for text in texts], args=["--state", "hand-off"])
    assert ran.code == 0, ran.err
    assert ran.texts("coach")[:3] == texts[:3]
