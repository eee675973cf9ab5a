"""`onestep invite` and `onestep telegram`: what each needs is said in a sentence."""

import re
from datetime import UTC, datetime

import pytest

from onestep.cli.ways import SPELLED, Ways, check_picture, show

AGREED = ("--theirs-alone", "--safe-when", "any time", "--if-someone-else", "say nothing")
SMS = {
    "KANNEL_SEND_URL": "http://127.0.0.1:13013/cgi-bin/sendsms",
    "KANNEL_USERNAME": "onestep",
    "KANNEL_PASSWORD": "not a real one",
    "KANNEL_FROM_NUMBER": "+441632960002",
    "KANNEL_SECRET": "Q4nK8dVtY2rL6wZx",
}


@pytest.fixture
def ready(onestep_run, monkeypatch, tmp_path):
    """A service whose clients write by SMS."""
    monkeypatch.setenv("ONESTEP_DATA", str(tmp_path / "var"))
    assert onestep_run("migrate").code == 0
    for name, value in SMS.items():  # after it: a verb takes the secrets out of its environment
        monkeypatch.setenv(f"ONESTEP_{name}", value)
    return onestep_run


def test_a_code_to_text(ready):
    """Where to send it is said, and how long it is good for."""
    ran = ready("invite", "Sam", "--coach", "Ana", "--new-coach", *AGREED)
    assert ran.code == 0, ran.err
    assert "to +441632960002." in ran.out
    assert "works once" in ran.out
    code = re.search(r"The code is (\w{4}) (\w{4})\.", ran.out)
    spelled = re.search(r"To read it out: (.*)\.", ran.out)[1].split(", ")
    assert len(spelled) == 8
    named = [SPELLED[letter] for letter in code[1] + code[2]]
    assert spelled == named


def test_a_client_with_a_new_phone(ready):
    """A fresh code for the client of this name; of two, it has to be said which."""
    ready("invite", "Sam", "--coach", "Ana", "--new-coach", *AGREED)
    ran = ready("relink", "sam", *AGREED)
    assert ran.code == 0, ran.err
    assert "to +441632960002." in ran.out
    ready("invite", "Sam", "--coach", "Ana", *AGREED)
    ran = ready("relink", "Sam", *AGREED)
    assert ran.code == 1
    which = re.findall(r"\w{26}", ran.err)
    assert len(which) == 2
    assert ready("relink", "Sam", "--id", which[0], *AGREED).code == 0
    assert "Nobody here is called Zoe" in ready("relink", "Zoe", *AGREED).err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "no coach of this name"),
        (("--new-coach", "--on", "someday"), "mon, tue"),
        (("--new-coach", "--hours", "late"), "10:00-18:00"),
        (("--new-coach", "--hours", "18:00-10:00"), "end before they start"),
        (("--new-coach", "--zone", "Nowhere"), "time zone"),
        (("--new-coach", "--language", "xx"), "xx"),
        (("--new-coach", "--shared", "--plain"), "shared phone"),
        (("--new-coach", "--quick-exit-word", "stop"), "means something here already"),
        (("--new-coach", "--record-word", "no"), "means something here already"),
        (("--new-coach", "--quick-exit-word", "Fern", "--record-word", "fern"), "two words"),
        (("--new-coach", "--safe-hours", "mornings"), "--safe-hours wants two times"),
        (("--new-coach", "--safe-days", "soon"), "--safe-days wants days"),
        (("--new-coach", "--safe-days", "mon"), "on the safe days"),
        (("--new-coach", "--safe-hours", "10:00-14:00"), "at the safe hours"),
        (("--new-coach", "--qr", "code.pdf"), ".png or .svg"),
    ],
)
def test_what_cannot_be_agreed(ready, words, says):
    """One sentence, and nobody is invited."""
    ran = ready("invite", "Sam", "--coach", "Ana", *AGREED, *words)
    assert ran.code == 1
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_nobody_can_join_a_service_nobody_can_write_to(onestep_run, monkeypatch, tmp_path):
    """Without a provider there is nothing to join by; without a token no bot to set up."""
    monkeypatch.setenv("ONESTEP_DATA", str(tmp_path))
    onestep_run("migrate")
    assert "Nobody can join yet" in onestep_run("invite", "Sam", "--coach", "Ana", *AGREED).err
    assert "@BotFather" in onestep_run("telegram").err


@pytest.mark.parametrize(("name", "begins"), [("qr.png", b"\x89PNG"), ("qr.svg", b"<?xml")])
def test_the_link_as_a_picture(tmp_path, name, begins, capsys):
    """On the screen, and in a file where one was asked for."""
    picture = tmp_path / name
    check_picture(picture)
    until = datetime(2026, 3, 4, tzinfo=UTC)
    show(Ways("a_bot", None, ()), "2345BCDF", until, "Sam", picture=picture)
    assert picture.read_bytes().startswith(begins)
    assert "t.me/a_bot?start=2345BCDF" in capsys.readouterr().out
