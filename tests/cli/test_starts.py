"""Where a conversation in the terminal can start, and how it looks."""

import pytest

from onestep.content.gsm import segments, to_gsm7
from onestep.services.open_question import QUESTIONS

pytestmark = pytest.mark.slow
NO_WELSH = (
    "The language 'cy' cannot be used: it needs its replies in content/cy/ and its conduct rules "
    "(ready now: en)."
)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--channel", "fax"], "There is no channel 'fax': use telegram or sms."),
        (
            ["--state", "gone"],
            "There is no state 'gone': use one of active, paused, stopped, ended, hand-off.",
        ),
        (["--ask", "Q99"], f"There is no question 'Q99': use one of {', '.join(QUESTIONS)}."),
        (
            ["--new", "--state", "paused"],
            "A conversation starts in one place: use --new, --state or --ask.",
        ),
        (["--lull", "900"], "--lull is in seconds, from 0 to 60."),
        (
            ["--language", "cy"],
            NO_WELSH,
        ),
    ],
)
def test_a_start_that_does_not_exist_is_refused(onestep_run, args, sentence):
    """One sentence that names what can be asked for, before anything is started."""
    ran = onestep_run("chat", "--json", *args)
    assert (ran.code, ran.out, ran.err) == (1, "", sentence + "\n")


def test_a_new_client_is_met(chat):
    """Three messages, then Begin, then the first question."""
    ran = chat([{"choose": "begin"}], args=["--new"])
    assert ran.code == 0, ran.err
    assert len(ran.to("client")) == 4
    assert ran.commands() == ["record_consent"]
    assert ran.of("contact") == ["active"]


@pytest.mark.parametrize("state", ["paused", "stopped", "ended"])
def test_a_state_of_contact_holds(chat, state):
    """Started there, it stays there, and no check-in comes."""
    ran = chat([{"wait": "PT30M"}], args=["--state", state])
    assert ran.of("contact") == [state]
    assert ran.texts() == []
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_can_be_opened_and_answered(chat, question):
    """The question is put, and words to it fail no turn."""
    ran = chat([{"client": "seven, because my sister came round"}], args=["--ask", question])
    assert ran.code == 0, ran.err
    assert ran.lines[0]["to"] == "client"
    assert len(ran.of("command")) + len(ran.to("client")) > 1


def test_discreet_says_nothing_that_shows(chat):
    """On a shared phone neither the service nor the coach is named when a check-in opens."""
    ran = chat([{"event": "check_in_due"}], args=["--discreet"])
    opening = ran.texts()[0]
    assert not [name for name in ("Onestep", "Riverside", "Ana") if name in opening]


def test_sms_numbers_the_choices_and_holds_to_gsm7(chat):
    """On SMS each choice has its number in the text, a typed number picks it, no odd letters."""
    ran = chat([{"client": "2"}, {"client": "1"}], args=["--channel", "sms", "--ask", "Q15"])
    assert ran.code == 0, ran.err
    first = ran.to("client")[0]
    for number, choice in enumerate(first["choices"], start=1):
        assert f"{number} {choice['label']}" in first["text"]
    assert "record_rating" in ran.commands()
    for text in ran.texts():
        assert to_gsm7(text) == text
        assert segments(text).count <= 3
